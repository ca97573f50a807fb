"""Where a file of ours says what it is and how it was made: root attributes with a prefix."""

from __future__ import annotations

from collections.abc import Mapping
from re import fullmatch
from typing import TYPE_CHECKING

from bench import InputError, RequestError
from bench_lhco.files.layout import first_line, open_hdf5

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

Value = str | int | float

PREFIX = "bench_"
EDITIONS = ("official", "twin", "imported")


def text_attribute(holder: h5py.HLObject, name: str, text: str) -> None:
    """Set an attribute to text of fixed length in UTF-8, as pandas does."""
    import h5py
    import numpy as np

    if not text:
        holder.attrs[name] = h5py.Empty("S1")
        return
    encoded = text.encode()
    holder.attrs.create(name, np.bytes_(encoded), dtype=h5py.string_dtype("utf-8", len(encoded)))


def set_provenance(file: h5py.File, attributes: Mapping[str, Value]) -> None:
    """Write the attributes to the root of a file, with the prefix before their names."""
    for name, value in attributes.items():
        if not fullmatch("[a-z][a-z0-9_]*", name):
            raise RequestError(f"attribute {name!r}: wanted a name of small letters, digits and _")
        if isinstance(value, str):
            text_attribute(file, PREFIX + name, value)
        else:
            file.attrs[PREFIX + name] = value


def provenance(path: Path) -> dict[str, Value] | None:
    """What a file of ours says of itself, by name without the prefix; None for any other file.

    Raises:
        InputError: no HDF5 file, or such an attribute is not a single text or number.
    """
    with open_hdf5(path) as file:
        try:
            names = [name for name in file.attrs if name.startswith(PREFIX)]
            attributes = {name.removeprefix(PREFIX): _value(file, name) for name in names}
        except (OSError, KeyError, RuntimeError, TypeError, ValueError) as e:
            raise InputError(f"{path}: damaged attributes ({first_line(e)})") from e
    _vet(path, attributes)
    return attributes or None


def _vet(path: Path, attributes: Mapping[str, Value]) -> None:
    """Refuse what the rest of the package would have to believe."""
    edition, share = attributes.get("edition", EDITIONS[0]), attributes.get("signal_fraction", 0.0)
    if edition not in EDITIONS:
        editions = " or ".join(EDITIONS)
        raise InputError(f"{path}: says that its edition is {edition!r:.40}, wanted {editions}")
    if isinstance(share, str) or not 0 <= share <= 1:
        raise InputError(f"{path}: says that {share!r:.40} of its events are signal, wanted 0 to 1")
    for name, value in attributes.items():
        if isinstance(value, str) and not value.isprintable():
            raise InputError(f"{path}: attribute {name!r:.40} has a text that cannot be printed")


def _value(file: h5py.File, name: str) -> Value:
    import h5py
    import numpy as np

    value = file.attrs[name]
    if isinstance(value, h5py.Empty):
        return ""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    if isinstance(value, np.integer | np.floating):
        return value.item()
    raise ValueError(f"{name} is neither a text nor a number")
