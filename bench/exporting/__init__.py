"""For others: fitted models with their cards, runs in other tools' layouts, schemas of files."""
