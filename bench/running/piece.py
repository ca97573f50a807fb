"""One piece of work in a process of its own: a function and an item, read from the standard input.

What it makes is on the disk; it prints why it could not.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback

from bench.api.errors import BenchError
from bench.plugins.under_way import PARENT
from bench.running.ends import FAILED, REFUSED
from bench.running.spread import INTERRUPTED
from bench.storage.machine import as_refused
from bench.storage.process_limits import die_with


def main() -> int:
    """Do it; gives the exit code."""
    if parent := os.environ.pop(PARENT, ""):
        die_with(int(parent))
    try:
        work, item = pickle.load(sys.stdin.buffer)
        work(item)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if refused := error if isinstance(error, BenchError) else as_refused(error):
            sys.stdout.write(f"bench: {' '.join(str(refused).split())}\n")
            return REFUSED
        traceback.print_exc(file=sys.stdout)  # as work that opens a file is silent elsewhere
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
