"""Bases: a folder, the shipped one, or the hub with a pinned revision, from a local server."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from bench_llm.bases.loading import BaseForm, load_language, load_tokenizer
from bench_llm.bases.source import DOCUMENTED, SHIPPED, BaseSource
from bench_llm.text import TextOnly
from events import context, inputs

import bench

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB_ID = "somebody/small"


class Hub(ThreadingHTTPServer):
    """A server that answers as the hub does, for one model."""

    folder: Path
    requests: list[str]
    broken: set[str]


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append(f"{self.command} {path}")
        files = {f.name: f for f in self.server.folder.iterdir()}
        if path == f"/api/models/{HUB_ID}/tree/{COMMIT}":
            listed = [
                {"type": "file", "path": name, "size": 1, "oid": "0" * 40}
                for name in (*files, "model.py", "pytorch_model.bin")
            ]
            return self.send(json.dumps(listed).encode(), "application/json", with_body=with_body)
        if path.startswith(f"/api/models/{HUB_ID}/"):
            description = {"id": HUB_ID, "sha": COMMIT, "siblings": [], "private": False}
            return self.send(
                json.dumps(description).encode(), "application/json", with_body=with_body
            )
        name = path.rpartition("/")[2]
        if path != f"/{HUB_ID}/resolve/{COMMIT}/{name}" or name not in files:
            return self.send_error(404)
        content = files[name].read_bytes()
        if name in self.server.broken:
            content = content[:-1] + b"\xff"
        return self.send(content, "application/octet-stream", with_body=with_body)

    def send(self, content: bytes, kind: str, *, with_body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        body = content
        self.send_header("Content-Length", str(len(content)))
        whole = self.path.rpartition("/")[2].partition("?")[0]
        if (file := self.server.folder / whole).is_file():
            content = file.read_bytes()
            large = whole.endswith(".safetensors")
            head = b"" if large else b"blob %d\0" % len(content)
            hashed = hashlib.sha256 if large else hashlib.sha1
            self.send_header("ETag", f'"{hashed(head + content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


@pytest.fixture
def hub(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub(("127.0.0.1", 0), Answers)
    server.folder, server.requests, server.broken = Path(base), [], set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    for name, value in (
        ("ENDPOINT", here),
        ("HUGGINGFACE_CO_URL_TEMPLATE", here + "/{repo_id}/resolve/{revision}/{filename}"),
        ("HF_HUB_CACHE", str(tmp_path / "cache")),
        ("HF_HUB_OFFLINE", False),
    ):
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    yield server
    server.shutdown()
    server.server_close()


def test_a_hub_model_is_downloaded_once_and_is_the_folder_it_came_from(hub: Hub, base: str) -> None:
    source = BaseSource(HUB_ID, COMMIT)
    assert source.digest() == f"{HUB_ID}@{COMMIT}"
    downloaded, given = (load_language(s, BaseForm(), "cpu") for s in (source, BaseSource(base)))
    for one, other in zip(downloaded.parameters(), given.parameters(), strict=True):
        assert torch.equal(one, other)
    assert not [a for a in hub.requests if ".py" in a or ".bin" in a]
    before = len(hub.requests)
    assert load_tokenizer(source).get_vocab() == load_tokenizer(BaseSource(base)).get_vocab()
    assert len(hub.requests) == before


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_is_not_what_the_hub_says_is_fetched_again(hub: Hub, name: str) -> None:
    hub.broken = {name}
    with pytest.raises(bench.DamagedError, match=f"{name} is not what the hub says"):
        BaseSource(HUB_ID, COMMIT).folder()
    hub.broken = set()
    folder = BaseSource(HUB_ID, COMMIT).folder()
    assert (folder / name).read_bytes() == (hub.folder / name).read_bytes()


def test_a_hub_model_that_cannot_be_downloaded_is_told_in_one_line(hub: Hub) -> None:
    with pytest.raises(bench.InputError, match="cannot be downloaded") as caught:
        BaseSource("somebody/else", COMMIT).folder()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("revision", ["", "main", COMMIT[:7]])
def test_a_hub_model_without_a_pinned_revision_is_refused(revision: str) -> None:
    with pytest.raises(bench.InputError, match="wanted revision=COMMIT"):
        TextOnly(base=HUB_ID, revision=revision).content()


def test_the_documented_model_is_pinned() -> None:
    assert len(BaseSource(DOCUMENTED).commit()) == 40


def test_a_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for base in ("no-such-folder", str(tmp_path), "/nowhere/at/all"):
        with pytest.raises(bench.InputError, match="base="):
            TextOnly(base=base).fit(inputs(32), inputs(32, 1), context(tmp_path / "fit"))


def test_the_bytes_of_the_base_are_part_of_the_request(base: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in Path(base).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert TextOnly(base=str(copy)).content() == TextOnly(base=base).content()
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    assert TextOnly(base=str(copy)).content() != TextOnly(base=base).content()


def test_the_layers_that_lora_is_not_added_to_are_named(base: str, tmp_path: Path) -> None:
    model = TextOnly(base=base, tuning="lora", targets=("query",))
    with pytest.raises(bench.InputError, match=r"targets=query: .* q_proj"):
        model.fit(inputs(32), inputs(32, 1), context(tmp_path))


def test_the_base_that_is_shipped_is_small_and_says_how_it_was_made() -> None:
    from safetensors import safe_open

    sizes = {f.name: f.stat().st_size for f in SHIPPED.iterdir()}
    assert sum(sizes.values()) <= 12_000_000
    config = json.loads((SHIPPED / "config.json").read_text())
    assert config["architectures"] == ["MistralForCausalLM"]
    count = 0
    with safe_open(SHIPPED / "model.safetensors", "pt") as weights:
        for name in weights.keys():  # noqa: SIM118
            tensor: Any = weights.get_tensor(name)
            assert tensor.dtype in (torch.bfloat16, torch.float16)
            count += tensor.numel()
    assert 1_000_000 < count < 6_000_000
    card = (SHIPPED / "README.md").read_text()
    assert "pretrain_tiny.py" in card
    assert "no label" in card


def test_the_shipped_tokenizer_splits_numbers_into_digits() -> None:
    tokenizer = load_tokenizer(BaseSource("tiny"))
    pieces = [tokenizer.decode([i]) for i in tokenizer(" pt=1310 m=94.3")["input_ids"]]
    assert pieces == ["<s>", " pt=", "1", "3", "1", "0", " m=", "9", "4", ".", "3"]


def test_four_bits_that_have_scored_train_as_those_that_have_not(base: str) -> None:
    """Whatever the CPU: bitsandbytes has another layout for one that computes in bfloat16."""

    def gradient(*, scored: bool) -> torch.Tensor:
        language = load_language(BaseSource(base), BaseForm(quantised=True), "cpu")
        embedded = language.get_input_embeddings()(torch.tensor([[3, 4, 5, 6]])).detach()
        if scored:
            with torch.inference_mode():
                language.eval()(inputs_embeds=embedded)
        embedded.requires_grad_()
        language.train()(inputs_embeds=embedded).logits.square().sum().backward()
        return embedded.grad

    assert torch.equal(gradient(scored=True), gradient(scored=False))
