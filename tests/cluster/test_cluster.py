"""Facts about builds whose jobs run elsewhere: the same bytes, and nothing is left behind, whatever happens there."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster import slurm
from tests.conftest import ROOT, Project, need
from tests.pipeline.test_interruptions import POINTS, delete

pytestmark = pytest.mark.cluster
# So that a test need not wait for as long as a file may take over a network.
PROFILE = ("--profile", "profiles/slurm", "--latency-wait", "10", "--slurm-init-seconds-before-status-checks", "1")
SUBMIT = '#!/bin/sh\nnohup sh "$1" > /dev/null 2>&1 & echo $!\n'


@dataclass
class Cluster:
    """A report in a folder with an environment that knows Slurm, and how commands reach it."""

    project: Project
    environment: dict[str, str]

    def start(self, *words: str, **more: str) -> "subprocess.Popen[str]":
        """A build on the cluster, in a group of processes of its own."""
        command = [".venv/bin/python", "-m", "snakemake", *PROFILE, *words]
        environment = self.environment | more
        return subprocess.Popen(
            command, cwd=self.project.root, env=environment, text=True, stdout=-1, stderr=-2, start_new_session=True
        )

    def build(self, *words: str, **more: str) -> tuple[int, str]:
        process = self.start(*words, **more)
        said, _ = process.communicate(timeout=300)
        return process.returncode, said

    def call(self, *words: str) -> str:
        return slurm.call(*words, environment=self.environment)

    def queue(self) -> list[str]:
        """The jobs that wait or run."""
        return self.call("squeue", "-h", "-o", "%i").split()

    def resume(self) -> None:
        """Put all nodes to work that are not at work already."""
        for node in slurm.NODES:
            command = ["scontrol", "update", f"nodename={node}", "state=resume"]
            subprocess.run(command, env=self.environment, check=False, timeout=30)

    def paused(self, *words: str) -> "subprocess.Popen[str]":
        """A build of law.json with that job on a node, where it stays while the file `paused` is there."""
        delete(self.project, "results/law.json")
        (self.project.root / "sitecustomize.py").write_text(POINTS, encoding="utf-8")
        build = self.start(*words, POINT="results/law.json half a part", PAUSE="")
        end = time.monotonic() + 120
        while not (self.project.root / "paused").exists():
            assert time.monotonic() < end, self.call("squeue")
            time.sleep(0.1)
        return build

    def go_on(self) -> None:
        """Let what is paused go on, and nothing pause any more."""
        (self.project.root / "sitecustomize.py").unlink(missing_ok=True)
        (self.project.root / "paused").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def cluster(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A report without results, and a cluster of two nodes."""
    need("munged", "slurmctld")
    made = shutil.ignore_patterns("results", "report", ".snakemake", "__pycache__")
    project = Project(shutil.copytree(built.root, tmp_path_factory.mktemp("cluster") / "report", ignore=made))
    shutil.copytree(ROOT / "profiles" / "slurm", project.root / "profiles" / "slurm")
    shutil.copy(ROOT / "requirements-slurm.lock", project.root)
    command = [sys.executable, "-S", "reporting/commands/environment.py", "requirements-slurm.lock"]
    subprocess.run(command, cwd=project.root, check=True)
    with slurm.running(tmp_path_factory.mktemp("slurm")) as environment:
        yield Cluster(project, environment)


@pytest.fixture
def again(cluster: Cluster, products: dict[str, bytes]) -> Iterator[Cluster]:
    """The cluster with a report that is built; afterwards the next build makes the same bytes."""
    if not cluster.project.products():
        assert cluster.build()[0] == 0
    yield cluster
    cluster.go_on()
    status, said = cluster.build()
    assert status == 0, said
    assert cluster.project.products() == products


@pytest.fixture(scope="module")
def products(built: Project) -> dict[str, bytes]:
    """What a build makes, but for the notebook."""
    return {
        name: content for name, content in built.products().items() if "notebook" not in name and "ipynb" not in name
    }


def test_a_build_on_the_cluster_makes_the_same_bytes_as_one_here(cluster: Cluster, products: dict[str, bytes]) -> None:
    status, said = cluster.build()
    assert status == 0, said
    assert cluster.project.products() == products
    assert cluster.queue() == []
    names = cluster.call("scontrol", "show", "jobs", "--oneliner")
    assert {rule for rule in ("birthdays", "law", "figure_law", "pdf") if f"Comment=rule_{rule}" in names} == {
        "birthdays",
        "law",
    }


def test_a_job_that_is_cancelled_is_tried_again(again: Cluster) -> None:
    build = again.paused()
    again.call("scancel", *again.queue())
    again.go_on()
    said, _ = build.communicate(timeout=120)
    assert build.returncode == 0, said
    assert "law failed: SLURM-job" in said


def test_a_job_whose_node_goes_down_is_tried_again_elsewhere(again: Cluster) -> None:
    build = again.paused()
    node = again.call("squeue", "-h", "-o", "%N").strip()
    again.call("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    again.go_on()
    said, _ = build.communicate(timeout=120)
    again.resume()
    assert build.returncode == 0, said
    assert "law failed: SLURM-job" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_interrupted_leaves_no_job_in_the_queue(again: Cluster, number: signal.Signals) -> None:
    build = again.paused()
    os.kill(build.pid, number)
    said, _ = build.communicate(timeout=120)
    assert build.returncode != 0
    assert "Traceback" not in said
    end = time.monotonic() + 30
    while again.queue():
        assert time.monotonic() < end, again.call("squeue")
        time.sleep(0.1)


def test_a_job_that_begins_after_its_build_was_killed_does_nothing(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    for node in slurm.NODES:
        again.call("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    build = again.start()
    end = time.monotonic() + 60
    while not again.queue():
        assert time.monotonic() < end
        time.sleep(0.1)
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    again.resume()
    while again.queue():
        assert time.monotonic() < end + 60
        time.sleep(0.1)
    assert not (again.project.root / "results/law.json").exists()


def test_a_job_that_needs_more_memory_than_it_has_is_told_with_what_it_was_given(again: Cluster) -> None:
    again.project.append("scripts/powers.py", "\n__import__('time').sleep(len('x' * 10**9 * 2) and 20)\n")
    (again.project.root / "results/law.json").unlink()
    status, said = again.build("--retries", "0", "--default-resources", "mem_mb=400", "runtime=2")
    put_back = (again.project.root / "scripts/powers.py").read_text(encoding="utf-8").rsplit("\n__import__", 1)[0]
    (again.project.root / "scripts/powers.py").write_text(put_back, encoding="utf-8")
    assert status == 1
    assert "it was given 400 MB and 2 min" in said


def test_a_partition_that_is_not_there_is_told_in_one_message(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    status, said = again.build("--default-resources", "slurm_partition=nothere")
    assert status == 1
    assert said.count("invalid partition specified: nothere") == 1


def test_another_executor_makes_the_same_bytes(built: Project, products: dict[str, bytes], tmp_path: Path) -> None:
    made = shutil.ignore_patterns("results", "report", ".snakemake", "__pycache__")
    project = Project(shutil.copytree(built.root, tmp_path / "a report", ignore=made))
    (tmp_path / "submit").write_text(SUBMIT, encoding="utf-8")
    (tmp_path / "submit").chmod(0o755)
    executor = (
        "--executor",
        "cluster-generic",
        "--cluster-generic-submit-cmd",
        str(tmp_path / "submit"),
        "--jobs",
        "4",
    )
    project.build(*executor)
    assert project.products() == products
