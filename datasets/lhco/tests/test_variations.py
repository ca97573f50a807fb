"""Varied twins: frozen, of the same collisions in the same splits, and not taken for nominal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from bench_lhco import BlackBox2, ResearchAndDevelopment
from bench_lhco.events import Particles, event_ids
from bench_lhco.jets import cluster
from bench_lhco.labels import NOMINAL, Twin, VariationName
from bench_lhco.twin import chunks
from bench_lhco.twin.chunks import Chunk, simulate_chunk
from bench_lhco.twin.detector import CMS
from bench_lhco.twin.simulate import recipe, simulate
from bench_lhco.twin.towers import square_grid
from bench_lhco.twin.variations import VARIATIONS, in_the_same_split

import bench

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "variations.md"
EVENTS = 20
VARIED = ResearchAndDevelopment(variation="scale-up")
SPLITS = ("train", "valid", "test")


def chunk(variation: str = NOMINAL, seed: int = 1) -> Particles:
    return simulate_chunk(Chunk("rd", "signal", seed, 0, EVENTS, variation))


def splits_of(particles: Particles) -> np.ndarray:
    ids = event_ids(particles)
    n = len(ids)
    y, weights = np.zeros(n, dtype=np.int8), np.ones(n)
    table = bench.Table((), np.zeros((n, 0), dtype=np.float32), y, ids, weights)
    return np.argmax([bench.rows_in(table, split) for split in SPLITS], axis=0)


def same(a: Particles, b: Particles) -> bool:
    return a.values.tobytes() == b.values.tobytes() and (a.offsets == b.offsets).all()


def paired(a: Particles, b: Particles) -> list[tuple[int, int]]:
    """The rows of events of one collision: they have tracks in common."""
    owners: dict[bytes, int] = {}
    for row in range(len(a)):
        owners |= dict.fromkeys(_directions(a, row), row)
    pairs = []
    for other in range(len(b)):
        rows = [owners[at] for at in _directions(b, other) if at in owners]
        if len(rows) > 10:
            assert len(set(rows)) == 1
            pairs.append((rows[0], other))
    return pairs


def _directions(particles: Particles, row: int) -> list[bytes]:
    """Where each particle goes, to the bit."""
    values = particles.values[particles.offsets[row] : particles.offsets[row + 1]]
    return [direction.tobytes() for direction in values[:, 1:]]


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "BATCH", 20)
        patch.setattr(ResearchAndDevelopment, "twin", Twin({"background": 5, "signal": 5}, 0.1))
        yield


@pytest.fixture(scope="module")
def nominal(few: None) -> Particles:
    return chunk()


@pytest.fixture(scope="module")
def made(few: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[bench.Context, Path]:
    """A twin with another scale, and where it is."""
    folder = tmp_path_factory.mktemp("varied")
    context = bench.Context(data=folder / "data", scratch=folder / "s", checkpoints=folder)
    return context, VARIED.open(None, None, context).file


def test_the_option_has_the_variations_there_are() -> None:
    assert get_args(VariationName) == tuple(VARIATIONS)
    assert ResearchAndDevelopment().variation == NOMINAL
    numbers = [variation.number for variation in VARIATIONS.values()]
    assert len(set(numbers)) == len(numbers)
    for name, variation in VARIATIONS.items():
        assert variation.meaning
        assert bool(variation.settings) + (variation.detector != CMS) == (name != NOMINAL)


def test_the_page_says_what_each_one_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, variation in VARIATIONS.items():
        assert f"| `{name}` | {variation.meaning} |" in text


@pytest.mark.parametrize("variation", ["recoil", "towers"])
def test_the_same_request_gives_the_same_bytes_and_other_ones_than_nominal(
    variation: str, nominal: Particles
) -> None:
    one = chunk(variation)
    assert same(one, chunk(variation))
    assert len(one) == EVENTS
    assert not np.isin(event_ids(one), event_ids(nominal)).any()


def test_a_varied_detector_sees_the_same_collisions_in_the_same_splits(nominal: Particles) -> None:
    for variation, share in (("scale-up", 0.8), ("resolution-up", 0.8), ("towers", 0.8)):
        varied = chunk(variation)
        pairs = paired(nominal, varied)
        assert len(pairs) > share * EVENTS, variation
        rows, others = np.array(pairs).T
        assert (splits_of(nominal)[rows] == splits_of(varied)[others]).all(), variation
        assert len(set(splits_of(nominal)[rows].tolist())) > 1


def test_another_shower_has_collisions_of_its_own(nominal: Particles) -> None:
    assert not paired(nominal, chunk("recoil"))


def test_the_scale_is_that_of_every_particle(nominal: Particles) -> None:
    varied = chunk("scale-up")
    for row, other in paired(nominal, varied):
        pt = [np.sort(_pt(p, i)) for p, i in ((nominal, row), (varied, other))]
        assert pt[1] == pytest.approx(pt[0] * 1.02, rel=1e-5)
    jets = [cluster(particles) for particles in (nominal, varied)]
    assert (jets[1].pt[:, 0] > 1200).any()


def _pt(particles: Particles, row: int) -> np.ndarray:
    return particles.pt[particles.offsets[row] : particles.offsets[row + 1]]


def test_physics_goes_the_way_it_should() -> None:
    count = {name: chunk(name).counts.mean() for name in (NOMINAL, "mpi", "towers")}
    assert count["mpi"] > 1.15 * count[NOMINAL]  # more soft particles
    assert count["towers"] < 0.95 * count[NOMINAL]  # neutral ones in one tower are one
    grid = square_grid(0.2)
    assert np.diff(grid.edges) == pytest.approx(0.2)
    assert set(grid.columns.tolist()) == {31}


def test_an_event_that_fits_no_split_is_left_out() -> None:
    event = Particles(np.array([[1500, 0.1, 0.2]], dtype=np.float32), np.array([0, 1]))
    own = event_ids(event)
    assert same(in_the_same_split(event, own), event)
    elsewhere = np.array([0 if splits_of(event)[0] else 2**64 - 1], dtype=np.uint64)
    assert len(in_the_same_split(event, elsewhere)) == 0


def test_the_recipe_says_the_variation_and_the_nominal_one_none() -> None:
    assert "variation" not in recipe("rd", 1)
    made = recipe("rd", 1, "recoil")
    assert made["variation"] == "recoil"
    assert "SpaceShower:dipoleRecoil = on" in str(made["signal_settings"])
    assert made != recipe("rd", 1, "scale-up")


@pytest.mark.parametrize(
    ("dataset", "variation", "message"),
    [("rd", "recoill", "did you mean recoil"), ("blackbox2", "recoil", "Vincia")],
)
def test_what_cannot_be_varied_is_refused(
    dataset: str, variation: str, message: str, tmp_path: Path
) -> None:
    fixed: dict[str, Any] = {"seed": 1, "jobs": 1, "scratch": tmp_path, "progress": None}
    with pytest.raises(bench.RequestError, match=message):
        simulate(dataset, {"background": 1}, variation=variation, **fixed)


def test_a_varied_twin_is_an_edition_of_its_own(made: tuple[bench.Context, Path]) -> None:
    context, file = made
    assert file.name == "rd.scale-up.twin.h5"
    source = VARIED.open(None, None, context)
    assert source.edition == "twin:scale-up"
    for edition in ("twin", "twin:scale-up"):
        assert VARIED.open(edition, None, context) == source
    assert len(VARIED.table(source, context)) == 10
    with pytest.raises(bench.RequestError, match="official edition has no variation scale-up"):
        VARIED.open("official", None, context)
    plain = ResearchAndDevelopment().open("twin", None, context)
    assert plain.edition == "twin"
    assert plain.file.name == "rd.twin.h5"


def test_a_varied_file_is_not_taken_for_a_nominal_one(made: tuple[bench.Context, Path]) -> None:
    context, file = made
    with pytest.raises(bench.InputError, match="--set variation=scale-up"):
        ResearchAndDevelopment().open(None, file, context)
    with pytest.raises(bench.InputError, match="wanted twin:mpi"):
        ResearchAndDevelopment(variation="mpi").open(None, file, context)
    assert VARIED.open("twin", file, context).edition == "twin:scale-up"


def test_a_damaged_one_is_refused_with_what_makes_it_anew(
    made: tuple[bench.Context, Path], tmp_path: Path
) -> None:
    context = replace(made[0], data=tmp_path)
    for part in made[1].parent.glob("*rd.scale-up.twin.h5*"):
        shutil.copy(part, tmp_path)
    file = tmp_path / made[1].name
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(bench.InputError, match="make rd --set variation=scale-up --force"):
        VARIED.open(None, None, context)


def test_black_box_2_may_have_another_detector() -> None:
    assert BlackBox2(variation="towers").variation == "towers"
