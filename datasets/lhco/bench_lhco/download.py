"""Downloads published files: resumed after an interruption, verified before they are in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench import (
    Context,
    InputError,
    LockedError,
    Progress,
    atomic_replace,
    demand_held,
    locked,
    make_folder,
)
from bench_lhco.files.attempts import (
    PATIENT_RETRIES,
    InterruptedDownloadError,
    RetryPolicy,
    expect,
    interruptible,
    persist,
)
from bench_lhco.files.partial import Partial, digests
from bench_lhco.files.sha256 import record_sha256, recorded_sha256

if TYPE_CHECKING:
    from pathlib import Path

    from requests import Response

    from bench_lhco.cards import FileCard
    from bench_lhco.records import Publication

API = "https://zenodo.org/api"
BLOCK = 2**17  # bytes


@dataclass(frozen=True)
class Remote:
    """A file as its record lists it."""

    url: str
    size: int  # bytes
    md5: str


def get(
    published: Publication,
    context: Context,
    *,
    api: str = API,
    retries: RetryPolicy = PATIENT_RETRIES,
) -> Path:
    """Download the events of a dataset, and its master key, into the data folder.

    Returns:
        The path of the events; the key is beside it. What is there already is verified instead.

    Raises:
        InputError: no network, no such file, or not the bytes that were published.
    """
    if published.key is not None:
        get_file(published.key, context, api=api, retries=retries)
    return get_file(published.events, context, api=api, retries=retries)


def get_file(
    published: FileCard, context: Context, *, api: str = API, retries: RetryPolicy = PATIENT_RETRIES
) -> Path:
    """Download one published file into the data folder; gives its path.

    Raises:
        InputError: no network, no such file, or not the bytes that were published.
    """
    path = context.data / published.name
    present = path.is_file()
    known = published.sha256 or (recorded_sha256(path) if present else None)
    if present and known:
        return _keep(path, {"sha256": known}, context)
    if published.record is None:
        raise InputError(f"{published.name}: its card tells no record, wanted the number of one")
    files = listing(published.record, api=api, retries=retries)
    if published.name not in files:
        raise InputError(
            f"{api}/records/{published.record}: no file {published.name}, there is:"
            f" {', '.join(sorted(files)) or 'none'}"
        )
    remote = files[published.name]
    if present:
        return _keep(path, {"md5": remote.md5}, context)
    context.notice(f"downloading {published.name}, {remote.size / 1e6:.1f} MB, to {path.parent}")
    return fetch(
        remote.url,
        path,
        size=remote.size,
        md5=remote.md5,
        sha256=published.sha256,
        progress=context.progress,
        retries=retries,
    )


def listing(
    record: int, *, api: str = API, retries: RetryPolicy = PATIENT_RETRIES
) -> dict[str, Remote]:
    """The files of a Zenodo record, by name.

    Raises:
        InputError: no network, no such record, or an answer in another form.
    """
    from json import loads

    import requests

    url = f"{api}/records/{record}"

    def ask() -> Any:
        with interruptible(url), requests.get(url, timeout=retries.timeout) as response:
            expect(response, url, {200})
            return loads(response.content)

    try:
        answer = persist(ask, url, retries, lambda: 0)
        return {entry["key"]: _remote(entry) for entry in answer["files"]}
    except (KeyError, TypeError, ValueError) as e:
        raise InputError(
            f"{url}: no list of files in the answer, wanted key, size, md5 and link of each"
        ) from e


def fetch(
    url: str,
    path: Path,
    *,
    progress: Progress,
    size: int | None = None,
    md5: str | None = None,
    sha256: str | None = None,
    retries: RetryPolicy = PATIENT_RETRIES,
) -> Path:
    """Download a file, going on where an earlier attempt ended; gives its path.

    What has arrived waits in `<name>.part`; the sha256 of the whole is kept in `<name>.sha256`.

    Raises:
        InputError: no network, no such file, not the bytes expected, or another process is at it.
    """
    known = {"md5": md5, "sha256": sha256}
    expected = {name: digest for name, digest in known.items() if digest}
    if not expected:
        raise InputError(f"{url}: no md5 and no sha256 to verify a download by, wanted one")
    make_folder(path.parent)
    try:
        with locked(path.with_name(f"{path.name}.lock"), sure=True), Partial(path) as part:
            _complete(part, url, size, progress, retries)
            part.verify(url, expected)
            demand_held()
            atomic_replace(part.finish(), path)
            record_sha256(path, part.sha256.hexdigest())
    except LockedError as e:
        who = f" ({e.who})" if e.who else ""
        raise InputError(f"{path}: another process is downloading it{who}, wanted it to end") from e
    return path


def _complete(
    part: Partial, url: str, size: int | None, progress: Progress, retries: RetryPolicy
) -> None:
    """Make attempts until the file is whole."""
    if size is not None and part.size > size:
        part.restart(None)
    if part.size == size:
        return
    _room(part, url, size)

    def attempt() -> None:
        with interruptible(url), _ask(part, url, retries.timeout) as response:
            _receive(part, response, url, size, progress)

    persist(attempt, url, retries, lambda: part.size)


def _room(part: Partial, url: str, size: int | None) -> None:
    from shutil import disk_usage

    free = disk_usage(part.path.parent).free
    if size is not None and size - part.size > free:
        raise InputError(
            f"{url}: {size - part.size} bytes to come, {free} free in {part.path.parent}"
        )


def _ask(part: Partial, url: str, timeout: float) -> Response:
    import requests

    headers = {"Accept-Encoding": "identity"}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if tag := part.tag():
            headers["If-Range"] = tag
    return requests.get(url, headers=headers, stream=True, timeout=timeout)


def _receive(
    part: Partial, response: Response, url: str, size: int | None, progress: Progress
) -> None:
    """Append what comes; it is from the start where the server does not go on in the middle."""
    expect(response, url, {200, 206, 416})
    goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {part.size}-")
    if response.status_code == 416 or (response.status_code == 206 and not goes_on):
        part.restart(None)
        raise InterruptedDownloadError("it does not go on where the last attempt ended")
    if response.status_code == 200:
        part.restart(response.headers.get("ETag"))
    length = response.headers.get("Content-Length", "")
    coming = part.size + int(length) if length.isdigit() else size
    _same_size(part, url, coming, size)
    with progress(f"download {part.path.stem}", coming or 0, part.size) as bar:
        for block in response.iter_content(BLOCK):
            part.append(block)
            bar.advance(len(block))
            if size is not None and part.size > size:
                _same_size(part, url, part.size, size)
    if coming is not None and part.size < coming:
        raise InterruptedDownloadError("the connection was closed early")


def _same_size(part: Partial, url: str, received: int | None, size: int | None) -> None:
    if None not in (received, size) and received != size:
        part.remove()
        raise InputError(f"{url}: at least {received} bytes, wanted {size}; what came was removed")


def _remote(entry: dict[str, Any]) -> Remote:
    """One entry of a record's list; a TypeError, KeyError or ValueError where it is none."""
    kind, _, digest = str(entry["checksum"]).partition(":")
    if kind != "md5" or not digest:
        raise ValueError(entry["checksum"])
    return Remote(str(entry["links"]["self"]), int(entry["size"]), digest)


def _keep(path: Path, expected: dict[str, str], context: Context) -> Path:
    """The path of a file that is there already, after verifying its bytes."""
    actual = digests(path, context.progress)
    for name, expected_digest in expected.items():
        if actual[name] != expected_digest:
            raise InputError(
                f"{path}: {name} is {actual[name]}, wanted {expected_digest}; move the file away to"
                " download it again"
            )
    record_sha256(path, actual["sha256"])
    return path
