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
from bench_llm.explaining.targets import Targets, ending
from bench_llm.network.blocks import window
from bench_llm.ranks import Ranks
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

APART, MOST_APART = 0.05, 64
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
    after: int = 0
    """Steps of the answer's training, behind which those of this one are numbered."""


@dataclass(frozen=True, eq=False)
class Lessons:
    """Events that are drawn to be explained, with what is said of them."""

    examples: Examples
    targets: Targets
    apart: NDArray[np.bool_]
    """Which texts are not learned but looked at: (m,)."""


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
        self.explainer.eval()
        with torch.no_grad():
            starts = range(0, len(self.apart), self.batch)
            losses = [self._of(self.apart[start : start + self.batch]) for start in starts]
        self.explainer.train()
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


def read_lessons(
    network: FusedModel, reader: Reader, settings: ExplainerSettings, train: bench.Inputs
) -> Lessons:
    """What is to be learned of the events that are drawn for it, before anything is trained.

    Args:
        network: whose base it is for.
        reader: by which events are read.
        settings: of the explainer's training.
        train: events with what is said of them.

    Raises:
        InputError: they do not fit the base's context with what is said of them, or its tokenizer
            has no token for some of that or none that ends it.
    """
    drawn = Draw(settings.share, settings.seed)(train.ids)
    drawn[uniform(train.ids, settings.seed).argmin()] = True  # one of few, whatever the share
    train = train.take(np.flatnonzero(drawn))
    examples = reader.read(train)
    answers = examples.tokens.answers
    if not ending(answers):
        raise bench.InputError("the base's tokenizer has no token that ends an explanation")
    targets = Targets.read(reader.renderer.turns, answers, train.views[VIEW])
    demand_room(network, reader, examples, int(targets.lengths.max()) + SPARE)
    return Lessons(examples, targets, _set_apart(train.ids)[targets.of])


def demand_room(network: FusedModel, reader: Reader, examples: Examples, longest: int) -> None:
    """Refuse prompts behind which there is no room for an explanation.

    Args:
        network: that has read them.
        reader: by which they were read.
        examples: the events.
        longest: tokens that an explanation may have.

    Raises:
        InputError: how many are too long for the base, or for the window of some layer, of which
            padding would take a part.
    """
    whole = examples.tokens.lengths + max(examples.tokens.answers.lengths) + longest
    reader.renderer.demand_fit(whole, "with what is said behind them")
    tokens = window(network.language.config)
    if tokens is not None and whole.max(initial=0) > tokens:
        raise bench.InputError(
            f"layers of the base look {tokens} tokens back, and the longest prompt with what is "
            f"said behind it has {whole.max()}: wanted a base that looks farther, or explain=0"
        )


def learn_to_explain(
    network: FusedModel,
    plan: NetworkPlan,
    lessons: Lessons,
    settings: ExplainerSettings,
    context: bench.Context,
) -> LateExplainer:
    """An explainer beside a fitted network, trained on what is to be said behind its answers.

    Args:
        network: fitted; it stays as it is.
        plan: that it was built from.
        lessons: what is learned.
        settings: of the explainer's training.
        context: of the fit.
    """
    explainer = Explainer(network, plan, tuning_of(plan.tuning), context.device)
    apart, examples, ranks = lessons.apart, lessons.examples, Ranks.of(context)
    objective = Saying(
        network=network,
        explainer=explainer,
        examples=examples,
        answers=(score(network, examples, context.device, ranks) >= EVEN).astype(np.int8),
        targets=lessons.targets,
        texts=np.flatnonzero(~apart),
        apart=np.flatnonzero(apart) if apart.any() else np.arange(1),
        batch=settings.hyperparameters.schedule.batch,
    )
    with explainer.speaking():
        training = Training(
            network=explainer,
            objective=objective,
            hyperparameters=settings.hyperparameters,
            score=lambda inputs: np.zeros(len(inputs)),
            expected_trainable=(),
            context=_apart(context, settings.after),
        )
        training.run()
    explainer.eval()
    return LateExplainer(lambda: explainer, int(lessons.targets.lengths.max()))


def _set_apart(ids: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which events' texts are not learned: (n,), fewer than all."""
    draws = uniform(ids, SEED)
    count = min(MOST_APART, int(APART * len(ids)))
    apart = np.zeros(len(ids), dtype=np.bool_)
    apart[np.argsort(draws)[:count]] = True
    return apart


def _apart(context: bench.Context, after: int) -> bench.Context:
    """The surroundings of a training whose checkpoints and scalars are not those of the fit's."""

    def log(step: int, scalars: Mapping[str, float]) -> None:
        context.log(after + step, {f"{PREFIX}{name}": value for name, value in scalars.items()})

    return replace(
        context, checkpoints=context.checkpoints / FOLDER, log=log, watch=lambda training: None
    )
