"""What a report of 2000 runs takes: seconds, memory, and the bytes of its page.

    python benchmarks/report_size.py [FOLDER]

400 settings by 5 seeds on 500 events each; a folder that is named keeps their store.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # a safe path leaves the script's folder out

from growth import REQUEST, Place

RUNS, SETTINGS, EVENTS = 2000, 400, 500
SECONDS, MEMORY, PAGE = 25.0, 300.0, 5.0
"""At most: of CPU, MB at the peak, MB of the page."""


def main() -> int:
    """Print the three; 1 if one is more than it may be."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(Path(sys.argv[1] if len(sys.argv) > 1 else scratch))
        store = place.store(RUNS, replace(REQUEST, events=EVENTS), SETTINGS)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = ["report", "--runs", str(store), "-o", str(place.root / "report")]
        subprocess.run([sys.executable, "-m", "bench", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory = after.ru_maxrss * 1024 / 1e6
        page = (place.root / "report" / "report.html").stat().st_size / 1e6
    print(
        f"a report of {RUNS} runs, {EVENTS} events each: {seconds:.1f} s of CPU (at most "
        f"{SECONDS:.0f}), {memory:.0f} MB at the peak (at most {MEMORY:.0f}), a page of "
        f"{page:.1f} MB (at most {PAGE:.0f})"
    )
    return int(seconds > SECONDS or memory > MEMORY or page > PAGE)


if __name__ == "__main__":
    sys.exit(main())
