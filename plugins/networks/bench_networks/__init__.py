"""Networks of torch as models of the bench: a package brings a network, and no more.

What is here is common to them: the training, with its history and what guards watch, the scores,
and the files. It is a library and offers no part of its own.
"""

from bench_networks.model import NetworkModel

__all__ = ["NetworkModel"]
