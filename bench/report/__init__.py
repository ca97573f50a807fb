"""Reports: tables, figures and the page that holds them, made of stored runs alone."""
