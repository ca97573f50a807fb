"""A language model that has been fitted: it scores, saves what was trained, loads it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score

import bench
from bench_llm.bases.source import BaseSource
from bench_llm.building import NetworkPlan, build, renderer_of
from bench_llm.examples import Reader
from bench_llm.explaining.explainer import SPARE, Explainer, LateExplainer
from bench_llm.explaining.generating import Explaining
from bench_llm.explaining.learning import (
    ExplainerSettings,
    demand_room,
    learn_to_explain,
    read_lessons,
)
from bench_llm.generating import Generation
from bench_llm.looks import BEST, FOLDER, count_looks, look_folder
from bench_llm.network.fused import AdapterAlone, FusedModel
from bench_llm.network.saved import read_learned, save_learned
from bench_llm.network.tuning import Tuning, expected_trainable, load_state
from bench_llm.prompts.frame import bare
from bench_llm.ranks import Ranks
from bench_llm.scoring import score
from bench_llm.training.looks import Looks
from bench_llm.training.loop import Hyperparameters, Training
from bench_llm.training.loss import Loss
from bench_llm.training.objective import Answering
from bench_llm.training.states import with_frozen_states

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.network.fused import Network

PLAN = "plan.json"
EXPLAINS = "explains"
LOGITS, GENERATE = "logits", "generate"
HERE = "."
"""The base of a plan whose language model lies, whole, beside the plan."""


@dataclass(frozen=True, eq=False)
class FittedLanguageModel:
    """A network, and how it is read to."""

    plan: NetworkPlan
    network: Network
    reader: Reader
    device: str
    decode: str = LOGITS
    explains: LateExplainer | None = None
    """What says why; None where nothing does."""
    looks: tuple[Looks, int] | None = None
    """Where what was learned at each look is kept, and of how many."""

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,), from one pass; or generated, then 0, 1 or NaN.

        A view that is not there is gone without: no numbers are fused, or the prompt is bare.
        """
        examples, renderer = self.reader.read(inputs), self.reader.renderer
        if self.decode == GENERATE:
            if isinstance(self.network, AdapterAlone):
                raise bench.RequestError("base=none has no language model to generate with")
            return Generation(self.network, renderer.tokenizer, self.device).answers(examples)
        return score(self.network, examples, self.device)

    def explain(
        self,
        inputs: bench.Inputs,
        columns: Sequence[bench.Column],
        seed: int | None,
        *,
        freely: bool = False,
    ) -> list[bench.Explanation]:
        """The answer of each event, and why as generated; claims are read from the text alone.

        Unless it writes freely, a number behind a short name is what the event's text says of the
        feature that is named.

        Raises:
            RequestError: it was fitted with `explain=0`.
        """
        if self.explains is None or isinstance(self.network, AdapterAlone):
            raise bench.RequestError(
                "it was fitted with explain=0, or is read at another look than its best, and gives "
                "no explanations; fit it with a share of train events that explain, such as "
                "--set explain=0.3"
            )
        renderer, texts = self.reader.renderer, inputs.views.get("texts", [])
        prompts = [] if freely else texts
        late = self.explains
        explaining = Explaining(
            self.network, late.explainer, renderer, self.device, late.longest + SPARE, prompts
        )
        examples = self.reader.read(inputs)
        demand_room(self.network, self.reader, examples, late.longest + SPARE)
        return explaining.explain(examples, inputs.ids, columns, seed)

    def save(self, folder: Path) -> None:
        """What was trained, the scaling, and the plan that the rest is built from.

        LoRA is in files of its own, in peft's layout; looks that are kept are in folders like it.
        """
        save_learned(self.network, folder)
        if self.looks:
            looks, count = self.looks
            looks.copy(count, folder / FOLDER)
        saved: dict[str, object] = {
            "plan": self.plan.as_json(),
            "bare": self.reader.bare,
            EXPLAINS: None,
        }
        if late := self.explains:
            late.explainer.save(folder)
            tuning = asdict(late.explainer.tuning)
            saved[EXPLAINS] = {"longest": late.longest, "tuning": tuning}
        (folder / PLAN).write_text(json.dumps(saved, indent=1))

    @classmethod
    def load(
        cls,
        folder: Path,
        device: str,
        *,
        decode: str = LOGITS,
        make_stem: Callable[[], Any] | None = None,
        base: BaseSource | None = None,
        look: str = BEST,
    ) -> FittedLanguageModel:
        """What `save` wrote, on the base that it was fitted on, which may be at `base` by now.

        Raises:
            RequestError: it has no such look.
            InputError: the base is not there any more, or is another one.
            DamagedError: a tensor is missing or too many.
        """
        saved = json.loads((folder / PLAN).read_text())
        # what is exported is one look, and says which
        learned = folder if saved.get("look") == look else look_folder(folder, look)
        plan = NetworkPlan.of_json(saved["plan"])
        if plan.base.name == HERE:
            base = BaseSource(str(folder.absolute()))
            plan = replace(plan, base=base, digest=base.digest())
        elif base not in (None, plan.base) and not _is_here(plan):
            plan = replace(plan, base=base)
        network = build(plan, device, make_stem)
        load_state(network, read_learned(learned, device))
        reader = Reader(
            renderer_of(plan), saved["bare"], network.adapter, plan.control, values=plan.values
        )
        count = count_looks(folder)
        looks = (Looks(folder / FOLDER), count) if count else None
        late = None
        explains = saved.get(EXPLAINS)
        if isinstance(explains, dict) and BEST in (look, saved.get("look")):
            assert isinstance(network, FusedModel)
            tuning = Tuning(**explains["tuning"])
            late = LateExplainer(
                partial(Explainer.load, network, plan, tuning, folder, device), explains["longest"]
            )
        return cls(plan, network.eval(), reader, device, decode, late, looks)


@dataclass(frozen=True)
class FitSettings:
    """How a network is fitted."""

    hyperparameters: Hyperparameters
    loss: Loss
    explains: ExplainerSettings | None = None
    """How it learns to explain, if it does."""


def fit(
    plan: NetworkPlan,
    settings: FitSettings,
    train: bench.Inputs,
    valid: bench.Inputs,
    context: bench.Context,
) -> FittedLanguageModel:
    """Build the network of a plan, or take that of the fit to go on from, and train it."""
    for split, inputs in (("train", train), ("valid", valid)):
        if len(np.unique(inputs.y)) < 2:
            raise bench.InputError(f"the {split} sample has one class only")
    fitted = _start(plan, train, context)
    network, reader, device = fitted.network, fitted.reader, context.device
    ranks = Ranks.of(context)
    with ranks.in_turn():  # the first process computes what the others find
        seen, watched = (
            with_frozen_states(network, plan, reader.read(inputs), context, split)
            for split, inputs in (("train", train), ("valid", valid))
        )

    lessons, explains = None, settings.explains
    if explains and isinstance(network, FusedModel):
        lessons = read_lessons(network, reader, explains, train)

    def valid_auc() -> float:
        scores = score(network, watched, device, ranks)
        return float(roc_auc_score(watched.y, scores, sample_weight=watched.weights))

    training = Training(
        network=network,
        objective=Answering(network, seen, settings.loss, valid_auc, device),
        hyperparameters=settings.hyperparameters,
        score=fitted.score,
        expected_trainable=expected_trainable(network, plan.tuning.kind),
        context=context,
    )
    count = training.run()
    network.eval()
    looks = (training.looks, count) if training.looks else None
    late = None
    if explains and lessons and isinstance(network, FusedModel):
        explains = replace(explains, after=settings.hyperparameters.schedule.steps(len(seen)))
        late = learn_to_explain(network, plan, lessons, explains, context)
    return replace(fitted, looks=looks, explains=late)


def _start(plan: NetworkPlan, train: bench.Inputs, context: bench.Context) -> FittedLanguageModel:
    """What the training starts from."""
    make_stem = context.view_modules.get("numbers")
    if context.warm_start is not None:
        fitted = FittedLanguageModel.load(context.warm_start, context.device, make_stem=make_stem)
        _demand_same(fitted.plan, plan)
        return fitted
    network = build(plan, context.device, make_stem)
    if network.adapter is not None:
        network.adapter.scaler.learn(train.views["numbers"])
    text = bare(train.views.get("texts", []))
    reader = Reader(
        renderer_of(plan), text, network.adapter, plan.control, context.seed, plan.values
    )
    return FittedLanguageModel(plan, network, reader, context.device)


def _is_here(plan: NetworkPlan) -> bool:
    """Whether the base that a plan was made with is where it was."""
    try:
        return plan.base.digest() == plan.digest
    except bench.InputError:
        return False


def _demand_same(before: NetworkPlan, now: NetworkPlan) -> None:
    """Refuse to go on with another network than the earlier fit's; the seed may be another one.

    Raises:
        RequestError: what differs.
    """
    now = replace(
        now,
        seed=before.seed,
        form=replace(now.form, random=before.form.random),
        tuning=replace(now.tuning, seed=before.tuning.seed),
    )
    for field in fields(NetworkPlan):
        earlier, current = getattr(before, field.name), getattr(now, field.name)
        if earlier != current:
            raise bench.RequestError(
                f"the run to go on from has another {field.name}: {earlier}, wanted {current}"
            )
