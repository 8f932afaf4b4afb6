"""Check a report from its PDF alone: python -m reporting.commands.verify report/report.pdf [--recompute K | all].

The attached files match the manifest; every printed value, formatted anew from its artifact, is what the page shows;
every claim holds; every passage is on its page. With --recompute, experiments chosen at random run anew from the
attached configuration. Attached code is never run: experiments run with the code of the project that this runs in.

It ends with status 0 if all is so, 1 if something is not, which it names, and 2 if the file is no report of ours.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from reporting import report_module
    from reporting.cite.paths import ABSENT, differences, is_close, path_text
    from reporting.compose.printed import printable, quoted
    from reporting.pipeline import numerics
    from reporting.pipeline.project import ENGINE, PATH, ROOT
    from reporting.pipeline.settings import SCHEMA, ConfigurationError
    from reporting.pipeline.settings import read as read_configuration
    from reporting.press.evidence import GENERATOR, VERSION, Evidence, EvidenceError, artifacts, read
    from reporting.verify.verification import Outcome, outcome, verify
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use .venv/bin/python, or make verify REPORT=...", file=sys.stderr)
    sys.exit(2)

CHECKS = report_module("scripts.checks")
# How far a number that is computed anew may be off on another machine, relative and absolute, by the rule behind it.
# On the same machine (system, processor, libc, versions) every artifact is the same bit for bit.
TOLERANCES: dict[str, tuple[float, float]] = getattr(CHECKS, "TOLERANCES", {})
ANY_OTHER = (1e-9, 1e-12)
SAME_MACHINE_ONLY: set[str] = getattr(CHECKS, "SAME_MACHINE_ONLY", set())
MOST_FAULTS = 40  # of a kind that are printed


class RecomputeError(Exception):
    """Experiments that cannot be run anew, and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        evidence = read(options.pdf)
    except EvidenceError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        settings, fault = configured(evidence, Path(folder))
        if other := another_version(evidence, fault):
            print(f"{options.pdf}: {other}", file=sys.stderr)
            return 2
        outcomes = verify(evidence, settings)
        if fault:
            outcomes[0].faults.append(fault)
        if options.recompute:
            outcomes.append(recompute(evidence, settings, Path(folder), options.recompute))
    return tell(outcomes)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a report from its PDF alone.")
    parser.add_argument("pdf", help="the report")
    parser.add_argument(
        "--recompute",
        metavar="K",
        type=count,
        default=0,
        help="run K experiments, chosen at random, anew from the attached configuration, or all",
    )
    return parser.parse_args(arguments)


def count(text: str) -> float:
    if text == "all":
        return math.inf
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor all")
    return int(text)


def configured(evidence: Evidence, folder: Path) -> tuple[dict[str, Any] | None, str]:
    """The attached configuration, which is put into the folder with its data, or None and what is wrong with it."""
    for path, content in evidence.files.items():
        if path == "config/config.yaml" or (path.startswith("config/") and path.endswith(".json")):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    try:
        return read_configuration(folder / "config" / "config.yaml"), ""
    except ConfigurationError as error:
        return None, str(error).splitlines()[0].replace(f"{folder}/", "")


def another_version(evidence: Evidence, fault: str) -> str:
    """What to say of a report that another version of this project made, where this one cannot judge it."""
    same_schema = evidence.files.get("config/schema.yaml") == SCHEMA.read_bytes()
    if evidence.manifest["version"] == VERSION and (same_schema or not fault):
        return ""
    named = evidence.manifest["made"].get("with")
    parts = [part for part in named if isinstance(part, dict)] if isinstance(named, list) else []
    version = next((str(part.get("version")) for part in parts if part.get("name") == GENERATOR), "")
    which = f"version {quoted(version[:20])}" if version else "an earlier version"
    here = f" (for this one, {fault})" if fault else ""
    return f"{which} of this project made it; verify it with the checkout of that version{here}"


def recompute(evidence: Evidence, settings: dict[str, Any] | None, folder: Path, number: float) -> Outcome:
    """Run experiments anew, and compare their artifacts with the attached ones."""
    before, _ = artifacts(evidence.files)
    here, there = numerics.machine(), evidence.manifest["made"]["on"]
    same = here == there
    names = sorted(name for name in before if same or name not in SAME_MACHINE_ONLY)
    chosen = sorted(random.sample(names, int(min(number, len(names)))))
    print(f"Running anew: {', '.join(chosen)}.")
    if same:
        print("The machine is of the same kind as the one that made the report: bit for bit.")
    else:
        print("Another kind of machine made the report:")
        for key in sorted({*here, *there}):
            if here.get(key) != there.get(key):
                print(f"  {key}: {quoted(str(there.get(key))[:100])} there, {quoted(str(here.get(key)))} here")
        for kind in sorted({name.split("/")[0] for name in chosen}):
            relative, absolute = TOLERANCES.get(kind, ANY_OTHER)
            print(f"  {kind}: to {relative:g} of a number or {absolute:g}")
    try:
        if settings is None:
            raise RecomputeError("the attached configuration is not valid")
        run([f"results/{name}.json" for name in chosen], folder)
    except RecomputeError as error:
        return Outcome("experiments", len(chosen), 0, [f"the experiments cannot be run anew: {error}"])

    def faults(name: str) -> Iterator[str]:
        path = f"results/{name}.json"
        made = (folder / path).read_bytes()
        if made != evidence.files[path]:
            bounds = (0.0, 0.0) if same else TOLERANCES.get(name.split("/")[0], ANY_OTHER)
            found = next(deviations(before[name], json.loads(made), bounds), None)
            if found:
                yield f"{path}: {found}"
            elif same:
                yield f"{path}: holds what was computed anew, but is written in another way"

    return outcome("experiments", [list(faults(name)) for name in chosen])


def run(targets: Sequence[str], folder: Path) -> None:
    """Make artifacts in a folder that holds a configuration, with the rules and the code of this project."""
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", str(ENGINE / "rules" / "recompute.smk")]
    options = ["--directory", str(folder), "--cores", "all", "--quiet", "all", "--workflow-profile", "none"]
    environment = {**os.environ, "PROJECT": str(ROOT), "PYTHONPATH": PATH}
    done = subprocess.run(
        [*snakemake, *options, *targets], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise RecomputeError(printable(" ".join(lines[:3])[:300]) or "Snakemake failed")


def deviations(old: Any, new: Any, bounds: tuple[float, float]) -> Iterator[str]:
    """Where two artifacts differ by more than the bounds, relative and absolute."""
    for keys, one, other in differences(old, new):
        if not is_close(one, other, *bounds):
            yield f"{quoted(path_text(keys)[:100])} is {said(one)} in the report, {said(other)} computed anew"


def said(value: Any) -> str:
    if value is ABSENT:
        return str(value)
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return quoted(value[:60]) if isinstance(value, str) else json.dumps(value)[:60]


def tell(outcomes: Sequence[Outcome]) -> int:
    """Print what holds and what does not; the exit status."""
    width = max(len(outcome.kind) for outcome in outcomes)
    for found in outcomes:
        print(f"{found.kind:{width}}  {found.holding:5} of {found.total:5}")
    for found in outcomes:
        for fault in found.faults[:MOST_FAULTS]:
            print(f"MISMATCH in the {found.kind}: {fault}")
        if more := found.faults[MOST_FAULTS:]:
            print(f"... and {len(more)} more in the {found.kind}")
    print(", ".join(f"{found.holding} of {found.total} {found.kind}" for found in outcomes))
    return int(any(found.faults for found in outcomes))


if __name__ == "__main__":
    sys.exit(main())
