"""The form that a record was written in: one that this bench does not know is refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from bench.api.errors import DamagedError
from bench.storage.parse import parsed
from bench.storage.record import SCHEMA, SEVERITIES, RunRecord
from bench.storage.secrets import masked_bytes

MISSING = "missing"
SEAL = re.compile(rb'(?<="seal": ")[0-9a-f]{64}(?="\n\}\Z)')
"""How a record ends that is sealed."""
UNSEALED = b'"seal": ""\n}'
"""How it ends before."""
LONGEST = 40
"""Characters that are shown of a form or a version that makes no sense."""


@dataclass(frozen=True)
class Written:
    """What a record says of its form, whatever else it holds."""

    schema: Any = MISSING
    versions: Any = field(default_factory=dict)

    def demand_known(self, where: object) -> None:
        """Refuse a form that is none of this bench's.

        Raises:
            DamagedError: which form, and the bench that wrote it.
        """
        versions = self.versions if isinstance(self.versions, dict) else {}
        demand_form(self.schema, SCHEMA, versions.get("classifier-bench"), where)


def demand_form(form: object, newest: int, version: object, where: object) -> None:
    """Refuse a form other than 1 to the newest one that this bench knows.

    Raises:
        DamagedError: which form, and the bench that wrote it.
    """
    whole = type(form) is int
    if whole and 1 <= form <= newest:  # type: ignore[operator]
        return
    known = f"form {newest}" if newest == 1 else f"forms 1 to {newest}"
    by = f"bench {_plain(version)}" if version else "an unknown bench"
    newer = whole and form > newest  # type: ignore[operator]
    remedy = "; a newer bench is needed" if newer else ""
    form_text = "no form" if form == MISSING else f"form {_short(form)}"
    raise DamagedError(
        f"{where} has {form_text}, written by {by}; this bench reads {known}{remedy}"
    )


def sealed_record(record: RunRecord) -> bytes:
    """A run's record as it is written: with the hash of its own bytes at its end."""
    import msgspec

    content = msgspec.json.encode(replace(record, seal=""))
    content = masked_bytes(msgspec.json.format(content, indent=1))  # as it is written, then hashed
    assert content.endswith(UNSEALED)
    seal = sha256(content).hexdigest().encode()
    return content.removesuffix(UNSEALED) + UNSEALED.replace(b'""', b'"%s"' % seal)


def read_record(content: bytes, where: object) -> RunRecord:
    """A run's record, verified; what it holds beyond the form's own fields is passed over.

    Raises:
        DamagedError: it is of an unknown form, is no record, or is not what was sealed.
    """
    parsed(content, Written, where).demand_known(where)
    record = parsed(content, RunRecord, where)
    if record.seal:
        end = SEAL.search(content)
        if not end or sha256(SEAL.sub(b"", content)).hexdigest() != record.seal:
            raise DamagedError(f"{where} is not what was sealed")
    if (without := masked_bytes(content)) != content:  # an older bench wrote secrets
        record = parsed(without, RunRecord, where)
    record = replace(record, seal="")
    for verdict in record.verdicts:
        if verdict.severity not in SEVERITIES:
            wrong = f"{verdict.code} has severity {_short(verdict.severity)}"
            raise DamagedError(f"{where}: {wrong}, wanted {', '.join(SEVERITIES)}")
    return record


def _plain(version: object) -> str:
    """A version as it is, if it looks like one."""
    usual = isinstance(version, str) and version.isprintable() and len(version) <= LONGEST
    return str(version) if usual else _short(version)


def _short(value: object) -> str:
    """A value out of a file as JSON, on one line."""
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
