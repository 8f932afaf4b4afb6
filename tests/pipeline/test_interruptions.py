"""Builds that are interrupted anywhere: the next one needs no help, and what it makes is what was made before."""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from reporting.pipeline import lock, seal
from tests.conftest import STYLE, Project

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
ROUNDS = 30
# Every Python that runs in a build reads this first. Where POINT names a file and a point on its way to the disk, the
# process stops there: it kills its group, or where PAUSE is set, it makes a file and waits until
# that is removed.
POINTS = """
import os, pathlib, runpy, signal, sys, time

file, _, point = os.environ.get("POINT", "").partition(" ")


def stop():
    if "PAUSE" in os.environ:
        pause = pathlib.Path("paused")
        pause.touch()
        while pause.exists():
            time.sleep(0.05)
    else:
        os.killpg(0, signal.SIGKILL)


def at(name, before, after, half=None):
    method = getattr(pathlib.Path, name)
    made = pathlib.Path(file)
    parts = {made.with_name(f".{made.stem}.part{made.suffix}"): "part", made.with_name(f".{made.name}.seal"): "seal"}

    def stopping(path, content, *rest, **others):
        here = parts.get(path, "")
        if here and point == before.format(here):
            stop()
        if here and half and point == half.format(here):
            method(path, content[: len(content) // 2], *rest, **others)
            stop()
        done = method(path, content, *rest, **others)
        if here and point == after.format(here):
            stop()
        return done

    setattr(pathlib.Path, name, stopping)


if file.endswith(".py"):
    run_path = runpy.run_path
    runpy.run_path = lambda path, *rest, **others: (path.endswith(file) and stop(), run_path(path, *rest, **others))
elif file:
    at("write_text", "no {}", "whole {}", "half a {}")
    at("write_bytes", "no {}", "whole {}", "half a {}")
    at("replace", "sealed", "renamed")
"""

# A file system without locks, such as NFS where no daemon keeps them.
NO_LOCKS = """
import errno, fcntl


def none(*asked):
    raise OSError(errno.ENOLCK, "No locks available")


fcntl.flock = none
"""


def undo(project: Project, chance: random.Random, files: int | None) -> list[str]:
    """Delete some of what a build makes, at random, or all of it, with the seals."""
    names = sorted(name for name in project.products() if not re.search(r"/\.|notebook|ipynb$", name))
    if files:  # but for that on which nearly everything rests
        names = chance.sample([name for name in names if not re.match(r"results/birthdays/", name)], files)
    for name in names:
        delete(project, name)
    return names


def delete(project: Project, name: str) -> None:
    """Delete a file and its seal: so nobody knows any more what it was, and all that rests on it is made anew."""
    (project.root / name).unlink()
    seal.seal_path(project.root / name).unlink()


def strike(project: Project, chance: random.Random, number: int, jobs: int) -> bool:
    """Start a build, and send its whole group a signal after some of its jobs; whether it still ran."""
    build = project.start()
    assert build.stdout
    after = jobs_before = chance.randint(0, jobs)
    while after and (line := build.stdout.readline()):
        after -= bool(re.match(r"\d+/\d+ ", line))
    time.sleep(chance.uniform(0, 1.5 if jobs_before else 4))
    running = build.poll() is None
    if running:
        os.killpg(build.pid, number)
    said, _ = build.communicate(timeout=120)
    assert "Traceback" not in said, said
    return running


def test_a_build_that_is_terminated_while_it_holds_its_lock_ends(copy: Project) -> None:
    struck = """
import os, signal
from snakemake.cli import main
from snakemake.scheduling.job_scheduler import JobScheduler
finish = JobScheduler._finish_jobs  # is called with the lock
JobScheduler._finish_jobs = lambda self: (os.kill(os.getpid(), signal.SIGTERM), finish(self))
main([])
"""
    copy.edit(*STYLE)
    command = [sys.executable, "-c", struck]
    done = subprocess.run(command, cwd=copy.root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode
    assert "Stopped after 0 of 3 jobs" in done.stderr


@pytest.mark.parametrize("moments", [3, pytest.param(12, marks=pytest.mark.soak)])
def test_whatever_is_imported_when_ctrl_c_is_pressed_no_traceback_is_printed(copy: Project, moments: int) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for turn in range(moments):
        for name in ("results/law.json", "results/figures/law.svg"):
            (copy.root / name).unlink(missing_ok=True)
        build = copy.start()
        time.sleep(chance.uniform(0.1, 5))
        os.killpg(build.pid, signal.SIGINT)
        said, _ = build.communicate(timeout=120)
        assert "Traceback" not in said, (turn, said)
    copy.build()


@pytest.mark.soak
def test_after_30_interruptions_at_random_moments_the_next_build_makes_the_same_bytes(copy: Project) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, before, struck = random.Random(seed), copy.products(), 0
    for turn in range(ROUNDS):
        gone = undo(copy, chance, chance.randint(1, 4) if turn else None)
        # Each of these is followed by the documents.
        struck += strike(copy, chance, SIGNALS[turn % len(SIGNALS)], min(len(gone) + 3, 12))
        done = copy.build()
        after = copy.products()
        assert after.keys() == before.keys(), (turn, gone, done.stderr)
        assert [name for name in before if after[name] != before[name]] == [], (turn, gone, done.stderr)
    assert struck > ROUNDS / 2


def stopped_at(project: Project, point: str) -> int:
    (project.root / "sitecustomize.py").write_text(POINTS, encoding="utf-8")
    build = project.start(POINT=point)
    build.communicate(timeout=120)
    return build.returncode


WAY = ["no part", "half a part", "whole part", "no seal", "half a seal", "whole seal", "sealed", "renamed"]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("file", "point"),
    [
        (file, point)
        for file in ("results/report.pdf", "report/report.pdf", "report/report.html", "results/law.json")
        for point in WAY
        if file == "results/report.pdf" or point in ("half a seal", "sealed", "renamed")
    ],
)
def test_a_build_that_is_killed_while_a_file_is_written_leaves_nothing_that_the_next_one_trusts(
    copy: Project, file: str, point: str
) -> None:
    before = copy.products()
    delete(copy, "results/law.json")
    assert stopped_at(copy, f"{file} {point}") == -signal.SIGKILL
    copy.build()
    assert copy.products() == before


def paused(project: Project, point: str) -> "subprocess.Popen[str]":
    """A build with a job that is at a point now, and stays there while the file `paused` does."""
    (project.root / "sitecustomize.py").write_text(POINTS, encoding="utf-8")
    build = project.start(POINT=point, PAUSE="")
    end = time.monotonic() + 120
    while not (project.root / "paused").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return build


@pytest.mark.soak
def test_a_job_that_outlives_its_killed_build_is_waited_for(copy: Project) -> None:
    before = copy.products()
    delete(copy, "results/law.json")
    build = paused(copy, "results/law.json half a part")
    os.kill(build.pid, signal.SIGKILL)
    following = copy.start()
    assert following.stdout
    while (line := following.stdout.readline()) and not line.startswith("In this folder"):
        pass
    (copy.root / "paused").unlink()
    assert line == "In this folder a job of a killed build still runs; this one waits for it.\n"
    following.communicate(timeout=120)
    build.communicate(timeout=120)
    assert following.returncode == 0
    assert copy.products() == before


def test_a_job_whose_build_is_killed_before_it_began_does_nothing(copy: Project) -> None:
    path = copy.root / "results/law.json"
    delete(copy, "results/law.json")
    build = paused(copy, "law.py")
    os.kill(build.pid, signal.SIGKILL)
    build.wait()
    (copy.root / "paused").unlink()
    said, _ = build.communicate(timeout=120)  # which ends with the job
    assert "The build of this job is gone." in said
    assert not path.exists()


def test_where_the_file_system_has_no_locks_a_build_says_so_once_and_goes_on(copy: Project) -> None:
    before = copy.products()
    delete(copy, "results/law.json")
    (copy.root / "sitecustomize.py").write_text(NO_LOCKS, encoding="utf-8")
    build = copy.start(PYTHONPATH=str(copy.root))
    said, _ = build.communicate(timeout=120)
    assert build.returncode == 0, said
    assert said.count(lock.NO_LOCKS) == 1
    assert copy.products() == before


def test_of_two_builds_at_once_one_waits_and_each_job_runs_once(copy: Project) -> None:
    before = copy.products()
    gone = undo(copy, random.Random(0), 4)
    builds = [copy.start(), copy.start()]
    # What the first one runs holds for both, even if the Snakefile is saved meanwhile.
    (copy.root / "Snakefile").replace(copy.root / "saved")
    (copy.root / "saved").rename(copy.root / "Snakefile")
    said = [build.communicate(timeout=300)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], said
    assert copy.products() == before, gone
    assert sum("another build still runs; this one waits for it." in text for text in said) == 1
    assert sum(text.count("report/report.pdf and report/report.html are up to date.") for text in said) == 1
    assert sum(len(re.findall(r"^\d+/\d+  pdf ", text, re.MULTILINE)) for text in said) == 1
