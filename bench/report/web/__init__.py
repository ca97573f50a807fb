"""The page `report.html`: one file that asks nobody, with charts, tables and figures to take apart.

Charts are Vega-Lite's, drawn by vega-embed, the libraries behind altair; tables are DataTables'.
"""
