"""Measure sweeps of a thousand, ten thousand and a hundred thousand networks: `make scale`.

A copy of the project makes results/rate_scan.json alone, of one small network at twenty learning rates, from ever more
seeds: here each time from nothing, and the smaller two once more on a small Slurm that is started for it. A chunk has
500 networks.

The seconds of a plan are those of a dry run: the start, the configuration, the text, the graph and the seals. The
seconds of an added network are those by which a build takes longer than the one before, by the networks that it has
more, and so those of the CPU, of processes that are no cluster's. The memory of a process is the most that it ever
held, as the kernel says several times a second.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from benchmarks.build import copy_project
from reporting.pipeline.settings import load
from tests.cluster import slurm

TARGET = "results/rate_scan.json"
SEEDS = (50, 500, 5000)
RATES = [round(0.002 * number, 3) for number in range(1, 21)]
SIZE = {"repeats": 25, "settings": len(RATES)}
NETWORK = {"layers": ["Linear 64x8", "ReLU", "Linear 8x1"], "loss": "bce_with_logits"}
HEAD = (
    f"{'':12}{'networks':>9}{'jobs':>6}{'plan':>8}{'build':>9}{'networks/s':>12}"
    f"{'an added network':>18}{'CPU here':>12}{'largest job':>13}{'Snakemake':>11}"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "report"
        copy_project(root)
        print(HEAD, flush=True)
        rows(root, "here", SEEDS, [sys.executable, "-m", "snakemake"], os.environ)
        if any(map(shutil.which, ("slurmctld", "/usr/sbin/slurmctld"))):
            environment = [sys.executable, "-S", "reporting/commands/environment.py", "requirements-slurm.lock"]
            subprocess.run(environment, cwd=root, check=True, stdout=subprocess.DEVNULL)
            command = [".venv/bin/python", "-m", "snakemake", "--profile", "profiles/slurm"]
            with slurm.running(Path(folder).resolve()) as reached:
                rows(root, "on a cluster", SEEDS[:2], command, reached)


def rows(root: Path, where: str, counts: tuple[int, ...], command: list[str], environment: Mapping[str, str]) -> None:
    """Build with ever more seeds, and print a line for each."""
    before: tuple[int, float, float] | None = None
    for seeds in counts:
        configure(root, seeds)
        shutil.rmtree(root / "results", ignore_errors=True)
        measured(root, [*command, "results/digits.npz"], environment)  # which takes as long, whatever the sweep
        jobs, networks = seeds // SIZE["repeats"] + 1, seeds * len(RATES)
        plan, _, _, _ = measured(root, [*command, "--dry-run", TARGET], environment)
        build, cpu, own, largest = measured(root, [*command, TARGET], environment)
        added = ("", "")
        if before:
            more, longer, worked = networks - before[0], build - before[1], cpu - before[2]
            added = (f"{1000 * longer / more:.2f} ms", f"{1000 * worked / more:.2f} ms")
        before = networks, build, cpu
        print(
            f"{where:12}{networks:9}{jobs:6}{plan:6.1f} s{build:7.1f} s{networks / build:12.0f}"
            f"{added[0]:>18}{added[1]:>12}{largest:10.0f} MB{own:8.0f} MB",
            flush=True,
        )


def configure(root: Path, seeds: int) -> None:
    """Let the scan of learning rates have so many seeds; the rest of the configuration stays."""
    path = root / "config" / "config.yaml"
    settings = load(path)
    settings["rate_scan"] |= {"networks": {"small": NETWORK}, "scheme": "assignment", "epochs": 20}
    settings["rate_scan"] |= {"learning_rates": RATES, "minibatch_size": 40, "seeds": seeds}
    settings["chunks"]["rate_scan"] = SIZE
    path.write_text(json.dumps(settings), encoding="utf-8")


def measured(root: Path, command: list[str], environment: Mapping[str, str]) -> tuple[float, float, float, float]:
    """The seconds of a command and those of its processes on the CPU; the megabytes of its first process, and of the
    largest of all others that run in the folder, on the cluster's nodes too. Ends where it fails, with what it said."""
    most: dict[int, float] = {}
    start, worked = time.perf_counter(), cpu()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=said, stderr=said)
        while process.poll() is None:
            most |= memory(root, process.pid)
            time.sleep(0.1)
        took = time.perf_counter() - start
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{said.read()}")
    own = most.pop(process.pid, 0.0)
    return took, cpu() - worked, own, max(most.values(), default=0.0)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(root: Path, first: int) -> dict[int, float]:
    """The most megabytes that each process held so far which runs in this folder, but for copies of the first one that
    are about to become another program."""
    found = {}
    command = Path(f"/proc/{first}/cmdline").read_bytes()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, StopIteration):
            copy = folder.name != str(first) and (folder / "cmdline").read_bytes() == command
            if (folder / "cwd").readlink() == root and not copy:
                lines = (folder / "status").read_text(encoding="utf-8").splitlines()
                peak = next(line for line in lines if line.startswith("VmHWM"))
                found[int(folder.name)] = int(peak.split()[1]) / 1024
    return found


if __name__ == "__main__":
    main()
