"""The figures of a report, drawn from stored runs: a line or a panel for each setting."""
