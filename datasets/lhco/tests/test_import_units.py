"""Units of imported columns: the file's or the user's, kept in GeV; wrong ones are questioned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.import_file import import_file
from bench_lhco.imported.units import kind_of, parted, unit_of
from click.testing import CliRunner
from foreign import LABELS, NAMES, N, blocks, features
from importing import imported_dataset, left

import bench
from bench.api.dataset_requests import ImportRequest
from bench.cli.main import cli, main

pytestmark = pytest.mark.usefixtures("here")

MASSES = np.random.default_rng(3).uniform(3300, 3700, N)  # GeV


def csv(path: Path, **columns: object) -> Path:
    file = path / "file.csv"
    pd.DataFrame({"tau": np.linspace(0.1, 0.9, N), **columns, "label": LABELS}).to_csv(
        file, index=False
    )
    return file


def table_of(mine: bench.Dataset, context: bench.Context) -> bench.Table:
    return mine.table(mine.open(None, None, context), context)


def units(table: bench.Table) -> dict[str, str]:
    return {column.name: column.unit for column in table.columns}


def test_a_mass_in_tev_is_questioned_in_one_line_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    csv(tmp_path, m_jj=MASSES / 1000)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    words = ["data", "import", "file.csv", "--name", "mine"]
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "file.csv: m_jj has values of 3.3" in line
    assert "hardly GeV as its name suggests; say --unit m_jj=TeV, or --unit m_jj=GeV" in line
    assert not list((tmp_path / "home" / "data" / "imported").glob("mine"))
    ran = CliRunner().invoke(cli, [*words, "--unit", "m_jj=TeV"], catch_exceptions=False)
    assert ran.exit_code == 0
    assert "unit as stated by the user: m_jj in TeV, kept in GeV" in ran.output
    shown = CliRunner().invoke(cli, ["data", "card", "mine"]).output
    assert '[columns.m_jj]\nunit = "GeV"' in shown
    assert "unit as stated by the user: m_jj in TeV, kept in GeV" in shown


@pytest.mark.parametrize("said", ["TeV", "tev", "TeV/c^2", "TeV/c2"])
def test_what_the_user_says_is_converted_and_settles_it(
    tmp_path: Path, context: bench.Context, said: str
) -> None:
    file = csv(tmp_path, m_jj=MASSES / 1000)
    mine = imported_dataset(context, file=file, units=(f"m_jj={said}",))
    table = table_of(mine, context)
    assert np.allclose(table.column("m_jj"), MASSES, rtol=1e-6)
    assert (units(table)["m_jj"], mine.mass) == ("GeV", "m_jj")


def test_the_user_may_insist_and_the_card_shows_it(tmp_path: Path, context: bench.Context) -> None:
    file = csv(tmp_path, m_jj=MASSES / 1000)
    mine = imported_dataset(context, file=file, units=("m_jj=GeV",))
    assert "unit as stated by the user: m_jj in GeV" in mine.card()
    assert "far from what the LHC gives, as the user says" in mine.card()
    assert np.allclose(table_of(mine, context).column("m_jj"), MASSES / 1000, rtol=1e-6)
    scaled = imported_dataset(context, file=file, units=("m_jj=1",), force=True)
    assert (units(table_of(scaled, context))["m_jj"], scaled.mass) == ("1", None)


def in_header(path: Path) -> None:
    csv(path.parent, **{"m_jj [TeV]": MASSES / 1000}).rename(path)


def in_round_brackets(path: Path) -> None:
    csv(path.parent, **{"mjj (TeV)": MASSES / 1000}).rename(path)


def in_its_name(path: Path) -> None:
    csv(path.parent, **{"m_jj_TeV": MASSES / 1000}).rename(path)


def in_a_comment(path: Path) -> None:
    made = csv(path.parent, m_jj=MASSES / 1000)
    path.write_text("# - {name: m_jj, unit: TeV, datatype: float64}\n" + made.read_text())


def in_metadata(path: Path) -> None:
    fields = [
        pa.field("tau", pa.float64()),
        pa.field("m_jj", pa.float64(), metadata={"unit": "TeV"}),
        pa.field("label", pa.int64()),
    ]
    columns = [np.linspace(0.1, 0.9, N), MASSES / 1000, LABELS]
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path)


def in_an_attribute(path: Path, said: object = '{"m_jj": "TeV"}') -> None:
    with h5py.File(path, "w") as f:
        f["df/axis0"] = f["df/block0_items"] = np.array(["tau", "m_jj", "label"], dtype="S8")
        f["df/block0_values"] = np.column_stack([np.linspace(0.1, 0.9, N), MASSES / 1000, LABELS])
        f["df"].attrs["units"] = said


def in_one_attribute_for_all(path: Path) -> None:
    in_an_attribute(path, "TeV")


def in_an_attribute_for_each(path: Path) -> None:
    in_an_attribute(path, np.array(["1", "TeV", ""], dtype="S3"))


@pytest.mark.parametrize(
    "write",
    [
        *(in_header, in_round_brackets, in_its_name, in_a_comment, in_metadata),
        *(in_an_attribute, in_one_attribute_for_all, in_an_attribute_for_each),
    ],
)
def test_what_the_file_says_is_taken_and_said(
    tmp_path: Path, context: bench.Context, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file")
    table = table_of(mine, context)
    assert np.allclose(table.column("m_jj"), MASSES, rtol=1e-6)
    assert units(table) == {"tau": "1", "m_jj": "GeV"}
    assert "unit as stated in the file: m_jj in TeV, kept in GeV" in mine.card()


def test_what_the_file_says_is_questioned_too(tmp_path: Path, context: bench.Context) -> None:
    file = csv(tmp_path, **{"m_jj [TeV]": MASSES})
    with pytest.raises(bench.InputError, match=r"hardly TeV as the file says; say --unit m_jj=GeV"):
        imported_dataset(context, file=file)
    file = csv(tmp_path, **{"m_jj [rad]": MASSES})
    with pytest.raises(bench.InputError, match=r"m_jj is in 'rad' .* wanted MeV, GeV or TeV"):
        imported_dataset(context, file=file)
    mine = imported_dataset(context, file=file, units=("m_jj=GeV",))
    assert units(table_of(mine, context))["m_jj"] == "GeV"


RNG = np.random.default_rng(5)
WRONG = {
    "m_jj has values of 3.3.*e.06, hardly GeV .*say --unit m_jj=MeV": {"m_jj": MASSES * 1000},
    "lep_pt has values of 0.2.* hardly GeV .*--unit lep_pt=TeV": {
        "lep_pt": RNG.uniform(0.2, 0.8, N)
    },
    "energy has values .* hardly GeV as .*--unit energy=MeV": {"energy": RNG.uniform(5e5, 1e6, N)},
    "phi has values of -1.* hardly rad as .*--unit phi=deg, or": {"phi": RNG.uniform(-180, 180, N)},
    "j1_eta has values of .* hardly an eta as": {"j1_eta": RNG.uniform(-150, 150, N)},
    "mj1 has values of -.*: a mass is not negative": {"mj1": RNG.normal(0, 100, N)},
    "j1_pt has values of 1.2.* hardly GeV .*j1_pt=TeV": {"j1_pt": RNG.uniform(1.2, 2, N)},
    "j2_m has values of 0.0.* hardly GeV .*j2_m=TeV": {"j2_m": RNG.uniform(0.02, 0.5, N)},
    "mj1 .*likewise mj2": {"mj1": RNG.uniform(0.02, 0.5, N), "mj2": RNG.uniform(0.02, 0.5, N)},
    "phi has .* hardly deg as the file says; say --unit phi=rad": {
        "phi_deg": RNG.uniform(-3, 3, N)
    },
    "x has values of .* hardly GeV as the file": {"x [GeV]": RNG.uniform(0, 1e6, N)},
}


@pytest.mark.parametrize("message", WRONG)
def test_values_far_from_what_their_unit_allows_are_questioned(
    tmp_path: Path, context: bench.Context, message: str
) -> None:
    with pytest.raises(bench.InputError, match=message):
        imported_dataset(context, file=csv(tmp_path, **WRONG[message]))
    assert left(context) == []


def test_angles_in_degrees_are_kept_in_rad(tmp_path: Path, context: bench.Context) -> None:
    degrees = RNG.uniform(-180, 180, N)
    mine = imported_dataset(context, file=csv(tmp_path, j1_phi=degrees), units=("j1_phi=deg",))
    table = table_of(mine, context)
    assert np.allclose(table.column("j1_phi"), np.radians(degrees), rtol=1e-6)
    assert units(table)["j1_phi"] == "rad"


RIGHT = {
    "a second jet that is not always there": {"mj2": np.where(np.arange(N) % 3, 80.0, 0.0)},
    "a mass that rounding made negative": {"mj1": np.where(np.arange(N) % 9, 80.0, -1e-3)},
    "soft ones of a family": {f"part_pt_{i}": RNG.exponential(60 / (1 + i), N) for i in range(40)},
    "no momentum": {"log_pt": RNG.uniform(0, 3, N), "pt_ratio": RNG.uniform(0, 1, N)},
    "letters": {"m": RNG.uniform(0, 1, N), "e": RNG.normal(0, 1, N), "p": RNG.normal(0, 1, N)},
    "words that end alike": {"beta": RNG.uniform(0, 99, N), "theta": RNG.uniform(0, 99, N)},
    "nothing but 0": {"m_jj": np.zeros(N)},
}


@pytest.mark.parametrize("case", RIGHT)
def test_nothing_is_questioned_without_a_reason(
    tmp_path: Path, context: bench.Context, case: str
) -> None:
    imported_dataset(context, file=csv(tmp_path, **RIGHT[case]))
    assert left(context) == ["mine"]


def test_the_published_features_are_taken_without_a_question(
    tmp_path: Path, context: bench.Context
) -> None:
    blocks(tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file")
    table = table_of(mine, context)
    assert np.array_equal(table.x[:, :14], features().astype(np.float32))
    assert {u for name, u in units(table).items() if not name.startswith("tau")} == {"GeV"}


def test_the_published_features_in_tev_are_one_question_and_one_answer(
    tmp_path: Path, context: bench.Context
) -> None:
    x = features()
    momenta = [i for i, name in enumerate(NAMES) if not name.startswith("tau")]
    x[:, momenta] /= 1000
    blocks(tmp_path / "file", x)
    with pytest.raises(
        bench.InputError, match=r"pxj1 has values .*; likewise pyj1, pzj1, mj1, pxj2"
    ):
        imported_dataset(context, file=tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file", units=("p?j?=TeV", "mj?=TeV"))
    table = table_of(mine, context)
    assert np.allclose(table.x[:, :14], features(), rtol=1e-6)
    assert table.column("m_jj").min() > 20


def test_each_file_is_looked_at_by_itself(tmp_path: Path, context: bench.Context) -> None:
    train = csv(tmp_path, m_jj=MASSES).rename(tmp_path / "train.csv")
    test = csv(tmp_path, m_jj=MASSES[::-1] / 1000).rename(tmp_path / "test.csv")
    with pytest.raises(bench.InputError, match=r"test.csv: m_jj has values of 3.3"):
        imported_dataset(context, file=train, test_file=test)
    test = csv(tmp_path, **{"m_jj [TeV]": (MASSES[::-1] + 1) / 1000}).rename(tmp_path / "test.csv")
    table = table_of(imported_dataset(context, file=train, test_file=test), context)
    assert 3300 <= table.column("m_jj").min() <= table.column("m_jj").max() <= 3701


REQUESTS = {
    "--unit 'm_jj': wanted NAME=UNIT": ("m_jj",),
    "--unit '=TeV': wanted NAME=UNIT": ("=TeV",),
    "--unit m_jj=GeV: m_jj has a unit already": ("m_jj=TeV", "m_jj=GeV"),
    "--unit mass: there is no such column, there is tau, m_jj": ("mass=GeV",),
    "--unit m_jj=TV: it is a mass of two jets, wanted MeV, GeV or TeV": ("m_jj=TV",),
    "--unit m_jj=deg: it is a mass": ("m_jj=deg",),
}


@pytest.mark.parametrize("message", REQUESTS)
def test_units_that_cannot_be_are_refused(
    tmp_path: Path, context: bench.Context, message: str
) -> None:
    with pytest.raises(bench.RequestError, match=message):
        imported_dataset(context, file=csv(tmp_path, m_jj=MASSES), units=REQUESTS[message])
    assert left(context) == []


def test_names_and_spellings() -> None:
    assert parted("m_jj [TeV]") == ("m_jj", "TeV")
    assert parted("pT/GeV") == ("pT", "GeV")
    assert parted("tau[0]") == ("tau[0]", None)
    assert parted("jet (1)") == ("jet (1)", None)
    assert unit_of("MeV").factor == 1e-3
    assert unit_of("mm").stored == "mm"
    kinds = {name: kind.what for name in ("m_jj", "mJJ", "mj1") if (kind := kind_of(name))}
    assert kinds == {"m_jj": "a mass of two jets", "mJJ": "a mass of two jets", "mj1": "a mass"}
    assert all(kind_of(name) is None for name in ("tau1j1", "njets", "m", "e", "jet", "beta"))


def test_a_note_says_whose_the_usual_unit_is(tmp_path: Path, context: bench.Context) -> None:
    lines = import_file(ImportRequest(file=csv(tmp_path, m_jj=MASSES), name="mine"), context)
    assert lines[1:] == ["unit by the name, which the values bear out: m_jj in GeV"]
