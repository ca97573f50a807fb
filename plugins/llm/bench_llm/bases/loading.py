"""A base in memory: its weights in the precision asked for, its tokenizer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import bench
from bench_llm.bases.tensors import demand_placed

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from bench_llm.bases.source import BaseSource

T = TypeVar("T")


@dataclass(frozen=True)
class BaseForm:
    """In what form the weights of a base are wanted."""

    precision: str = "float32"
    """Of the weights that are not trained and of the arithmetic: `float32` or `bfloat16`."""
    quantised: bool = False
    """4 bits a weight: NF4 with double quantisation, by bitsandbytes."""
    random: int | None = None
    """A seed for random weights in place of the base's own."""


def load_tokenizer(source: BaseSource) -> PreTrainedTokenizerBase:
    """The tokenizer of a base.

    Raises:
        InputError: there is none that can be loaded safely.
    """
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = _read(
        source, lambda: AutoTokenizer.from_pretrained(**where(source))
    )
    return tokenizer


def load_config(source: BaseSource) -> PreTrainedConfig:
    """The configuration of a base's language model.

    Raises:
        InputError: there is none that can be loaded safely.
    """
    from transformers import AutoConfig

    config: PreTrainedConfig = _read(source, lambda: AutoConfig.from_pretrained(**where(source)))
    return config


def load_language(source: BaseSource, form: BaseForm, device: str) -> PreTrainedModel:
    """The language model of a base, on the device.

    Raises:
        InputError: there is none that can be loaded safely.
    """
    if (seed := form.random) is not None:
        config = load_config(source)
        return _moved(_read(source, lambda: with_random_weights(config, seed)), device)
    if source.gguf and form.quantised:
        raise bench.InputError(
            f"base={source.name}: a GGUF file is quantised already and is computed with in full "
            "precision; wanted tuning=lora, or the model's own folder for tuning=qlora"
        )
    return _read(source, lambda: _pretrained(source, form, device))


def with_random_weights(config: Any, seed: int) -> PreTrainedModel:
    """A language model of this configuration with random weights, in float32."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        language: PreTrainedModel = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    return language


def quantisation(precision: str) -> Any:
    """NF4 with double quantisation, computing in this precision."""
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, precision),
    )


def where(source: BaseSource) -> dict[str, Any]:
    """Where transformers finds a base: on this machine alone, and no code of it is run."""
    return {
        "pretrained_model_name_or_path": source.folder(),
        "local_files_only": True,
        "trust_remote_code": False,
    }


def _pretrained(source: BaseSource, form: BaseForm, device: str) -> PreTrainedModel:
    import torch
    from transformers import AutoModelForCausalLM

    settings: dict[str, Any] = {"dtype": getattr(torch, form.precision), "use_safetensors": True}
    settings["ignore_mismatched_sizes"] = True  # to be refused with its name
    if form.quantised:
        settings |= {"quantization_config": quantisation(form.precision), "device_map": device}
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        **where(source), **settings, output_loading_info=True
    )
    language: PreTrainedModel = loaded[0]
    demand_placed(loaded[1])
    return unpacked(language) if form.quantised else _moved(language, device)


@contextmanager
def quietly() -> Iterator[None]:
    """Within, what libraries show while they load stays off the screen."""
    from transformers.utils import logging as shown

    shown.disable_progress_bar()
    usual = shown.get_verbosity()
    shown.set_verbosity_error()
    # bitsandbytes tells everyone with bfloat16 instructions of a download that it could make
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    try:
        yield
    finally:
        shown.set_verbosity(usual)


def _moved(language: PreTrainedModel, device: str) -> PreTrainedModel:
    language.to(device)  # type: ignore[arg-type]  # transformers' wrapper loses the arguments
    return language


def unpacked(language: PreTrainedModel) -> PreTrainedModel:
    """A model in 4 bits whose weights stay in the layout that gradients pass through.

    On a CPU with bfloat16 instructions bitsandbytes would pack them at the first scoring, for good.
    """
    from bitsandbytes.nn import Linear4bit

    for module in language.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
    return language


def refusal(source: BaseSource, fault: str, error: Exception) -> bench.InputError:
    """The line that says what is wrong with a base, with the reason that a library gives."""
    first, _, rest = str(error).partition("\n")
    reason = f"{first} {rest.strip()}" if first.endswith(":") else first
    return bench.InputError(f"base={source.name} {fault}: {reason}")


def _read(source: BaseSource, load: Callable[[], T]) -> T:
    """What is loaded, or a line: files may break a library in any way.

    Raises:
        InputError: there is no base that can be loaded.
    """
    try:
        with quietly():
            return load()
    except (bench.BenchError, MemoryError):
        raise
    except Exception as error:
        raise refusal(source, "cannot be loaded", error) from error
