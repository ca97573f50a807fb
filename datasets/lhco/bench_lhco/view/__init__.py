"""Events as particles: from the constituents that are kept in Parquet to the view of a model."""
