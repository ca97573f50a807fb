"""The loader: what it finds, and its manners with plugins that are broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bench
from bench.api.errors import RequestError
from bench.api.parts import Dataset, Encoder, Metric, Model
from bench.plugins.registry import HOOKS, load_registry

GOOD = '''
from dataclasses import dataclass
import bench

@dataclass(frozen=True)
class Toy(bench.Model):
    """A toy."""
    name = "{name}"
    reads = frozenset({{"numbers"}})
    encoder = "numbers"

    def fit(self, train, valid, context):
        raise NotImplementedError

    def load(self, folder, context):
        raise NotImplementedError

@bench.hookimpl
def bench_models():
    return [Toy]
'''


class Shelves:
    """Installs plugin packages of one module each into a folder on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, plugin: str, source: str, distribution: str | None = None) -> None:
        distribution = distribution or f"bench-{plugin}"
        module = distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(source)
        info = self.folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[bench]\n{plugin} = {module}\n")


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Shelves(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("bench_"):
            del sys.modules[name]


def reasons(plugin: str) -> list[str]:
    return [problem.reason for problem in load_registry().problems if problem.plugin == plugin]


def test_finds_a_plugin_that_is_installed(shelves: Shelves) -> None:
    shelves.install("toy", GOOD.format(name="toy"))
    entry = load_registry().model_of("toy")
    assert (entry.part.name, entry.distribution, entry.version) == ("toy", "bench-toy", "1.0")


def test_the_core_itself_has_no_trouble_and_offers_its_parts() -> None:
    registry = load_registry()
    assert not registry.problems
    assert registry.find(Encoder, "numbers").plugin == "core"
    assert {"auc", "sic", "max_sic"} <= set(registry.all(Metric))


def test_a_broken_import_is_named_and_hides_nothing(shelves: Shelves) -> None:
    shelves.install("broken", "import no_such_module_anywhere")
    shelves.install("leaves", "raise SystemExit(3)")
    shelves.install("toy", GOOD.format(name="toy"))
    assert "no_such_module_anywhere" in reasons("broken")[0]
    assert "SystemExit" in reasons("leaves")[0]
    assert load_registry().model_of("toy")


def test_a_misspelt_hook_is_named_with_the_right_one(shelves: Shelves) -> None:
    shelves.install("toy", GOOD.format(name="toy").replace("bench_models", "bench_model"))
    assert reasons("toy") == ["no hook is called 'bench_model'; did you mean bench_models?"]


def test_an_undecorated_hook_is_named(shelves: Shelves) -> None:
    shelves.install("toy", GOOD.format(name="toy").replace("@bench.hookimpl", ""))
    assert reasons("toy") == ["bench_models is not decorated with @bench.hookimpl"]
    with pytest.raises(RequestError, match="not decorated"):
        load_registry().model_of("toy")


def test_a_wrong_signature_is_named(shelves: Shelves) -> None:
    shelves.install("toy", GOOD.format(name="toy").replace("bench_models()", "bench_models(what)"))
    (reason,) = reasons("toy")
    assert "cannot be registered" in reason
    assert "what" in reason


def test_a_hook_that_fails_or_gives_something_else_is_named(shelves: Shelves) -> None:
    shelves.install("toy", GOOD.format(name="toy").replace("[Toy]", "1 / 0"))
    shelves.install("odd", GOOD.format(name="odd").replace("[Toy]", '["toy"]'))
    assert "ZeroDivisionError" in reasons("toy")[0]
    assert "wanted a named subclass of Model" in reasons("odd")[0]


def test_a_part_that_two_plugins_offer_is_had_from_neither(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelves.install("one", GOOD.format(name="same"))
    shelves.install("two", GOOD.format(name="same"))
    assert "one (bench-one) and two (bench-two)" in reasons("one")[0]
    with pytest.raises(RequestError, match="offered by one"):
        load_registry().find(Model, "same")
    monkeypatch.setenv("BENCH_PLUGINS", "two")
    assert load_registry().find(Model, "same").plugin == "two"


def test_a_plugin_name_that_two_distributions_claim_is_loaded_from_neither(
    shelves: Shelves,
) -> None:
    shelves.install("toy", GOOD.format(name="toy"), "bench-a")
    shelves.install("toy", GOOD.format(name="toy"), "bench-b")
    assert reasons("toy") == ["the plugin name 'toy' is claimed by bench-a and bench-b"]


def test_the_allow_list_leaves_only_what_it_names(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelves.install("toy", GOOD.format(name="toy"))
    shelves.install("broken", "1 / 0")
    monkeypatch.setenv("BENCH_PLUGINS", "toy, toyy")
    registry = load_registry()
    assert set(registry.all(Model)) == {"toy"}
    assert "numbers" in registry.all(Encoder)
    (problem,) = registry.problems
    assert problem.reason.endswith("did you mean toy?")


@pytest.mark.parametrize("kind", HOOKS.values())
def test_an_unknown_name_is_answered_with_what_was_meant(kind: type) -> None:
    known = sorted(load_registry().all(kind))
    with pytest.raises(RequestError, match=f"did you mean {known[0]}"):
        load_registry().find(kind, known[0] + "x")


def test_every_hook_is_documented_and_typed() -> None:
    from bench.api import hookspecs

    for name in HOOKS:
        hook = getattr(hookspecs, name)
        assert hook.__doc__.strip()
        assert "return" in hook.__annotations__
    specified = {name for name in vars(hookspecs) if name.startswith("bench_")}
    assert specified == set(HOOKS)


HEAVY = ("numpy", "torch", "transformers", "xgboost", "awkward", "fastjet", "h5py", "matplotlib")
HEAVY += ("distributed", "dask", "bench.formatters.reading")


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "models"], ["run", "--help"]])
def test_nothing_heavy_is_imported_to_list_or_to_help(arguments: list[str]) -> None:
    code = (
        "import sys; from bench.cli import main; sys.argv[1:] = sys.argv[2:]\n"
        "try: main()\n"
        f"finally: print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "bench", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.rstrip().endswith("heavy: []")


def test_the_list_of_commands_loads_none_of_them() -> None:
    code = (
        "import sys; from bench.cli import main; sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "finally: print('loaded:', {f'bench.cli.{name}' for name in ('run', 'data', 'list')} & "
        "set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.rstrip().endswith("loaded: set()")


def test_a_registry_knows_every_kind() -> None:
    assert {Dataset, Encoder, Model, Metric, bench.Guard, bench.Formatter} == set(HOOKS.values())
