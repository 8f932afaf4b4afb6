"""Facts about pipeline/lock: one build at a time, and files that no rule makes are named."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reporting.pipeline import lock
from tests.conftest import ROOT

HOLD = (
    "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_{}); print('held', flush=True); "
    "input()"
)


def hold(path: Path, kind: str) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(kind), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


@pytest.mark.parametrize(
    ("folder", "kind", "who"), [(".", "EX", "another build"), ("config", "SH", "a job of a killed build")]
)
def test_a_build_waits_for_another_and_says_so_and_goes_on_when_that_one_is_killed(
    tmp_path: Path, folder: str, kind: str, who: str
) -> None:
    shutil.copytree(ROOT / "reporting", tmp_path / "reporting")
    (tmp_path / "config").mkdir()
    holder = hold(tmp_path / folder, kind)
    program = "from reporting.pipeline.lock import acquire; acquire('.'); print('mine')"
    waiting = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, text=True, stdout=-1, stderr=-1)
    assert waiting.stderr
    assert waiting.stderr.readline() == f"In this folder {who} still runs; this one waits for it.\n"
    time.sleep(0.1)
    assert waiting.poll() is None
    holder.kill()
    out, err = waiting.communicate(timeout=10)
    assert (out, err, waiting.returncode) == ("mine\n", "", 0)
    holder.communicate()


def test_a_turn_ends_when_it_is_closed_and_jobs_know_whose_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILD", "none")
    for _ in range(2):
        os.close(lock.acquire(tmp_path))
    assert capsys.readouterr().err == ""
    assert os.environ["BUILD"] == str(os.getpid())


def test_a_build_is_seen_from_elsewhere_without_disturbing_it(tmp_path: Path) -> None:
    assert not lock.is_building(tmp_path)
    holder = hold(tmp_path, "EX")
    assert lock.is_building(tmp_path)
    holder.kill()
    holder.communicate()
    assert not lock.is_building(tmp_path)


def test_leftovers_are_the_files_that_no_rule_makes_with_the_command_that_removes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "a.json",
        "networks/old.json",
        "networks/new.json",
        "logs/a.log",
        ".gitkeep",
        "networks/.new.json.seal",
        "networks/.old.json.seal",
        "networks/old er.json",
    ):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    owned = ["results/a.json", "results/networks/new.json"]
    assert lock.orphaned_files(owned) == (
        "The report has no use for these; to remove them: rm "
        "results/networks/.old.json.seal 'results/networks/old er.json' results/networks/old.json"
    )
    assert lock.orphaned_files([*owned, "results/networks/old.json", "results/networks/old er.json"]) == ""
