"""Values that no event may have, and master keys that do not fit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from bad_inputs.listing import KEY, bad, rows, stored


def _with(path: Path, column: int, value: float) -> None:
    data = rows()
    data[[3, 5, 9], column] = value
    stored(path, data)


VALUES = {
    "pt_nan": (0, np.nan, "a value that is NaN or infinite"),
    "phi_nan": (5, np.nan, "a value that is NaN or infinite"),
    "eta_infinite": (4, np.inf, "a value that is NaN or infinite"),
    "pt_beyond_float32": (3, 1e300, "a value that is NaN or infinite"),
    "nan_in_the_padding": (1501, np.nan, "a value that is NaN or infinite"),
    "negative_pt": (3, -80.0, "a negative pt"),
    "mev": (0, 120e3, "a pt above 100000 GeV"),
    "absurd_eta": (1, -10.5, r"an \|eta\| above 10"),
    "degrees": (2, 90.0, r"a \|phi\| above 6.3 rad"),
    "a_hole_before_the_padding": (3, 0.0, "a particle after the zero padding"),
    "a_particle_after_the_padding": (12, 5.0, "a particle after the zero padding"),
    "an_eta_in_the_padding": (10, 0.5, "an eta or phi where pt is 0"),
    "label_half": (2100, 0.5, "a label other than 0 or 1"),
    "label_nan": (2100, np.nan, "a label other than 0 or 1"),
    "label_two": (2100, 2.0, "a label other than 0 or 1"),
    "label_negative": (2100, -1.0, "a label other than 0 or 1"),
}


def _values(name: str) -> None:
    column, value, what = VALUES[name]

    def make(path: Path) -> None:
        _with(path, column, value)

    make.__name__ = name
    bad(f"event 3 has {what}; 3 of 10 events are invalid, wanted none")(make)


for _name in VALUES:
    _values(_name)


@bad("event 4 has no particle at all; 1 of 10 events are invalid")
def an_event_without_particles(path: Path) -> None:
    data = rows()
    data[4, :2100] = 0
    stored(path, data)


KEYS = {
    "key_longer": (b"0\n1\n" * 5 + b"0\n", "11 labels, wanted 10"),
    "key_shorter": (b"0\n1\n" * 4, "8 labels, wanted 10"),
    "key_empty": (b"", "0 labels, wanted 10"),
    "key_with_text": (b"0\n1\nsignal\n" + b"0\n" * 7, "line 3 is 'signal', wanted 0 or 1"),
    "key_with_bom": (b"\xef\xbb\xbf" + b"0\n1\n" * 5, "not plain ASCII"),
    "key_with_crlf": (b"0\r\n1\r\n" * 5, "has carriage returns"),
    "key_in_utf16": (("0\n1\n" * 5).encode("utf-16"), "not plain ASCII"),
    "key_with_nul": (b"0\n\0\n" + b"0\n" * 8, r"line 2 is '\\x00'"),
    "key_with_label_two": (b"0\n2\n" * 5, "line 2 is '2', wanted 0 or 1"),
    "key_with_nan": (b"0\nnan\n" * 5, "line 2 is 'nan'"),
    "key_of_a_gigabyte": (None, "1073741824 bytes are too many"),
    "key_missing": (None, "no such file, wanted 10 labels, one a line"),
}


def _keys(name: str) -> None:
    content, message = KEYS[name]

    def make(path: Path) -> None:
        stored(path, rows()[:, :2100])
        key = path.with_name(KEY)
        if content is not None:
            key.write_bytes(content)
        elif "gigabyte" in name:
            key.touch()
            os.truncate(key, 2**30)

    make.__name__ = name
    bad(message, "blackbox1")(make)


for _name in KEYS:
    _keys(_name)
