"""Whether a folder lies on a file system that other machines may have mounted, too."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = re.compile(
    r"9p|acfs|afs|afpfs|beegfs|ceph|cifs|coda|cvfs|dvs|fhgfs|fuse(\..*)?|gfs2|glusterfs|gpfs|lustre"
    r"|ncpfs|nfs\d?|ocfs2|orangefs|panfs|pvfs2|smb\d|smbfs|vboxsf|virtiofs|vmhgfs|wekafs"
)
"""Types whose flock may hold on one machine alone."""
ESCAPED = re.compile(r"\\([0-7]{3})")


def file_system(folder: Path) -> str:
    """The type of the file system that a folder lies on, as `ext4`; empty where nobody can say."""
    try:
        return _type(folder.resolve(), folder.stat().st_dev)
    except OSError:
        return ""


@lru_cache(maxsize=256)
def _type(folder: Path, device: int) -> str:
    """The same, of a folder of this device: as long as that is mounted there."""
    lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    longest, kind = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        words = fields.split(" ")
        if len(words) < 5 or not rest:
            continue
        mounted = Path(ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), words[4]))
        # of two on one point the later one is seen
        if folder.is_relative_to(mounted) and len(mounted.parts) >= longest:
            longest, kind = len(mounted.parts), rest.split(" ")[0]
    return kind


def is_shared(kind: str) -> bool:
    """Whether a type of file system is one that machines share."""
    return NETWORK.fullmatch(kind) is not None
