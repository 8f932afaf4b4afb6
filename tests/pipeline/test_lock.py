"""Facts about pipeline/lock: one build at a time, and files that no rule makes are named."""

import errno
import fcntl
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
    "import fcntl, sys; fcntl.flock(f := open(sys.argv[1], 'a+b'), fcntl.LOCK_{}); print('held', flush=True); input()"
)


def hold(path: Path, kind: str) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(kind), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


@pytest.mark.parametrize(
    ("file", "kind", "who"), [(lock.BUILD, "EX", "another build"), (lock.JOBS, "SH", "a job of a killed build")]
)
def test_a_build_waits_for_another_and_says_so_and_goes_on_when_that_one_is_killed(
    tmp_path: Path, file: Path, kind: str, who: str
) -> None:
    shutil.copytree(ROOT / "reporting", tmp_path / "reporting")
    (tmp_path / file).parent.mkdir()
    holder = hold(tmp_path / file, kind)
    program = "from reporting.pipeline.lock import acquire; held = acquire(); print('mine')"
    waiting = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, text=True, stdout=-1, stderr=-1)
    assert waiting.stderr
    assert waiting.stderr.readline() == f"In this folder {who} still runs; this one waits for it.\n"
    named = (tmp_path / lock.BUILD).read_bytes() != b""  # after which no job of the killed build begins
    assert named == (file == lock.JOBS)
    time.sleep(0.1)
    assert waiting.poll() is None
    holder.kill()
    out, err = waiting.communicate(timeout=10)
    assert (out, err, waiting.returncode) == ("mine\n", "", 0)
    holder.communicate()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a build."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUILD", "none")
    return tmp_path


def test_a_lock_ends_when_it_is_closed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        lock.acquire().close()
    assert capsys.readouterr().err == ""


def test_a_build_is_seen_from_elsewhere_without_disturbing_it(folder: Path) -> None:
    assert not lock.is_building()
    assert not (folder / lock.BUILD).exists()
    lock.acquire().close()
    holder = hold(folder / lock.BUILD, "EX")
    assert lock.is_building()
    holder.kill()
    holder.communicate()
    assert not lock.is_building()


def test_a_job_is_of_a_running_build_while_that_build_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = lock.acquire()
    assert lock.is_of_running_build()
    build.close()
    assert not lock.is_of_running_build()
    first = os.environ["BUILD"]
    build = lock.acquire()
    assert lock.is_of_running_build()
    monkeypatch.setenv("BUILD", first)
    assert not lock.is_of_running_build()
    shutil.rmtree(lock.BUILD.parent)
    assert not lock.is_of_running_build()
    build.close()


def test_what_is_run_by_hand_is_of_no_build_that_could_be_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILD")
    assert lock.is_of_running_build()


def test_where_there_are_no_locks_that_is_said_and_the_name_of_the_build_decides(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    build, job = lock.acquire(), lock.join()
    assert capsys.readouterr().err == f"{lock.NO_LOCKS}\n"
    assert not lock.is_building()
    assert lock.is_of_running_build()
    monkeypatch.setenv("BUILD", "another")
    with pytest.raises(SystemExit, match="The build of this job is gone"):
        lock.join()
    build.close()
    job.close()


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
