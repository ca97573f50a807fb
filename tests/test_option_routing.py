"""An option reaches the parts that it is for, or is refused with the way to say it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from toys import Cut, Toy, Workplace, events

import bench
from bench.api.errors import RequestError
from bench.encoders.numbers import Numbers
from bench.plugins.options import options_in
from bench.running.parts import RunParts, resolve_parts
from bench.running.prepared import PreparedRun, prepare
from bench.running.study import read_study
from bench.storage.request import RunRequest


@dataclass(frozen=True)
class Kinds(Toy):
    """Two kinds of signal, fitted on another dataset that has none."""

    name = "kinds"
    train = "toy"
    signal: Literal["any", "dijet", "trijet"] = "any"
    scale: float = 1.0
    """The model has one, too."""

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        number, seed = source.file.read_text().split()
        whole = events(int(number), int(seed) + 1)
        whole.x[:, 0] += self.shift
        return whole if self.signal == "any" else whole.take(np.arange(len(whole) // 2))


@dataclass(frozen=True)
class OtherKinds(Toy):
    """Another kind of signal, which its own check knows."""

    name = "other-kinds"
    signal: str = "any"

    def __post_init__(self) -> None:
        if self.signal not in ("any", "dijet"):
            raise ValueError(f"signal {self.signal}: wanted any or dijet")


@dataclass(frozen=True)
class More(Numbers):
    """Numbers with an option that another encoder has as well."""

    name = "more"
    digits: int = 3


@dataclass(frozen=True)
class Words(bench.Encoder):
    name = "words"
    produces = frozenset({"texts"})
    digits: int = 3

    def encode(self, table: bench.Table, learned: object) -> dict[str, list[str]]:
        return {"texts": ["" for _ in table.y]}


@dataclass(frozen=True)
class Both(Cut):
    name = "both"
    reads = frozenset({"numbers", "texts"})
    encoder = ("more", "words")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Kinds, OtherKinds, More, Words, Both)
    return place


def request(dataset: str = "kinds", train: str | None = None, **options: str) -> RunRequest:
    given = {name.replace("__", "."): value for name, value in options.items()}
    return RunRequest(plugin="cut", dataset=dataset, train=train, options=given)


def built(place: Workplace, *args: str, **options: str) -> RunParts:
    return resolve_parts(request(*args, **options), place.registry)


def test_an_option_of_the_evaluated_dataset_alone_is_for_it(place: Workplace) -> None:
    parts = built(place, signal="trijet")
    assert options_in(parts.dataset)["signal"] == "trijet"
    assert "signal" not in options_in(parts.train)


def test_an_option_of_the_train_dataset_alone_is_for_it(place: Workplace) -> None:
    assert built(place, "toy", "kinds", signal="dijet").train == Kinds(signal="dijet")


@pytest.mark.parametrize("word", ["shift", "dataset__shift"])
def test_an_option_that_both_datasets_have_is_for_both(place: Workplace, word: str) -> None:
    parts = built(place, **{word: "2"})
    assert (parts.dataset.shift, parts.train.shift) == (2.0, 2.0)


def test_a_word_gives_an_option_to_one_dataset_alone(place: Workplace) -> None:
    parts = built(place, evaluated__shift="2", train__shift="3")
    assert (parts.dataset.shift, parts.train.shift) == (2.0, 3.0)
    parts = built(place, "kinds", "kinds", train__signal="dijet")
    assert (parts.dataset, parts.train) == (Kinds(), Kinds(signal="dijet"))


def test_an_encoder_goes_by_its_name_where_two_have_the_option(place: Workplace) -> None:
    both = RunRequest(plugin="both", dataset="toy", options={"words.digits": "5"})
    assert [encoder.digits for encoder in resolve_parts(both, place.registry).encoders] == [3, 5]
    with pytest.raises(RequestError, match=r"say more.digits=5 or words.digits=5"):
        resolve_parts(replace(both, options={"digits": "5"}), place.registry)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"signal": "trijt"}, "kinds: option signal=trijt is not one of any, dijet, trijet"),
        ({"signl": "trijet"}, "no option 'signl' in cut, kinds, toy, numbers; did you mean signal"),
        ({"train.signal": "trijet"}, "no option 'train.signal' in toy; there is: shift"),
        ({"trian.shift": "1"}, "no part 'trian'; did you mean train"),
        ({".shift": "1"}, "no part ''; there is: "),
        ({"scale": "2"}, "say model.scale=2 or dataset.scale=2"),
        ({"shift": "1", "evaluated.shift": "2"}, "by shift=1 and by evaluated.shift=2"),
        ({"dataset.shift": "1", "train.shift": "1"}, "of the train dataset is given twice"),
        ({"offset": "1", "model.offset": "1"}, "option 'offset' is given twice"),
    ],
)
def test_an_option_for_nobody_or_twice_is_refused(
    place: Workplace, change: dict[str, str], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        resolve_parts(replace(request(), options=change), place.registry)


def test_a_value_that_one_dataset_does_not_take_is_told_with_the_way_out(place: Workplace) -> None:
    message = "wanted any or dijet; for kinds alone say evaluated.signal=trijet"
    with pytest.raises(RequestError, match=message):
        built(place, "kinds", "other-kinds", signal="trijet")
    with pytest.raises(RequestError, match=r"for kinds alone say train.signal=trijet"):
        built(place, "other-kinds", "kinds", signal="trijet")
    with pytest.raises(RequestError) as caught:
        built(place, "other-kinds", "kinds", signal="no-such")
    assert "alone" not in str(caught.value)
    parts = built(place, "kinds", "other-kinds", evaluated__signal="trijet")
    assert (parts.dataset.signal, parts.train.signal) == ("trijet", "any")


def test_what_one_dataset_is_given_reaches_the_keys(place: Workplace) -> None:
    def work(**options: str) -> PreparedRun:
        parts = resolve_parts(request(**options), place.registry)
        return prepare(parts, place.home, place.store, place.context)

    plain, narrow, moved = work(), work(signal="trijet"), work(train__shift="1")
    assert len({plain.key, narrow.key, moved.key}) == 3
    assert plain.fit_request.key == narrow.fit_request.key != moved.fit_request.key
    assert narrow.samples.records["evaluated"].options["signal"] == "trijet"
    shifts = [moved.samples.records[role].options["shift"] for role in ("train", "evaluated")]
    assert shifts == [1.0, 0.0]
    assert work(evaluated__signal="trijet").key == narrow.key, "the same by another word"


def test_a_study_gives_options_to_one_dataset_as_toml_has_it(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    for line in ('set = { train.shift = 1, "evaluated.signal" = "dijet" }', "set.train.shift = 1"):
        file.write_text(f'[[runs]]\nplugin = "cut"\ndataset = "kinds"\n{line}\n')
        (requested,) = read_study(file).runs
        assert requested.options["train.shift"] == "1"
    assert requested.options == {"train.shift": "1"}
