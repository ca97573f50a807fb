"""Writes the JSON Schemas that the package ships, from the types: `make schemas`."""

from __future__ import annotations

import json
import sys

from bench.exporting.schema import FOLDER, FORMS, broken, schema_of, shipped, text_of


def main() -> int:
    """Write each of them, and none that would break a reader of files of the same number."""
    made = {name: schema_of(name) for name in FORMS}
    known = {
        name: json.loads(shipped(name).read_bytes()) for name in made if shipped(name).exists()
    }
    wrong = [f"{name}: {line}" for name in known for line in broken(known[name], made[name])]
    for line in wrong:
        print(f"{line}; raise the number of the form, see docs/reference/files.md", file=sys.stderr)
    if not wrong:
        FOLDER.mkdir(exist_ok=True)
        for name, schema in made.items():
            shipped(name).write_bytes(text_of(schema))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
