"""What both sides do: one base, the same tokens, the same settings; kept as one JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Variant:
    """A way of training, in bench's options; the peer's side is given the same by its own names."""

    name: str
    tuning: str = "lora"
    lora_blocks: int = 0
    """LoRA in so many of the last layers alone; 0 for all of them."""
    epochs: int = 1
    lr: float = 3e-4
    batch: int = 16
    """Events of a step."""
    r: int = 16
    alpha: float = 32.0
    targets: tuple[str, ...] = (
        *("q_proj", "k_proj", "v_proj", "o_proj"),
        *("gate_proj", "up_proj", "down_proj"),
    )
    weight_decay: float = 0.01
    clip: float = 1.0
    warmup: float = 0.1
    betas: tuple[float, float] = (0.9, 0.98)
    """As bench has them; not an option there."""


@dataclass(frozen=True)
class Task:
    """Events with their texts, and as the tokens that bench makes of them."""

    base: str
    """The folder of the model."""
    layers: int
    """Blocks of the model."""
    texts: list[str]
    labels: list[int]
    """1 for signal."""
    prompts: list[list[int]]
    """Tokens of each text, from BOS on."""
    answers: list[list[int]]
    """Tokens that follow a prompt, EOS included: of background, of signal."""
    bos: str
    """BOS as text; empty where there is none."""
    steps: list[list[list[int]]]
    """Rows of each step of each epoch, in bench's order; for training alone."""
    variant: Variant | None = None
    device: str = "cpu"
    """Or `cuda`."""

    def write(self, file: Path) -> None:
        """Write it for the other side."""
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, file: str) -> Task:
        """What `write` wrote."""
        plain = json.loads(Path(file).read_text())
        variant = plain.pop("variant")
        return cls(**plain, variant=None if variant is None else Variant(**variant))
