"""Which part of a run each option is for, where several parts take options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Dataset, Part
from bench.plugins.options import build, options_of
from bench.plugins.registry import PluginEntry

MODEL, DATASET, EVALUATED, TRAIN, ENCODER = "model", "dataset", "evaluated", "train", "encoder"


@dataclass(frozen=True)
class Seat:
    """A part's place in a run, and the words before an option's dot that mean it."""

    key: str
    kind: str
    """What stands before the dot where an option is in parts of several kinds."""
    words: frozenset[str]
    entry: PluginEntry[Part]

    @property
    def names(self) -> frozenset[str]:
        """The options of the part."""
        return frozenset(option.name for option in options_of(self.entry.part))


def model_seat(entry: PluginEntry[Part]) -> Seat:
    """The place of the model."""
    return Seat(MODEL, MODEL, frozenset({MODEL}), entry)


def encoder_seat(entry: PluginEntry[Part]) -> Seat:
    """The place of an encoder, which goes by its name too as there may be several."""
    name = entry.part.name
    return Seat(f"{ENCODER} {name}", name, frozenset({ENCODER, name}), entry)


def dataset_seats(
    evaluated: PluginEntry[Dataset], train: PluginEntry[Dataset]
) -> tuple[Seat, Seat]:
    """The places of what is evaluated on and what is fitted on.

    An option of `dataset`, or of no word, is for both, as far as they have it: their features have
    to agree.
    """
    return (
        Seat(EVALUATED, DATASET, frozenset({DATASET, EVALUATED}), evaluated),
        Seat(TRAIN, DATASET, frozenset({DATASET, TRAIN}), train),
    )


def share_out(options: Mapping[str, str], seats: Sequence[Seat]) -> dict[str, dict[str, str]]:
    """What each part is given, by the key of its seat.

    Raises:
        RequestError: an option that no part has, that parts of several kinds have, or given twice.
    """
    shared: dict[str, dict[str, str]] = {seat.key: {} for seat in seats}
    given_as: dict[tuple[str, str], str] = {}
    for option, value in options.items():
        for seat in _takers(option, value, seats):
            name = option.rpartition(".")[2]
            if earlier := given_as.get((seat.key, name)):
                where = f"of the {seat.key} dataset " if seat.kind == DATASET else ""
                raise RequestError(
                    f"option {name!r} {where}is given twice: by {earlier} and by {option}={value}"
                )
            given_as[seat.key, name] = f"{option}={value}"
            shared[seat.key][name] = value
    return shared


def build_datasets(
    seats: tuple[Seat, Seat],
    evaluated: PluginEntry[Dataset],
    train: PluginEntry[Dataset],
    given: Mapping[str, Mapping[str, str]],
) -> tuple[Dataset, Dataset]:
    """Both datasets with their options.

    Raises:
        RequestError: a value that one of them does not take; how to give it to the other alone.
    """
    built = []
    for seat, entry, other in zip(seats, (evaluated, train), (train, evaluated), strict=True):
        try:
            built.append(build(entry.part, given[seat.key]))
        except RequestError as error:
            apart = TRAIN if seat.key == EVALUATED else EVALUATED
            alone = [
                f"{apart}.{name}={value}"
                for name, value in given[seat.key].items()
                if given[apart].get(name) == value
                and not _takes(entry, name, value)
                and _takes(other, name, value)
            ]
            hint = f"; for {other.part.name} alone say {' '.join(alone)}" if alone else ""
            raise RequestError(f"{error}{hint}") from error
    return built[0], built[1]


def _takes(entry: PluginEntry[Dataset], name: str, value: str) -> bool:
    try:
        build(entry.part, {name: value})
    except RequestError:
        return False
    return True


def _takers(option: str, value: str, seats: Sequence[Seat]) -> list[Seat]:
    """The seats that an option is for."""
    word, dot, name = option.rpartition(".")
    meant = [seat for seat in seats if not dot or word in seat.words]
    if not meant:
        words = {word for seat in seats for word in seat.words}
        raise RequestError(f"option {option!r}: no part {word!r}; {did_you_mean(word, words)}")
    able = [seat for seat in meant if name in seat.names]
    if not able:
        who = ", ".join(dict.fromkeys(seat.entry.part.name for seat in meant))
        every = {name for seat in meant for name in seat.names}
        raise RequestError(f"no option {option!r} in {who}; {did_you_mean(name, every)}")
    if len(kinds := dict.fromkeys(seat.kind for seat in able)) > 1:
        ways = " or ".join(f"{kind}.{name}={value}" for kind in kinds)
        raise RequestError(f"option {name!r} is in several parts; say {ways}")
    return able
