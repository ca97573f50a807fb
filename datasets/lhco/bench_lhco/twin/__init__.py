"""The twin: our own Pythia 8 simulation of the LHC Olympics datasets."""
