"""One run, from the request to its sealed record; and many runs, of a study."""
