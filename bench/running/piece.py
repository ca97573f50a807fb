"""One piece of work in a process of its own: a call of a module's function with a text.

`python -m bench.running.piece MODULE FUNCTION` reads the text. What the call makes is on the disk;
why it could not is printed.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module

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
        module, function = sys.argv[1:]
        getattr(import_module(module), function)(sys.stdin.buffer.read().decode())
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
