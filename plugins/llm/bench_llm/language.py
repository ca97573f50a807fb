"""A language model as the bench asks for it: fitted, loaded, shown token by token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_llm.bases.source import NONE
from bench_llm.looks import ALL
from bench_llm.options import LanguageOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_llm.building import NetworkPlan
    from bench_llm.fitted import FittedLanguageModel


@dataclass(frozen=True)
class LanguageModel(LanguageOptions):
    """A causal language model that is fine-tuned to answer `signal` or `background`."""

    def device_problem(self, device: str) -> str | None:
        """Why torch has no such device."""
        import torch

        count = torch.cuda.device_count()
        if int(device.partition(":")[2] or 0) < count:
            return None
        build = "" if torch.version.cuda else ", and this is a CPU build of torch"
        return f"torch sees {count} CUDA devices{build}"

    def join_ranks(self, device: str) -> Callable[[bytes], bytes]:
        """Meet the other processes, each of which has the whole network (data-parallel)."""
        from bench_llm.ranks import join

        return join(device)

    def fit(
        self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
    ) -> FittedLanguageModel:
        """Train on the answer alone; the train split gives the scaling of the numbers."""
        from bench_llm.fitted import fit
        from bench_llm.planning import fit_settings
        from bench_llm.ranks import Ranks

        with Ranks.of(context).together():
            plan = self.plan_for(train, context)
            settings = fit_settings(self, context.seed, context.ranks)
            return fit(plan, settings, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedLanguageModel:
        """What was trained, on its base."""
        from bench_llm.fitted import FittedLanguageModel

        make_stem = context.view_modules.get("numbers")
        return FittedLanguageModel.load(
            folder,
            context.device,
            decode=self.decode,
            make_stem=make_stem,
            base=self.source,
            look=self.look,
        )

    def export(self, saved: Path, folder: Path, context: bench.Context) -> Mapping[str, object]:
        """The adapter in peft's layout, or the whole model in transformers', with its tokenizer."""
        from bench_llm.exporting import export

        return export(saved, folder, context, self.look)

    def preview(self, train: bench.Inputs, context: bench.Context) -> str:
        """One event of the train split as the network reads it, token by token."""
        from bench_llm.preview import preview

        return preview(self.plan_for(train, context), train, self.explain)

    def count_tokens(self, inputs: bench.Inputs, context: bench.Context) -> NDArray[np.int64]:
        """Tokens of each event's prompt, with those that stand for its numbers: (n,)."""
        from bench_llm.preview import count_tokens

        return count_tokens(self.plan_for(inputs, context), inputs)

    def render(self, inputs: bench.Inputs, context: bench.Context) -> bench.Rendered | None:
        """Each event's tokens as trained on and as scored; None without a language model."""
        from bench_llm.preview import render

        return render(self.plan_for(inputs, context), inputs)

    def fit_size(self, inputs: bench.Inputs, context: bench.Context) -> float | None:
        """What is trained, once as it is best and once for each look, and what explains.

        None for one look alone that explains nothing.
        """
        if self.looks != ALL and not self.explain:
            return None
        from bench_llm.planning import explainer_size, learned_size

        plan, make_stem = self.plan_for(inputs, context), context.view_modules.get("numbers")
        copies = 1 + self.most_looks * (self.looks == ALL)
        explains = explainer_size(plan) if self.explain else 0.0
        return learned_size(plan, make_stem) * copies + explains

    def plan_for(self, inputs: bench.Inputs, context: bench.Context) -> NetworkPlan:
        """What the network that reads these inputs is built from."""
        from bench_llm.planning import network_plan

        numbers, values = inputs.views.get("numbers"), inputs.views.get("values")
        return network_plan(
            self,
            d=0 if numbers is None else numbers.shape[1],
            values=0 if values is None or self.base == NONE else values.shape[1],
            seed=context.seed,
            has_stem="numbers" in context.view_modules,
        )
