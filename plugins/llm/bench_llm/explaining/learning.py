"""How an explainer is trained: on texts about events, behind the answers that the fit gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

import bench
from bench_llm.answers import IGNORED
from bench_llm.explaining.draws import Draw, uniform
from bench_llm.explaining.encoder import VIEW
from bench_llm.explaining.explainer import (
    SPARE,
    Explainer,
    LateExplainer,
    read_before,
    tuning_of,
)
from bench_llm.explaining.targets import Targets
from bench_llm.network.blocks import window
from bench_llm.scoring import EVEN, score
from bench_llm.training.loop import Training
from bench_llm.training.loss import token_losses
from bench_llm.training.objective import LOSS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from bench_llm.building import NetworkPlan
    from bench_llm.examples import Examples, Reader
    from bench_llm.network.fused import FusedModel
    from bench_llm.training.loop import Hyperparameters

APART, MOST_APART = 0.05, 256
"""Share of the events, and how many at most, whose texts are not learned but looked at."""
SEED = 271_828
"""Of which these are."""
FOLDER, PREFIX = "explaining", "explanation_"
"""Of its checkpoints, and what the names of its scalars begin with."""


@dataclass(frozen=True)
class ExplainerSettings:
    """How an explainer is trained, and on which events."""

    hyperparameters: Hyperparameters
    share: float
    """Of the train events."""
    seed: int
    """Of which these are."""


@dataclass(frozen=True, eq=False)
class Saying:
    """To explain; the weights with the least loss of the texts that are set apart are the best."""

    network: FusedModel
    explainer: Explainer
    examples: Examples
    answers: NDArray[np.int8]
    """What the network answers to each event: (n,)."""
    targets: Targets
    texts: NDArray[np.intp]
    """Which are learned: (m,)."""
    apart: NDArray[np.intp]
    """Which are looked at: (k,)."""
    batch: int
    label: ClassVar[str] = "learning to explain"

    @property
    def weights(self) -> NDArray[np.float64]:
        """Of each text: (m,), all the same."""
        return np.ones(len(self.texts))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text with the prompt before it: (m,)."""
        targets, texts = self.targets, self.texts
        lengths: NDArray[np.int64] = (
            targets.lengths[texts] + self.examples.tokens.lengths[targets.of[texts]]
        )
        return lengths

    def losses(self, rows: NDArray[np.intp], dropped: NDArray[np.bool_]) -> Mapping[str, Tensor]:
        """Of some texts, nats a token: (b,). No event goes without its numbers."""
        return {LOSS: self._of(self.texts[rows])}

    def look(self) -> tuple[str, float, float]:
        """The loss of the texts that are set apart, nats a token."""
        with torch.no_grad():
            starts = range(0, len(self.apart), self.batch)
            losses = [self._of(self.apart[start : start + self.batch]) for start in starts]
        loss = float(torch.cat(losses).mean())
        return "valid_loss", loss, -loss

    def _of(self, texts: NDArray[np.intp]) -> Tensor:
        """The mean loss over the tokens of each text: (b,)."""
        events, colon = self.targets.of[texts], self.targets.colon
        with self.explainer.listening():
            before = read_before(self.network, self.examples, events, self.answers[events])
        ids = torch.from_numpy(self.targets.of_rows(texts)).to(before.lengths.device)
        logits = self.explainer(before, ids[:, :-1].clamp(min=0))
        learned = ids[:, colon:]
        losses = token_losses(logits[:, colon - 1 :], learned)
        return losses.sum(dim=1) / (learned != IGNORED).sum(dim=1)


def learn_to_explain(  # noqa: PLR0917
    network: FusedModel,
    plan: NetworkPlan,
    reader: Reader,
    settings: ExplainerSettings,
    train: bench.Inputs,
    context: bench.Context,
) -> LateExplainer:
    """An explainer beside a fitted network, trained on the events that are drawn for it.

    Args:
        network: fitted; it stays as it is.
        plan: that it was built from.
        reader: by which it reads.
        settings: of the explainer's training.
        train: events with what is said of them.
        context: of the fit.

    Raises:
        InputError: they do not fit the base's context with what is said of them.
    """
    drawn = Draw(settings.share, settings.seed)(train.ids)
    drawn[uniform(train.ids, settings.seed).argmin()] = True  # one of few, whatever the share
    train = train.take(np.flatnonzero(drawn))
    examples, renderer = reader.read(train), reader.renderer
    both = examples.tokens.answers
    targets = Targets.read(renderer.turns, both, train.views[VIEW])
    whole = examples.tokens.lengths[targets.of] + max(both.lengths) + targets.lengths
    renderer.demand_fit(whole, "with what is said behind them", SPARE)
    _demand_in_sight(network, int(whole.max()) + SPARE)
    explainer = Explainer(network, plan, tuning_of(plan.tuning), context.device)
    apart = _set_apart(train.ids)[targets.of]
    objective = Saying(
        network=network,
        explainer=explainer,
        examples=examples,
        answers=(score(network, examples, context.device) >= EVEN).astype(np.int8),
        targets=targets,
        texts=np.flatnonzero(~apart) if not apart.all() else np.arange(len(apart)),
        apart=np.flatnonzero(apart)[:MOST_APART] if apart.any() else np.arange(1),
        batch=settings.hyperparameters.schedule.batch,
    )
    with explainer.speaking():
        training = Training(
            network=explainer,
            objective=objective,
            hyperparameters=settings.hyperparameters,
            score=lambda inputs: np.zeros(len(inputs)),
            expected_trainable=(),
            context=_apart(context),
        )
        training.run()
    explainer.eval()
    return LateExplainer(lambda: explainer, int(targets.lengths.max()))


def _demand_in_sight(network: FusedModel, longest: int) -> None:
    """Refuse what is longer than some layer looks back: padding would take part of its window.

    Raises:
        InputError: how much longer.
    """
    tokens = window(network.language.config)
    if tokens is not None and longest > tokens:
        raise bench.InputError(
            f"layers of the base look {tokens} tokens back, and the longest prompt with what is "
            f"said behind it has {longest}: wanted a base that looks farther, or explain=0"
        )


def _set_apart(ids: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which events' texts are not learned: (n,)."""
    return uniform(ids, SEED) < APART


def _apart(context: bench.Context) -> bench.Context:
    """The surroundings of a training whose checkpoints and scalars are not those of the fit's."""

    def log(step: int, scalars: Mapping[str, float]) -> None:
        context.log(step, {f"{PREFIX}{name}": value for name, value in scalars.items()})

    return replace(
        context, checkpoints=context.checkpoints / FOLDER, log=log, watch=lambda training: None
    )
