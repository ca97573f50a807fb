"""The scripts of others that a page carries inside itself, as their Python packages bring them.

Charts: Vega, Vega-Lite and vega-embed, in the one script that altair writes into its own pages
(`vl-convert-python`, 0.9 MB, BSD-3-Clause). It draws SVG, which prints sharply and gives marks and
axes names for a screen reader; bokeh (1.3 MB) draws on a canvas, which does neither, and plotly's
package brings one script of 4.7 MB, all that a page may have. It needs no `eval` of the browser.

Tables: DataTables with its buttons (`itables`, 0.7 MB, MIT).
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from bench.api.errors import BenchError

EXPORTS = re.compile(r"\bexport\s*\{([^{}]*\bas default\b[^{}]*)\}\s*;?")
"""What a script gives to those that import it; after it come the licences."""
VEGA_LITE = "6.1"
"""6.4 shows `undefined` for every value of the point nearest to the pointer."""
WRITE = f"""\
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.javascript_bundle(vl_version="{VEGA_LITE}").encode())
"""


@cache
def charts_script() -> str:
    """Vega, Vega-Lite and vega-embed as one script.

    A child process puts it together, as that takes 130 MB that a report has other uses for.

    Raises:
        BenchError: the package that brings it does not do so.
    """
    ran = subprocess.run([sys.executable, "-c", WRITE], capture_output=True, check=False)
    if ran.returncode or not ran.stdout:
        why = (ran.stderr.decode(errors="replace").strip() or "nothing").splitlines()[-1]
        raise BenchError(f"vl-convert-python: wanted the script of the page's charts, got {why}")
    return _script("vega", ran.stdout.decode())


@cache
def tables_script() -> str:
    """DataTables as one script.

    Raises:
        BenchError: the package brings a script of another form.
    """
    text = _of_itables("dt_bundle.js")
    exports = EXPORTS.findall(text)
    default = re.search(r"([\w$]+) as default\b", exports[0]) if len(exports) == 1 else None
    if default is None:
        raise BenchError("itables: wanted a script that exports DataTables, got another one")
    handed = f"globalThis.DataTable={default[1]};"
    return _script("datatables", EXPORTS.sub(lambda _: handed, text))


@cache
def tables_style() -> str:
    """How DataTables lays out its buttons and lists."""
    text = _of_itables("dt_bundle.css")
    inside = text.replace("</", "<\\/")
    return f'<style data-library="datatables">{inside}</style>'


def _of_itables(name: str) -> str:
    """A file of the package, which is not imported, as it would bring pandas along."""
    file = distribution("itables").locate_file(f"itables/html/{name}")
    return Path(str(file)).read_text(encoding="utf-8")


def _script(name: str, text: str) -> str:
    """A script with its licence, that ends where it ends, whatever its strings hold."""
    static = files("bench.report.web") / "static"
    licence = (static / f"{name}.licence.txt").read_text(encoding="utf-8")
    inside = re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)
    return f'<script type="module" data-library="{name}">/*!\n{licence}*/\n{inside}\n</script>'
