"""The look at the valid split whose weights score: said in one way, refused where none is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import RefusedError, RequestError
from bench.plugins.option_routing import MODEL
from bench.plugins.options import options_of
from bench.storage.request import BEST, LOOK, RunRequest

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.parts import Fitted, Model


def with_look(request: RunRequest, model: type[Model]) -> RunRequest:
    """The request with its look said in one way; none where it is the one that scores anyway.

    Raises:
        RequestError: the model has no looks to choose from, or two are said.
    """
    if LOOK not in {option.name for option in options_of(model)}:
        if request.look:
            raise RequestError(f"--look {request.look}: {model.name} keeps no looks")
        return request
    said = [request.options[name] for name in (LOOK, f"{MODEL}.{LOOK}") if name in request.options]
    if len({*said, *([request.look] if request.look else [])}) > 1:
        raise RequestError(f"--look {request.look} beside --set {LOOK}={said[0]}")
    look = request.look or (said[0] if said else BEST)
    rest = {k: v for k, v in request.options.items() if k not in (LOOK, f"{MODEL}.{LOOK}")}
    return replace(request, look=None if look == BEST else look, options=rest)


def loaded(model: Model, folder: Path, context: Context) -> Fitted:
    """The model that scores.

    Raises:
        RefusedError: the fit is sound, but has not got what is to be scored with.
    """
    try:
        return model.load(folder, context)
    except RequestError as error:
        raise RefusedError(f"{model.name}: {error}") from error
