"""Whether a base's files hold the whole of its language model, told by their headers alone."""

from __future__ import annotations

from functools import cache
from typing import Any

from bench_llm.bases.loading import load_config, quietly, refusal, where
from bench_llm.bases.source import NONE, BaseSource
from bench_llm.bases.tensors import demand_placed


@cache
def demand_whole(source: BaseSource, *, weights: bool = True) -> None:
    """Refuse a base that is not whole before any work; no weight is read, whatever its size.

    Tensors that are tied to others need not be there.

    Args:
        source: the base.
        weights: whether its own weights are wanted, and not random ones of its shape.

    Raises:
        InputError: a tensor is missing, is too many or has another shape; a file is cut off; the
            configuration makes no model.
    """
    if source.name == NONE:
        return
    config = load_config(source)
    try:
        with quietly():
            if not weights:
                _shaped(config)
            elif getattr(config, "quantization_config", None) is None:  # whose tensors are packed
                demand_placed(_placed(source))
    except Exception as error:
        raise refusal(source, "is not whole", error) from error


def _placed(source: BaseSource) -> dict[str, Any]:
    from transformers import AutoModelForCausalLM

    loaded: Any = AutoModelForCausalLM.from_pretrained(
        **where(source),
        use_safetensors=True,
        device_map={"": "meta"},
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    said: dict[str, Any] = loaded[1]
    return said


def _shaped(config: Any) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        AutoModelForCausalLM.from_config(config)
