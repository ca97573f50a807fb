"""Units of imported particles: what a file or the user says, and what is questioned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from foreign import LABELS, N, lists, particles, rows
from importing import imported_dataset, left

import bench

pytestmark = pytest.mark.usefixtures("here")


def table_of(mine: bench.Dataset, context: bench.Context) -> bench.Table:
    return mine.table(mine.open(None, None, context), context)


def scaled(factors: tuple[float, float, float]) -> np.ndarray:
    """Rows of the official form in other units."""
    values = rows(particles())
    values[:, :2100] = (values[:, :2100].reshape(N, 700, 3) * factors).reshape(N, 2100)
    return values


def array(path: Path, factors: tuple[float, float, float]) -> None:
    with h5py.File(path, "w") as f:
        f["events"] = scaled(factors)


def official(path: Path, factors: tuple[float, float, float]) -> None:
    with h5py.File(path, "w") as f:
        f["df/block0_values"] = scaled(factors)


def parquet(path: Path, factors: tuple[float, float, float]) -> None:
    events = [(event * factors).astype(np.float32) for event in particles()]
    pq.write_table(pa.table({**lists(events), "label": LABELS}), path)


TEV, MEV, DEGREES = (1e-3, 1.0, 1.0), (1e3, 1.0, 1.0), (1.0, 1.0, 180 / np.pi)


@pytest.mark.parametrize("write", [array, official, parquet])
@pytest.mark.parametrize(
    ("factors", "message", "said"),
    [
        (TEV, r"the sum of pt in an event is .*, hardly GeV; say --unit 'pt=TeV'", "pt=TeV"),
        (MEV, r"--unit 'pt=MeV'|a pt above .* \(in other units\? say --unit pt=MeV\)", "pt=MeV"),
        (DEGREES, r"a \|phi\| above 6.3 rad \(in other units\? say --unit phi=deg\)", "phi=deg"),
    ],
)
def test_particles_in_other_units_are_questioned_and_converted(  # noqa: PLR0917  parameters
    tmp_path: Path,
    context: bench.Context,
    write: Callable[..., None],
    factors: tuple[float, float, float],
    message: str,
    said: str,
) -> None:
    write(tmp_path / "file", factors)
    with pytest.raises(bench.InputError, match=message):
        imported_dataset(context, file=tmp_path / "file")
    assert left(context) == []
    mine = imported_dataset(context, file=tmp_path / "file", units=(said,))
    write(tmp_path / "file", (1.0, 1.0, 1.0))
    usual = imported_dataset(context, name="usual", file=tmp_path / "file")
    one, other = (table_of(dataset, context) for dataset in (mine, usual))
    assert np.allclose(one.column("m_jj"), other.column("m_jj"), rtol=1e-4)
    name, unit = said.split("=")
    assert f"unit as stated by the user: {name} in {unit}, kept in " in mine.card()


def test_a_check_questions_the_unit_of_an_official_file(
    tmp_path: Path, context: bench.Context
) -> None:
    official(tmp_path / "file", TEV)
    lines = ResearchAndDevelopment().check(tmp_path / "file", context)
    assert any("hardly GeV; an import takes another unit" in line for line in lines)
    official(tmp_path / "file", (1.0, 1.0, 1.0))
    lines = ResearchAndDevelopment().check(tmp_path / "file", context)
    assert not any("hardly" in line for line in lines)


def test_units_of_particles_that_a_file_states(tmp_path: Path, context: bench.Context) -> None:
    columns = lists([(event * TEV).astype(np.float32) for event in particles()])
    fields = [
        pa.field(name, values.type, metadata={"unit": "TeV"} if name == "pt" else None)
        for name, values in columns.items()
    ]
    schema = pa.schema([*fields, pa.field("label", pa.int64())])
    pq.write_table(pa.table([*columns.values(), LABELS], schema=schema), tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file")
    assert "unit as stated in the file: pt in TeV, kept in GeV" in mine.card()
    array(tmp_path / "file", TEV)
    with h5py.File(tmp_path / "file", "a") as f:
        f["events"].attrs["units"] = "TeV"
    mine = imported_dataset(context, file=tmp_path / "file", force=True)
    assert table_of(mine, context).column("m_jj").min() > 1000
    official(tmp_path / "file", MEV)
    with h5py.File(tmp_path / "file", "a") as f:
        f["df"].attrs["unit"] = '{"pt": "MeV", "phi": "rad"}'
    mine = imported_dataset(context, file=tmp_path / "file", force=True)
    assert 1000 < table_of(mine, context).column("m_jj").max() < 20_000


def test_momenta_of_particles_have_one_unit(tmp_path: Path, context: bench.Context) -> None:
    events = [np.column_stack([e[:, 0], e[:, 0], e[:, 0] / 2]) / 1000 for e in particles()]
    flat = lists([event.astype(np.float32) for event in events], ("px", "py", "pz"))
    pq.write_table(pa.table({**flat, "label": LABELS}), tmp_path / "file")
    with pytest.raises(bench.InputError, match=r"say --unit 'p\?=TeV', or --unit 'p\?=GeV'"):
        imported_dataset(context, file=tmp_path / "file")
    with pytest.raises(bench.InputError, match="px in TeV, py in GeV, pz in GeV, wanted one unit"):
        imported_dataset(context, file=tmp_path / "file", units=("px=TeV",))
    imported_dataset(context, file=tmp_path / "file", units=("p?=TeV",))
    assert left(context) == ["mine"]
