"""Facts about builds whose jobs run elsewhere: the same bytes, and nothing is left behind, whatever happens there."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reporting.pipeline import console, numerics, seal
from tests.cluster import slurm
from tests.conftest import ROOT, Project, need
from tests.pipeline.test_interruptions import POINTS, delete

pytestmark = pytest.mark.cluster
# So that a test need not wait for as long as a file may take over a network.
PROFILE = ("--profile", "profiles/slurm", "--latency-wait", "10", "--slurm-init-seconds-before-status-checks", "1")
# Snakemake, which asks each second how jobs are; Slurm's plugin asks ten seconds later each time.
ASKING = """
import sys
from snakemake.cli import main
from snakemake_executor_plugin_slurm import Executor
Executor.next_seconds_between_status_checks = property(lambda self: 1, lambda self, seconds: None)
main(sys.argv[1:])
"""
# One job that needs more memory than it has, and one that needs more time.
GREEDY = """
import time
size, seconds = {"venus": (2 * 10**9, 20), "mars": (0, 300)}.get(snakemake.wildcards.name, (0, 0))
time.sleep(seconds if len("x" * size) == size else 0)
"""
# What makes a node of this machine one of another kind, as far as results are concerned.
UNLIKE = """
import os, platform, sys
machine = platform.machine


def another():
    asks = sys._getframe(1).f_globals["__name__"]
    return "aarch64" if asks == "reporting.pipeline.numerics" and "SLURM_JOB_ID" in os.environ else machine()


platform.machine = another
"""
SUBMIT = '#!/bin/sh\nnohup sh "$1" > /dev/null 2>&1 & echo $!\n'


@dataclass
class Cluster:
    """A report in a folder with an environment that knows Slurm, and how commands reach it."""

    project: Project
    environment: dict[str, str]

    def start(self, *words: str, **more: str) -> "subprocess.Popen[str]":
        """A build on the cluster, in a group of processes of its own."""
        command = [".venv/bin/python", "-c", ASKING, *PROFILE, *words]
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

    def wait_for_queue(self, count: int) -> None:
        """Wait until so many jobs wait or run."""
        end = time.monotonic() + 120
        while len(self.queue()) != count:
            assert time.monotonic() < end, self.call("squeue")
            time.sleep(0.1)

    def make(self, *words: str, **more: str) -> tuple[int, str]:
        """What `make` says of these words, and its status."""
        command = ["make", "--no-print-directory", f"PYTHON={shlex.quote(sys.executable)}", *words]
        done = subprocess.run(
            command, cwd=self.project.root, env=self.environment | more, text=True, stdout=-1, stderr=-2, timeout=120
        )
        return done.returncode, done.stdout

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
    project = Project(shutil.copytree(built.root, tmp_path_factory.mktemp("cluster") / "a report", ignore=made))
    shutil.copytree(ROOT / "profiles" / "slurm", project.root / "profiles" / "slurm")
    for name in ("Makefile", "requirements-slurm.lock"):
        shutil.copy(ROOT / name, project.root)
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
    again.wait_for_queue(0)


def test_a_job_that_begins_after_its_build_was_killed_leaves_what_the_next_build_made(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    for node in slurm.NODES:
        again.call("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    build = again.start()
    again.wait_for_queue(1)
    (late,) = again.queue()
    again.call("scontrol", "hold", late)
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    again.resume()
    status, said = again.build()
    assert status == 0, said
    made = again.project.made()
    again.call("scontrol", "release", late)
    again.wait_for_queue(0)
    assert again.project.made() == made
    (log,) = again.project.root.rglob(f"slurm_logs/**/{late}.log")
    assert "The build of this job is gone." in log.read_text(encoding="utf-8")


def test_a_build_waits_while_its_partition_is_down(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    again.call("scontrol", "update", "partitionname=main", "state=down")
    build = again.start()
    again.wait_for_queue(1)
    again.call("scontrol", "update", "partitionname=main", "state=up")
    said, _ = build.communicate(timeout=120)
    assert build.returncode == 0, said


def test_a_job_over_its_memory_or_its_time_is_told_with_why_it_ended_and_what_it_was_given(again: Cluster) -> None:
    put_back = again.project.append("scripts/experiments/birthdays.py", GREEDY)
    status, said = again.build("--retries", "0", "--default-resources", "mem_mb=400", "runtime=1")
    put_back()
    assert status == 1
    told = {name: re.findall(rf"^birthdays.{name} failed.*", said, re.MULTILINE) for name in ("venus", "mars")}
    assert [len(lines) for lines in told.values()] == [1, 1], said
    memory = re.search(r"exceeded memory limit \((\d+) > (\d+)\).*; it was given 400 MB and 1 min$", told["venus"][0])
    assert memory, said
    assert int(memory[1]) > int(memory[2]) == 400 * 2**20
    assert re.search(r"DUE TO TIME LIMIT.*; it was given 400 MB and 1 min$", told["mars"][0]), said


def test_a_constraint_keeps_jobs_to_the_nodes_that_have_it(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    status, said = again.build("--default-resources", "constraint=avx2")
    assert status == 0, said
    last = again.call("scontrol", "show", "jobs", "--oneliner").splitlines()[-1]
    assert "Features=avx2" in last
    assert "NodeList=node2" in last


def test_a_seal_says_on_which_kind_of_processor_a_node_made_the_result_and_another_kind_is_told(again: Cluster) -> None:
    delete(again.project, "results/law.json")
    (again.project.root / "sitecustomize.py").write_text(UNLIKE, encoding="utf-8")
    status, said = again.build()
    again.go_on()
    assert status == 1
    assert f"processor aarch64 → {numerics.PINNED}\n{console.UNLIKE}\n" in said
    sealed = seal.read(again.project.root / "results/law.json")
    assert sealed
    assert sealed.provenance.code["processor"] == "aarch64"


def test_make_builds_with_a_profile_and_says_what_is_missing(again: Cluster) -> None:
    status, said = again.make("report", "PROFILE=slurm")
    assert status == 0, said
    assert "report/report.pdf and report/report.html are up to date." in said
    for name, file in {"nothere": "profiles/nothere/config.yaml", "default": "requirements-default.lock"}.items():
        status, said = again.make("report", f"PROFILE={name}")
        assert (status, re.findall("There is no .*", said)) == (2, [f"There is no {file}.  Stop."]), said


def test_without_the_program_that_sends_jobs_a_build_says_so_in_one_line(again: Cluster, tmp_path: Path) -> None:
    delete(again.project, "results/law.json")
    for name in ("bash", "which"):  # which Snakemake and its plugin cannot do without
        (tmp_path / name).write_text(f'#!/bin/sh\nPATH={tmp_path} exec {shutil.which(name)} "$@"\n', encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    status, said = again.build(PATH=str(tmp_path))
    assert status == 1
    first, *rest = said.splitlines()
    assert first.startswith("Using profiles ")
    assert len(rest) == 1, said
    assert rest[0].startswith("There is no sbatch on this machine: ")


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
