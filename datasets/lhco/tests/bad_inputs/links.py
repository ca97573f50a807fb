"""Links, and values that are kept elsewhere."""

from __future__ import annotations

from pathlib import Path

import h5py

from bad_inputs.listing import WHERE, bad, rows, stored


@bad("/df is a soft or external link, wanted a hard link")
def a_soft_link_for_the_frame(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["other/block0_values"] = rows()
        f["df"] = h5py.SoftLink("/other")


@bad("/df/block0_values is a soft or external link")
def a_soft_link_for_the_values(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["other"] = rows()
        f.create_group("df")["block0_values"] = h5py.SoftLink("/other")


@bad("/df is a soft or external link")
def a_soft_link_to_nowhere(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df"] = h5py.SoftLink("/nowhere")


@bad("/df is a soft or external link")
def a_loop_of_soft_links(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df"] = h5py.SoftLink("/other")
        f["other"] = h5py.SoftLink("/df")


@bad("/df is a soft or external link")
def an_external_link(path: Path) -> None:
    other = stored(path.with_name("other.h5"), rows())
    with h5py.File(path, "w") as f:
        f["df"] = h5py.ExternalLink(other.name, "/df")


@bad("/df is a soft or external link")
def a_loop_of_external_links(path: Path) -> None:
    other = path.with_name("other.h5")
    for one, two in ((path, other), (other, path)):
        with h5py.File(one, "w") as f:
            f["df"] = h5py.ExternalLink(two.name, "/df")


@bad("neither block0_values nor table")
def a_loop_of_hard_links(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df"] = f["/"]


@bad("keeps its values in other files")
def values_in_another_file(path: Path) -> None:
    rows().tofile(path.with_name("secret"))
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (10, 2101), "<f8", external=[("secret", 0, 10 * 2101 * 8)])


@bad("keeps its values in other files")
def virtual_values(path: Path) -> None:
    other = stored(path.with_name("other.h5"), rows())
    layout = h5py.VirtualLayout((10, 2101), "<f8")
    layout[:] = h5py.VirtualSource(other, WHERE, (10, 2101))
    with h5py.File(path, "w") as f:
        f.create_virtual_dataset(WHERE, layout)


@bad("keeps its values in other files")
def virtual_values_of_themselves(path: Path) -> None:
    layout = h5py.VirtualLayout((10, 2101), "<f8")
    layout[:] = h5py.VirtualSource(".", WHERE, (10, 2101))
    with h5py.File(path, "w") as f:
        f.create_virtual_dataset(WHERE, layout)
