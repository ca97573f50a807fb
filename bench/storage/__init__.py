"""What lies on disk: files put in place whole, content hashes, caches, records of runs."""
