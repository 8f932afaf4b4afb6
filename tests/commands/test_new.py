"""Facts about commands/new: a report of its own in a new folder, which builds with the engine that lies in it."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reporting.commands import new
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be read only."""
    folder = tmp_path_factory.mktemp("new") / "my report"
    new.main(str(folder))
    return folder


@pytest.fixture
def engine(folder: Path, tmp_path: Path) -> Path:
    """What the wheel brings."""
    (wheel,) = (folder / "vendor").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "engine")
    return tmp_path / "engine"


def test_the_lock_file_names_the_wheel_by_its_place_and_hash_and_all_that_it_needs(folder: Path) -> None:
    lock = (folder / "requirements.lock").read_text(encoding="utf-8")
    place, digest = re.findall(r"^\./(vendor/\S+\.whl) \\\n    --hash=sha256:(\w+)$", lock, re.MULTILINE)[0]
    assert hashlib.sha256((folder / place).read_bytes()).hexdigest() == digest
    named = set(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==", lock, re.MULTILINE))
    assert {"snakemake", "jinja2", "weasyprint", "numpy", "matplotlib", "pytest"} <= named
    assert not named & {"scikit-learn", "mypy", "playwright"}
    assert "://" not in lock


@pytest.mark.soak
def test_the_new_report_builds_with_the_engine_of_its_wheel_alone(folder: Path, engine: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(folder), str(copy)], check=True)
    settings = os.environ | {"PYTHONPATH": str(engine)}
    for words in (["snakemake"], ["reporting.commands.verify", "report/report.pdf"], ["pytest", "-q"]):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=copy, env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    made = ["report.html", "report.pdf", "ro-crate-metadata.json"]
    assert sorted(path.name for path in (copy / "report").glob("[a-z]*")) == made


def test_the_wheel_is_the_same_bytes_every_time_and_brings_no_test(engine: Path, folder: Path, tmp_path: Path) -> None:
    (wheel,) = (folder / "vendor").glob("*.whl")
    assert new.build(tmp_path).read_bytes() == wheel.read_bytes()
    assert {path.name.partition("-")[0] for path in engine.iterdir()} == {"reporting", "proven_report"}


@pytest.mark.parametrize(
    ("place", "message"),
    [("there", "there: is there already; name a folder that is not"), (str(ROOT / "inside"), ".*: is inside of this")],
)
def test_a_folder_that_is_there_or_inside_of_the_project_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").touch()
    with pytest.raises(SystemExit, match=f"^{message}"):
        new.main(place)
    assert [path.name for path in tmp_path.rglob("*")] == ["there", "mine"]
    assert not (ROOT / "inside").exists()
