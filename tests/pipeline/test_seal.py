"""Facts about pipeline/seal: a file is known by what it holds and by what made it."""

import json
import os
import time
from pathlib import Path

import pytest

from reporting.pipeline import seal
from reporting.pipeline.artifacts import atomic_write, write_json
from reporting.pipeline.project import ROOT
from reporting.pipeline.seal import ChangedError, Provenance


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process as a job with an input, which it has read."""
    monkeypatch.setattr(seal, "provenance", Provenance)
    path = tmp_path / "input.json"
    path.write_text("1")
    time.sleep(0.02)
    observe(tmp_path, [path], (ROOT / "scripts" / "experiments" / "descents.py").read_text(encoding="utf-8"))
    time.sleep(0.02)
    return path


def observe(folder: Path, inputs: list[Path], script: str) -> None:
    """What a job does first, with a script that Snakemake has copied into a file."""
    executed = folder / "copy.py"
    executed.write_text(f"# What Snakemake writes before it.\n{script}", encoding="utf-8")
    seal.record_provenance("scripts/experiments/descents.py", {"spec": {"b": (1, 2), "a": 3}}, inputs, executed)


def test_a_file_is_as_it_was_written_until_somebody_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    assert seal.modified([str(path)]) == []
    path.write_text(path.read_text() + " ")
    assert seal.modified([str(path)]) == [str(path)]
    write_json(path, {"a": 1})
    assert seal.modified([str(path)]) == []


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b'{"sha256": 1}', b'{"sha256": "", "provenance": {"x": 1}}']
)
def test_a_file_whose_seal_is_gone_or_wrong_is_not_trusted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    seal.seal_path(path).write_bytes(content)
    assert seal.read(path) is None
    assert seal.modified([str(path)]) == [str(path)]
    seal.seal_path(path).unlink()
    assert seal.modified([str(path)]) == [str(path)]


def test_a_file_that_is_not_there_is_neither_altered_nor_intact(tmp_path: Path) -> None:
    assert seal.modified([str(tmp_path / "a.json")]) == []
    assert not seal.intact(tmp_path / "a.json")


def test_a_seal_says_the_code_the_settings_in_their_order_and_the_checksums_of_the_inputs(
    job: Path, tmp_path: Path
) -> None:
    write_json(tmp_path / "a.json", {})
    found = seal.read(tmp_path / "a.json")
    assert found
    assert {"scripts/experiments/descents.py", "nnlib/descent.py", "numpy"} <= set(found.provenance.code)
    assert json.dumps(found.provenance.settings) == '{"spec": {"b": [1, 2], "a": 3}}'
    assert found.provenance.inputs == {str(job): seal.sha256(job)}


def put_back(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(b"2")
    path.write_bytes(content)
    os.utime(path, (0, 0))


@pytest.mark.parametrize("edit", [put_back, lambda path: path.write_text("2")])
def test_nothing_is_sealed_when_an_input_was_edited_meanwhile_even_if_it_was_put_back(
    job: Path, tmp_path: Path, edit: object
) -> None:
    assert callable(edit)
    write_json(tmp_path / "a.json", {"old": 1})
    edit(job)
    with pytest.raises(ChangedError, match=r"input\.json: changed while it was in use; build again"):
        write_json(tmp_path / "a.json", {"new": 1})
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
    assert seal.intact(tmp_path / "a.json")


def test_nothing_is_sealed_when_a_module_was_edited_meanwhile(
    job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del job
    monkeypatch.setattr("reporting.pipeline.project.ROOT", tmp_path)
    monkeypatch.setattr(seal, "code", lambda script: {"nnlib/edited.py": "0" * 16, "numpy": "2"})
    for name in ("nnlib/edited.py", "scripts/experiments/descents.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    with (
        pytest.raises(ChangedError, match=r"nnlib/edited\.py: changed while it was in use"),
        atomic_write(tmp_path / "a.json") as aside,
    ):
        aside.touch()
    assert not (tmp_path / "a.json").exists()


@pytest.mark.usefixtures("job")
def test_nothing_is_sealed_when_the_script_that_runs_is_of_before_an_edit(tmp_path: Path) -> None:
    observe(tmp_path, [], "def main() -> None: ...\n")
    with pytest.raises(ChangedError, match=r"scripts/experiments/descents\.py: changed while it was in use"):
        write_json(tmp_path / "a.json", {})
