"""Run experiments anew from the configuration that a report carries, and compare them with the results that it carries.

On the same machine (system, processor, libc, versions) every artifact is the same bit for bit.
"""

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reporting import report_module
from reporting.cite.paths import differences, is_close, path_text
from reporting.compose.printed import quoted
from reporting.pipeline import numerics
from reporting.press.evidence import Evidence, artifacts
from reporting.verify.anew import AnewError, lay_out, other_machine, said, snakemake
from reporting.verify.verification import Outcome, outcome

CHECKS = report_module("scripts.checks")
# How far a number that is computed anew may be off on another machine, relative and absolute, by the rule behind it.
TOLERANCES: dict[str, tuple[float, float]] = getattr(CHECKS, "TOLERANCES", {})
ANY_OTHER = (1e-9, 1e-12)
SAME_MACHINE_ONLY: set[str] = getattr(CHECKS, "SAME_MACHINE_ONLY", set())


def recompute(evidence: Evidence, number: float) -> tuple[Outcome, str]:
    """Run so many experiments anew, or all, and compare their artifacts; what that shows, in a line."""
    before, _ = artifacts(evidence.files)
    here, there = numerics.machine(), evidence.manifest["made"]["on"]
    same = here.items() <= there.items()
    names = sorted(name for name in before if same or name not in SAME_MACHINE_ONLY)
    chosen = sorted(random.sample(names, int(min(number, len(names)))))
    print(f"Running anew: {', '.join(chosen)}.")
    if same:
        print("The machine is of the same kind as the one that made the report: bit for bit.")
    else:
        print("\n".join(other_machine(here, there)))
        for kind in sorted({name.split("/")[0] for name in chosen}):
            relative, absolute = TOLERANCES.get(kind, ANY_OTHER)
            print(f"  {kind}: to {relative:g} of a number or {absolute:g}")
    try:
        made = run([f"results/{name}.json" for name in chosen], evidence)
    except AnewError as error:
        return Outcome("experiments", len(chosen), 0, [f"the experiments cannot be run anew: {error}"]), ""

    def faults(path: str, content: bytes) -> Iterator[str]:
        name = path[len("results/") : -len(".json")]
        if content != evidence.files[path]:
            bounds = (0.0, 0.0) if same else TOLERANCES.get(name.split("/")[0], ANY_OTHER)
            found = next(deviations(before[name], json.loads(content), bounds), None)
            if found:
                yield f"{path}: {found}"
            elif same:
                yield f"{path}: holds what was computed anew, but is written in another way"

    which = "These results follow" if len(chosen) == len(before) else f"{len(chosen)} of {len(before)} results follow"
    return outcome("experiments", [list(faults(*item)) for item in made.items()]), f"{which} from the configuration."


def run(paths: list[str], evidence: Evidence) -> dict[str, bytes]:
    """Artifacts, made anew from the attached configuration alone; raises AnewError."""
    with tempfile.TemporaryDirectory() as folder:
        lay_out({path: content for path, content in evidence.files.items() if path.startswith("config/")}, Path(folder))
        snakemake("recompute", paths, Path(folder))
        return {path: Path(folder, path).read_bytes() for path in paths}


def deviations(old: Any, new: Any, bounds: tuple[float, float]) -> Iterator[str]:
    """Where two artifacts differ by more than the bounds, relative and absolute."""
    for keys, one, other in differences(old, new):
        if not is_close(one, other, *bounds):
            yield f"{quoted(path_text(keys)[:100])} is {said(one)} in the report, {said(other)} computed anew"
