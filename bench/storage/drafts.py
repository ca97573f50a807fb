"""Folders of several files that are written as a whole: all of them in place, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bench.storage.files import put_in_place, sync, sync_all


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A folder to write to, whose content takes its place in `folder` when the block ends well.

    What is there by the same names is replaced, the rest stays. Where the block or the replacing
    fails, `folder` is as it was, or as absent as it was.

    Raises:
        OSError: what the machine refused, of the file as it would be called.
    """
    made = _missing(folder)
    draft = _beside(folder)
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
        yield draft
        if folder.is_dir():
            _replace(draft, folder)
        else:
            put_in_place(draft, folder)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):  # not those that somebody else has put something into
            for one in made:
                one.rmdir()
        if isinstance(error, OSError) and error.errno is not None:
            name = str(folder if error.filename is None else error.filename)
            error.filename = name.replace(str(draft), str(folder))
        raise
    shutil.rmtree(draft, ignore_errors=True)


def _beside(folder: Path) -> Path:
    """A name on the same file system that nobody has: in the folder, as it may be mounted there."""
    name = f".{uuid4().hex}.tmp"
    return folder / name if folder.is_dir() else folder.absolute().with_name(name)


def _missing(folder: Path) -> list[Path]:
    """The folders that have to be made for a folder to lie in, the innermost first."""
    return [parent for parent in folder.absolute().parents if not parent.exists()]


def _replace(draft: Path, folder: Path) -> None:
    """Move all that is in a draft into a folder; what was there comes back where that fails."""
    names = sorted(path.name for path in draft.iterdir())
    old = draft / ".old"
    old.mkdir()
    sync_all(draft)
    moved: list[tuple[Path, Path]] = []
    try:
        for name in names:
            place = folder / name
            if place.is_file():  # which is never without a name
                shutil.copy2(place, old / name)
                moved.append((place, old / name))
            elif place.exists():
                place.rename(old / name)
                moved.append((place, old / name))
            (draft / name).replace(place)
            moved.append((draft / name, place))
        sync(folder)
    except BaseException:
        for source, target in reversed(moved):
            with suppress(OSError):
                target.replace(source)
        raise
