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
class OptionTarget:
    """A part of a run that takes options, and the words before an option's dot that mean it."""

    key: str
    kind: str
    """What stands before the dot where an option is in parts of several kinds."""
    words: frozenset[str]
    entry: PluginEntry[Part]

    @property
    def names(self) -> frozenset[str]:
        """The options of the part."""
        return frozenset(option.name for option in options_of(self.entry.part))


def model_target(entry: PluginEntry[Part]) -> OptionTarget:
    """The model as a target of options."""
    return OptionTarget(MODEL, MODEL, frozenset({MODEL}), entry)


def encoder_target(entry: PluginEntry[Part]) -> OptionTarget:
    """An encoder as a target of options; it goes by its name too, as there may be several."""
    name = entry.part.name
    return OptionTarget(f"{ENCODER} {name}", name, frozenset({ENCODER, name}), entry)


def dataset_targets(
    evaluated: PluginEntry[Dataset], train: PluginEntry[Dataset]
) -> tuple[OptionTarget, OptionTarget]:
    """What is evaluated on and what is fitted on, as targets of options.

    An option of `dataset`, or of no word, is for both, as far as they have it: their features have
    to agree.
    """
    return (
        OptionTarget(EVALUATED, DATASET, frozenset({DATASET, EVALUATED}), evaluated),
        OptionTarget(TRAIN, DATASET, frozenset({DATASET, TRAIN}), train),
    )


def share_out(
    options: Mapping[str, str], targets: Sequence[OptionTarget]
) -> dict[str, dict[str, str]]:
    """What each part is given, by the key of its target.

    Raises:
        RequestError: an option that no part has, that parts of several kinds have, or given twice.
    """
    shared: dict[str, dict[str, str]] = {target.key: {} for target in targets}
    given_as: dict[tuple[str, str], str] = {}
    for option, value in options.items():
        for target in _takers(option, value, targets):
            name = option.rpartition(".")[2]
            if earlier := given_as.get((target.key, name)):
                where = f"of the {target.key} dataset " if target.kind == DATASET else ""
                raise RequestError(
                    f"option {name!r} {where}is given twice: by {earlier} and by {option}={value}"
                )
            given_as[target.key, name] = f"{option}={value}"
            shared[target.key][name] = value
    return shared


def is_taken(option: str, targets: Sequence[OptionTarget]) -> bool:
    """Whether any part has an option of this name, after this word if it has one."""
    word, dot, name = option.rpartition(".")
    return any(name in t.names and (not dot or word in t.words) for t in targets)


def build_datasets(
    targets: tuple[OptionTarget, OptionTarget],
    evaluated: PluginEntry[Dataset],
    train: PluginEntry[Dataset],
    given: Mapping[str, Mapping[str, str]],
) -> tuple[Dataset, Dataset]:
    """Both datasets with their options.

    Raises:
        RequestError: a value that one of them does not take; how to give it to the other alone.
    """
    built = []
    for target, entry, other in zip(targets, (evaluated, train), (train, evaluated), strict=True):
        try:
            built.append(build(entry.part, given[target.key]))
        except RequestError as error:
            apart = TRAIN if target.key == EVALUATED else EVALUATED
            alone = [
                f"{apart}.{name}={value}"
                for name, value in given[target.key].items()
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


def _takers(option: str, value: str, targets: Sequence[OptionTarget]) -> list[OptionTarget]:
    """The parts that an option is for."""
    word, dot, name = option.rpartition(".")
    meant = [target for target in targets if not dot or word in target.words]
    if not meant:
        words = {word for target in targets for word in target.words}
        raise RequestError(f"option {option!r}: no part {word!r}; {did_you_mean(word, words)}")
    able = [target for target in meant if name in target.names]
    if not able:
        who = ", ".join(dict.fromkeys(target.entry.part.name for target in meant))
        every = {name for target in meant for name in target.names}
        raise RequestError(f"no option {option!r} in {who}; {did_you_mean(name, every)}")
    if len(kinds := dict.fromkeys(target.kind for target in able)) > 1:
        ways = " or ".join(f"{kind}.{name}={value}" for kind in kinds)
        raise RequestError(f"option {name!r} is in several parts; say {ways}")
    return able
