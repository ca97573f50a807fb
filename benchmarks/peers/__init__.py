"""The sides of `llm_peers.py`, each run in a process of its own, in the environment it needs."""
