"""A GGUF file's model in the hub's layout, unpacked once: to read such a file takes half a minute.

The folder lies under the bench's home, with the weights in float32, which holds what 4 to 8 bits
say exactly. It is verified by its hashes whenever a process first reads it.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import bench
from bench_llm.bases.tensors import demand_placed

log = logging.getLogger(__name__)


@cache
def unpacked(file: Path) -> Path:
    """The folder of the file's model, made where it is not there yet or is damaged.

    Raises:
        InputError: what reads such files is not installed.
        OSError, ValueError, KeyError: there is no model in it that transformers knows.
    """
    bases = bench.data_folder().parent / "bases"
    folder = bases / f"{file.stem}.{bench.file_digest(file)[:16]}"
    if _sound(folder):
        return folder
    if find_spec("gguf") is None:
        raise bench.InputError(
            f"{file}: a GGUF file is read by the package gguf, which is not installed; "
            "`pip install 'bench-llm[gguf]'` brings it"
        )
    bench.make_folder(bases)
    with (
        bench.locked(bases / f".{folder.name}.lock", log.info),
        tempfile.TemporaryDirectory(dir=bases, prefix=".unpacking-") as draft,
    ):
        with suppress(bench.DamagedError):  # another process may have made it meanwhile
            bench.verify(folder)
            return folder
        made, broken = Path(draft) / "made", Path(draft) / "broken"
        _unpack(file, made)
        bench.demand_held()
        with suppress(FileNotFoundError):
            folder.rename(broken)
        try:
            bench.put_in_place(made, folder)
        except OSError:
            if not _sound(folder):  # unless another process was as quick
                raise
    return folder


def _unpack(file: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    packed: dict[str, Any] = {
        "gguf_file": file.name,
        "local_files_only": True,
        "trust_remote_code": False,
    }
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        file.parent, dtype=torch.float32, output_loading_info=True, **packed
    )
    language = loaded[0]
    demand_placed(loaded[1])
    # a model that was dequantised refuses to be saved, a fresh one with its weights does not
    config = language.config
    config.dtype = torch.float32
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    plain.load_state_dict(language.state_dict())
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(file.parent, **packed).save_pretrained(folder)
    bench.seal(folder)


def _sound(folder: Path) -> bool:
    """Whether it is there, as it was made."""
    try:
        bench.verify(folder)
    except bench.DamagedError as error:
        if folder.exists():
            log.warning("%s; it is unpacked anew", error)
        return False
    return True
