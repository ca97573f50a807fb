"""Guards: automatic checks that void a run, warn of it, or note something about it."""
