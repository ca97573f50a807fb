"""No secret is stored, shown or logged: known forms of tokens, and what variables hold."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import leaky
import numpy as np
import pandas as pd
import pytest
from toys import Toy, Workplace

import bench
from bench.cli.main import main
from bench.storage.secrets import MASK, masked, masked_bytes, masked_json, masked_values
from bench.testing.excerpt import excerpt

TOKENS = [
    "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678",
    "api_org_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678",
    "ghp_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ1234567890",
    "github_pat_" + "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ",
    "glpat-" + "aBcDeFgHiJkLmNoPq-12",
    "pypi-" + "AgEIcHlwaS5vcmcCJDEyMzQ1Njc4",
    "sk-" + "ant-api03-aBcDeFgHiJkLmNoP12",
    "xoxb-" + "123456789012-abcdefghijkl",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "AIza" + "SyA-aBcDeFgHiJkLmNoPqRsTuVwXyZ12345",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.aBc-dEf_1",
    leaky.KEY,
    leaky.KEY.replace("-----END PRIVATE KEY-----", ""),
]
PARTS = [
    ("Authorization: Bearer abc.def-123456", "Authorization: Bearer ***"),
    ("authorization: basic dXNlcjpwdw==", "authorization: basic ***"),
    ("postgres://u:p@ss/w@db/x", "postgres://***@db/x"),
    ("https://tok3n@host/x", "https://***@host/x"),
    ("https://host/x?token=abcdefgh&page=1", "https://host/x?token=***&page=1"),
    ("--set password=hunter2 --seed 1", "--set password=*** --seed 1"),
    ("api_key = 'x'", "api_key = '***'"),
]
STUDY = "study.toml"
"""The user's own file, which may hold what it wants."""
ASKED = f"--plugin leaky --dataset toy --events 200 --set token={leaky.HUB}"
HARMLESS = [
    "hf_hub_download of hf_quantizer",
    "the bearer certificate",
    "ssh://git@github.com/x and git@github.com:x",
    "https://host:8080/path@v1",
    "llm-token place=end, tokens=128, 3 tokens a prompt",
    "sk-estimator-doc-link-element",
    "/etc/passwd",
    "wanted one of: key, token, password",
]


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:8])
@pytest.mark.parametrize("around", ["{}", "a '{}', b", "x={}&y", "\n{}\n"])
def test_tokens_of_known_forms_are_masked_wherever_they_stand(token: str, around: str) -> None:
    without = masked(around.format(token))
    assert token.strip() not in without
    assert MASK in without
    assert masked(without) == without


@pytest.mark.parametrize(("text", "shown"), PARTS)
def test_what_stands_before_a_secret_stays(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_FILE", "/etc/passwd")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    assert masked(text) == text


@pytest.mark.parametrize("name", ["MY_TOKEN", "api_Key", "Secret_of_db", "DB_PASSWORD"])
@pytest.mark.parametrize(
    "value", ["s3cret-value", 'with "quotes" and \\', "zwölf Zeichen & <mehr>"]
)
def test_values_of_variables_are_masked_however_they_are_written(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert masked(value) == value
    monkeypatch.setenv(name, value)
    texts = [value, repr(value), json.dumps(value), json.dumps({"a": [value]}), f"{value}and more"]
    for text in [*texts, value[:-2]]:  # the last as an error cuts it
        assert value[:8] not in masked(text)
    assert json.loads(masked_json(json.dumps({"a": [value]}).encode())) == {"a": [MASK]}
    assert masked_bytes(b"\xff\0" + value.encode() + b"\xfe") == b"\xff\0***\xfe"


def test_options_called_as_secrets_are_masked_by_name_and_others_stay() -> None:
    options = {"hub_token": "x", "password": "y", "tokens": "128", "scale": 2.0, "n": [1, "z"]}
    shown = {**options, "hub_token": MASK, "password": MASK}
    assert masked_values(options) == shown
    assert masked_values({"status": "ok"}) == {"status": "ok"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(leaky.Leaky, leaky.LeakyMetric)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    monkeypatch.setenv("BENCH_RUNS", str(place.store.root))
    monkeypatch.setenv("SOME_TOKEN", leaky.VARIABLE)
    return place


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def secrets_in(content: bytes) -> list[str]:
    return [word for word in leaky.WRITTEN if word.encode() in content]


def done(place: Workplace, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Types commands, looks through their streams, and through all files at last."""

    def every(lines: dict[str, int], capfd: pytest.CaptureFixture) -> None:
        for line, code in lines.items():
            good = next((r.name for r in place.store.runs() if r.record.status == "ok"), "")
            got = typed(line.replace("GOOD", good), monkeypatch)
            out, err = capfd.readouterr()
            assert got == code, f"{line}: {out} {err}"
            assert not secrets_in((out + err).encode()), f"{line}: {out} {err}"
        held = {
            file: secrets_in(file.read_bytes()) for file in folder.rglob("*.*") if file.is_file()
        }
        assert not {file: words for file, words in held.items() if words and file.name != STUDY}

    return every


def test_a_canary_is_in_no_file_and_no_stream_of_runs_that_end_in_every_way(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    done(place, tmp_path, monkeypatch)(
        {
            f"run {ASKED}": 0,
            f"run {ASKED} --set fails=true --seed 1": 1,
            f"run {ASKED} --set base={leaky.ADDRESS}/other --set nothing={leaky.HUB}": 2,
            "list runs": 0,
            "doctor GOOD": 0,
            "show GOOD": 0,
            f"export GOOD {tmp_path / 'exported'}": 0,
        },
        capfd,
    )
    assert len(list((tmp_path / "exported").rglob("*.*"))) > 2
    assert any(MASK in run.record.request["options"]["token"] for run in place.store.runs())


@pytest.mark.slow  # draws four reports
def test_a_canary_is_in_no_file_and_no_stream_of_a_study_a_report_and_a_check(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    study = tmp_path / STUDY
    said = f'plugin = "leaky"\ndataset = "toy"\nevents = 200\nset = {{ token = "{leaky.HUB}" }}\n'
    study.write_text(f'title = "of {leaky.HUB}"\n[[runs]]\n{said}')
    beside = tmp_path / "studied" / STUDY
    beside.parent.mkdir()
    shutil.copy(study, beside)
    done(place, tmp_path, monkeypatch)(
        {
            f"run {ASKED} --set fails=true --seed 1": 1,
            f"run {ASKED} --dry-run": 0,
            f"plan {ASKED}": 0,
            f"run {ASKED} --set scale=-1": 3,
            f"plan {study}": 0,
            f"study {beside}": 0,
            f"report --check {beside.parent}": 0,
            f"report -o {tmp_path / 'report'} --formats svg,pdf --title 'of {leaky.HUB}'": 0,
            f"report --rejudge {beside.parent}": 0,
            f"export eee {tmp_path / 'eee'}": 0,
        },
        capfd,
    )


def test_a_canary_is_in_no_file_and_no_stream_of_imports(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    (folder := tmp_path / "from elsewhere").mkdir()
    table = Toy().table(bench.Source("twin", place.home.data / "toy.txt", ""), place.context)
    scores = pd.DataFrame({"event": table.ids, "score": 0.1 + 0.7 * table.y})[:400]
    scores.to_csv(good := folder / f"{leaky.HUB}.csv", index=False)
    scores.assign(score=leaky.HUB).to_csv(bad := folder / f"bad {leaky.HUB}.csv", index=False)
    counts = {"model": leaky.HUB, "dataset": "toy", "true_signal": 6, "signal": 11}
    rest = {"true_background": 70, "background": 79, "options": leaky.BEARER}
    points = pd.DataFrame([{**counts, **rest, "source": leaky.ADDRESS}])
    points.to_csv(folder / f"points {leaky.HUB}.csv", index=False)
    events = excerpt().take(np.arange(60))
    rows = pd.DataFrame(events.x, columns=[column.name for column in events.columns])
    rows = rows.assign(label=events.y)
    rows.to_csv(folder / f"events {leaky.HUB}.csv", index=False)
    rows.assign(m_jj=leaky.HUB).to_csv(folder / f"odd {leaky.HUB}.csv", index=False)
    said = f"--model {leaky.HUB} --options 'token={leaky.HUB}' --source {leaky.ADDRESS}"
    card = f"--title 'of {leaky.HUB}' --source {leaky.ADDRESS} --licence '{leaky.BEARER}'"
    lines = {
        f"import '{good}' --dataset toy {said}": 0,
        f"import '{folder}/points {leaky.HUB}.csv'": 0,
        f"import '{bad}' --dataset toy {said}": 2,
        f"import '{good}' --dataset {leaky.HUB} {said}": 2,
        f"import '{folder}/none {leaky.HUB}.csv' --dataset toy {said}": 2,
        f"data import '{folder}/events {leaky.HUB}.csv' --name mine {card}": 0,
        f"data import '{folder}/odd {leaky.HUB}.csv' --name odd {card}": 2,
        f"data import '{folder}/events {leaky.HUB}.csv' --name {leaky.HUB}": 2,
        "list datasets": 0,
        "list runs": 0,
    }
    for line, code in lines.items():
        got = typed(line, monkeypatch)
        out, err = capfd.readouterr()
        assert got == code, f"{line}: {out} {err}"
        assert not secrets_in((out + err).encode()), f"{line}: {out} {err}"
    written = [
        file for file in tmp_path.rglob("*") if file.is_file() and folder not in file.parents
    ]
    assert len(written) > 10
    assert not {f: words for f in written if (words := secrets_in(f.read_bytes()))}
    assert not [file for file in written if secrets_in(str(file).encode())]


def test_a_canary_is_in_no_stream_of_a_check(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    typed("check leaky", monkeypatch)
    out, err = capfd.readouterr()
    assert "leaky" in out
    assert not secrets_in((out + err).encode()), out + err
