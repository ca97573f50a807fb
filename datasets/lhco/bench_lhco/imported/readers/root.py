"""Trees of ROOT files as uproot reads them: a branch is a column; its errors in one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench import InputError, did_you_mean
from bench_lhco.files.layout import MAX_RATIO, first_line
from bench_lhco.imported.stream import ROWS, Columns, Foreign

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

MAGIC = b"root"
KINDS = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")
"""Classes that hold events."""
AGAIN = "_collection"
"""What the names of fields begin with that hold again, as records, what other fields hold."""
NUMBERS = {"bool": "bool", "float": "float32", "double": "float64"}
NUMBERS |= {f"{u}int{size}": f"{u}int{size}" for u in ("", "u") for size in (8, 16, 32, 64)}
VECTOR = re.compile(
    r"(?P<list>(std::vector|ROOT::VecOps::RVec)<)?"
    rf"(?P<of>(std::)?({'|'.join(NUMBERS)})(_t)?)(?(list)>)"
)
"""The types of most fields: a number, or a list of them."""
MOST = 1000
"""Objects of a file that are looked at."""
MOST_BRANCHES = 10_000
READ_AT_ONCE = 2**27  # bytes
"""Of all branches together, as what is packed in one piece is unpacked anew for each reading."""
LEAST_BYTES = 32
"""That a branch is taken to have for an event."""
UNPACKED = 3
"""Times the bytes of a file that its events are taken to have when they are unpacked."""


def is_root(path: Path) -> bool:
    """Whether a file begins as ROOT's do."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


@contextmanager
def tree_columns(foreign: Foreign) -> Iterator[Columns]:
    """The branches of the tree that holds the events.

    Raises:
        InputError: no tree, several and nobody says which, a damaged one, or uproot is missing.
    """
    import pyarrow as pa

    path = foreign.file
    with _opened(path) as file:
        tree = _tree(file, foreign)
        with root_errors(path):
            branches, unreadable = _branches(tree, path)
            events, size = int(tree.num_entries), path.stat().st_size
        if not 0 < events <= MAX_RATIO * size:
            raise InputError(
                f"{path}: tree {tree.name!r:.60} has {events} events in {size} bytes,"
                f" wanted 1 to {MAX_RATIO} for each byte"
            )
        with root_errors(path):
            fields = [pa.field(name, _kind(branch)) for name, branch in branches]
        fields += [pa.field(name, pa.null()) for name in unreadable]
        reading = _Reading(path, dict(branches), unreadable, events)
        yield Columns(path, pa.schema(fields), events, reading.batches)


@contextmanager
def root_errors(path: Path) -> Iterator[None]:
    """What is inside; whatever uproot makes of a damaged file becomes an InputError."""
    try:
        yield
    except (MemoryError, InputError):
        raise
    except Exception as e:  # uproot lets pass what struct, zlib, numpy and many others raise
        raise InputError(f"{path}: damaged or not readable as ROOT ({first_line(e)[:120]})") from e


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if find_spec("uproot") is None:
        raise InputError(
            f"{path}: a ROOT file is read by the package uproot, which is not installed;"
            " `pip install 'bench-lhco[root]'` brings it"
        )
    with root_errors(path):
        import uproot

        # as a key of a dict, so that no colon in its name parts it from a tree's
        file = uproot.open({path: None}, object_cache=None, array_cache=None, num_workers=1)
        size, end = path.stat().st_size, int(file.file.fEND)
    with file:
        if size < end:
            raise InputError(f"{path}: cut off, {size} bytes of {end}, wanted the whole file")
        yield file


def _tree(file: Any, foreign: Foreign) -> Any:
    """The tree that the user names, or the only one."""
    path = foreign.file
    with root_errors(path):
        classes = file.classnames(recursive=True)
    if len(classes) > MOST:
        raise InputError(f"{path}: more than {MOST} objects, wanted fewer")
    newest = _newest([key for key, kind in classes.items() if kind in KINDS])
    listed = ", ".join(f"{name!r:.60}" for name in list(newest)[:8]) + (
        f" and {len(newest) - 8} more" if len(newest) > 8 else ""
    )
    if not newest:
        held = ", ".join(sorted(set(classes.values())))[:80] or "nothing"
        raise InputError(f"{path}: there is no tree in it but {held}, wanted one of events")
    if foreign.tree is None:
        if len(newest) > 1:
            raise InputError(f"{path}: wanted one tree, say by --tree which; there is {listed}")
        (key,) = newest.values()
    else:
        name = foreign.tree.strip("/")
        key = name if classes.get(name) in KINDS else newest.get(name, "")
        if not key:
            hint = did_you_mean(name, list(newest))
            raise InputError(f"{path}: no tree {name!r:.60}; {hint}")
    with root_errors(path):
        return file[key]


def _newest(keys: Sequence[str]) -> dict[str, str]:
    """The key of each tree's newest cycle, by its name: of `T;1` and `T;2`, the latter."""
    newest: dict[str, tuple[int, str]] = {}
    for key in keys:
        name, _, cycle = key.rpartition(";")
        newest[name] = max(newest.get(name, (-1, "")), (int(cycle), key))
    return {name: key for name, (_, key) in newest.items()}


def _branches(tree: Any, path: Path) -> tuple[list[tuple[str, Any]], dict[str, str]]:
    """The branches that uproot can read, with what each is called; the types of the others.

    A branch is called what ROOT calls it; where several are called so, by its path.
    """
    if _is_ntuple(tree):
        fields = tree.iteritems(recursive=False)
        return [(name, field) for name, field in fields if not name.startswith(AGAIN)], {}
    paths = list(tree.iteritems(recursive=True, full_paths=True))
    if len(paths) > MOST_BRANCHES:
        raise InputError(f"{path}: more than {MOST_BRANCHES} branches, wanted fewer")
    times = Counter(branch.name for _, branch in paths)
    branches, unreadable = [], {}
    for long, branch in paths:
        name = branch.name if times[branch.name] == 1 else long
        kind = type(branch.interpretation).__name__
        if kind in ("AsDtype", "AsJagged", "AsStrings"):
            branches.append((name, branch))
        elif kind != "AsGrouped":  # whose members are branches themselves
            unreadable[name] = str(branch.typename)
    return branches, unreadable


def _is_ntuple(tree: Any) -> bool:
    return str(tree.classname) == "ROOT::RNTuple"


def _kind(branch: Any) -> pa.DataType:
    """What a branch holds for each event, as Arrow calls it."""
    import awkward as ak
    import pyarrow as pa

    if not hasattr(branch, "to_akform"):
        form = branch.interpretation.awkward_form(branch.file)
    elif match := VECTOR.fullmatch(branch.typename):  # asking awkward takes a second for hundreds
        number = pa.type_for_alias(NUMBERS[match["of"].removeprefix("std::").removesuffix("_t")])
        return pa.large_list(number) if match["list"] else number
    else:
        form = branch.to_akform()[0].contents[0]
    return ak.to_arrow(ak.Array(form.length_zero_array()), extensionarray=False).type


class _Reading:
    """Reads branches, some events at a time."""

    def __init__(
        self, path: Path, branches: Mapping[str, Any], unreadable: Mapping[str, str], events: int
    ) -> None:
        self._path, self._branches, self._unreadable = path, branches, unreadable
        self._events = events
        self._size = UNPACKED * path.stat().st_size // events

    def batches(self, names: Sequence[str], _: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """The events in batches of at most a slice's."""
        for name in names:
            if name in self._unreadable:
                raise InputError(
                    f"{self._path}: column {name!r:.80} holds {self._unreadable[name]:.40},"
                    f" wanted numbers; --without-column leaves it out"
                )
        event = max(self._size, LEAST_BYTES * len(names))
        step = ROWS * max(1, READ_AT_ONCE // event // ROWS)
        for first in range(0, self._events, step):
            with root_errors(self._path):
                batch = self._read(names, first, min(first + step, self._events))
            for start in range(0, len(batch), ROWS):
                yield batch.slice(start, ROWS)

    def _read(self, names: Sequence[str], first: int, last: int) -> pa.RecordBatch:
        import awkward as ak
        import pyarrow as pa

        arrays = []
        for name in names:
            read = self._branches[name].array(entry_start=first, entry_stop=last)
            if len(read) != last - first:
                raise ValueError(f"{len(read)} entries of {name:.40}, wanted {last - first}")
            arrow = ak.to_arrow(read, extensionarray=False)
            arrays.append(arrow.combine_chunks() if hasattr(arrow, "combine_chunks") else arrow)
        return pa.record_batch(arrays, names=list(names))
