"""Equal parts of many records, held once: the thousands of runs of a study say much the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.storage.record import RunRecord, Verdict

PARTS = ("versions", "judged_with", "encoders", "views", "train", "valid", "sample")
"""What most records of a study have alike."""
TEXTS = ("code", "guard", "severity", "skipped", "remedy")
"""What most verdicts of a guard have alike, which took their own time."""


class SharedParts:
    """What the records before have said."""

    def __init__(self) -> None:
        self._parts: dict[bytes, Any] = {}
        self._texts: dict[str, str] = {}

    def of(self, record: RunRecord) -> RunRecord:
        """The record, with the parts that an earlier one has."""
        parts = {name: self._part(name, getattr(record, name)) for name in PARTS}
        return replace(record, verdicts=list(map(self._verdict, record.verdicts)), **parts)

    def _part(self, name: str, part: Any) -> Any:
        import msgspec

        return self._parts.setdefault(msgspec.json.encode((name, part)), part)

    def _verdict(self, verdict: Verdict) -> Verdict:
        texts: dict[str, Any] = {name: self._text(getattr(verdict, name)) for name in TEXTS}
        return replace(verdict, **texts)

    def _text(self, text: str) -> str:
        return self._texts.setdefault(text, text)
