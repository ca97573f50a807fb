"""The options of a part: read off its dataclass fields, built from what the user typed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from functools import cache
from itertools import pairwise
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Model, Part

P = TypeVar("P", bound=Part)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Option:
    """One option of a part."""

    name: str
    kind: Any
    default: Any
    help: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it can have, where they are few: of a `Literal`."""
        return tuple(map(str, get_args(self.kind))) if get_origin(self.kind) is Literal else ()


@cache
def options_of(part: type) -> tuple[Option, ...]:
    """The options of a part, or of any dataclass, in the order of its fields."""
    hints = get_type_hints(part)
    texts = {}
    for base in reversed(part.__mro__):
        texts.update(_field_texts(base))
    return tuple(
        Option(
            name=field.name,
            kind=hints[field.name],
            default=None if field.default is MISSING else field.default,
            help=texts.get(field.name, ""),
        )
        for field in fields(part)
    )


def build(part: type[P], given: Mapping[str, object]) -> P:
    """The part with these options, converted from text where they are text.

    Raises:
        RequestError: an unknown option, or a value that does not fit its type.
    """
    known = {option.name: option for option in options_of(part)}
    values = {}
    for name, value in given.items():
        if name not in known:
            raise RequestError(f"{part.name} has no option {name!r}; {did_you_mean(name, known)}")
        values[name] = _convert(part, known[name], value)
    try:
        return part(**values)
    except (TypeError, ValueError) as error:
        raise RequestError(f"{part.name}: {error}") from error


def options_in(part: Part) -> dict[str, Any]:
    """All options of a part with their values, defaults included."""
    return asdict(part)


def fit_options(part: Part) -> dict[str, Any]:
    """The options that a fit depends on."""
    apart = part.scoring if isinstance(part, Model) else frozenset()
    return {name: value for name, value in options_in(part).items() if name not in apart}


def with_default_scoring(part: M) -> M:
    """The model with its options of scoring as they are by default: as `fit` leaves it."""
    return replace(
        part, **{o.name: o.default for o in options_of(type(part)) if o.name in part.scoring}
    )


def _convert(part: type[Part], option: Option, value: object) -> Any:
    import msgspec

    if isinstance(value, str):
        if get_origin(option.kind) is tuple:
            value = [word.strip() for word in value.split(",") if word.strip()]
        elif value.lower() == "none" and type(None) in get_args(option.kind):
            value = "null"
    try:
        return msgspec.convert(value, option.kind, strict=False)
    except msgspec.ValidationError as error:
        told = f"{part.name}: option {option.name}={value} is not "
        if option.choices:
            told += f"one of {', '.join(option.choices)}"
        else:
            kind = option.kind.__name__ if isinstance(option.kind, type) else str(option.kind)
            told += f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}: {error}"
        raise RequestError(told) from error


def _field_texts(part: type) -> dict[str, str]:
    """The string that stands under each annotated field in the class's source."""
    if part is object:
        return {}
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
    except (OSError, TypeError, SyntaxError):
        return {}  # no source at hand, such as a class made at run time: options without help
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    texts = {}
    for field, text in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            texts[field.target.id] = " ".join(text.value.value.split())
    return texts
