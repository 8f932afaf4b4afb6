"""What a build would run, and why, in the words of who made the edit."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reporting.pipeline import patches
from reporting.pipeline.freshness import NEW, Cause, Stale, job_name

MANY = 4  # names, past which they are counted


def plan(workflow: Any, found: Stale, uses: Mapping[str, set[str]]) -> Iterator[str]:
    """A paragraph for each cause, with all that follows from it, and a line with the time."""
    jobs = {job for job in workflow.dag.needrun_jobs() if job.output}
    causes = jobs_by_cause(found)
    changed = {
        cause: downstream(workflow.dag, first & found.changing & jobs, found.changing & jobs)
        for cause, first in causes.items()
    }
    for cause, first in causes.items():
        run = first & jobs | changed[cause]
        # An edit is told once, not a second time as the file that it is in.
        better = [causes[other] | changed[other] for other in causes if cause.line == f"{other.file}: changed"]
        if run and not run <= set().union(*better):
            asked = {question for job in changed[cause] for path in job.output for question in uses.get(path, ())}
            yield f"{cause}\n  → {consequences(run, asked)}"
    times = [took for job in jobs if (took := patches.last_runtime(workflow.persistence, job)) is not None]
    new = f", {len(jobs) - len(times)} of them never timed" if len(times) < len(jobs) else ""
    yield f"{plural(len(jobs), 'job')} to run{new}; last time they took {sum(times):.0f} s of work."


def jobs_by_cause(found: Stale) -> dict[Cause, set[Any]]:
    """The jobs of each cause. What follows from a run that is new or taken out has that for its cause."""
    causes: dict[Cause, set[Any]] = {}
    everything = {cause.line: cause for told in found.causes.values() for cause in told}
    for job in sorted(found.causes, key=job_name):
        name = job.wildcards_dict.get("name")
        for cause in found.causes[job]:
            if cause == NEW and name:
                cause = next((told for line, told in everything.items() if line.endswith(f".{name}: new")), NEW)
            elif run := re.match(r"results/(\w+)/(\w+)\.json: (read now|no longer read)", cause.line):
                what = "new" if run[3] == "read now" else "taken out"
                cause = everything.get(f"{run[1]}.{run[2]}: {what}", cause)
            causes.setdefault(cause, set()).add(job)
    return causes


def downstream(dag: Any, first: set[Any], jobs: set[Any]) -> set[Any]:
    """The jobs and all that run after them."""
    found: set[Any] = set()
    left = set(first)
    while left:
        found |= left
        left = ({after for job in left for after in dag.depending[job]} & jobs) - found
    return found


def consequences(run: set[Any], questions: Collection[str]) -> str:
    """The experiments, the figures and the documents that are made, and the questions that they may change."""
    kinds: dict[str, list[str]] = {"experiment": [], "figure": [], "document": []}
    for job in run:
        outputs = [str(path) for path in job.output]
        if outputs[0].startswith(("report/", "results/report.")):
            kinds["document"] += outputs
        else:
            kinds["figure" if job.rule.name.startswith("figure_") else "experiment"].append(job_name(job))
    public = [path for path in kinds["document"] if path.startswith("report/report.")]
    kinds["document"] = public or kinds["document"]
    said = [
        ", ".join(sorted(names)) if len(names) <= MANY else plural(len(names), kind)
        for kind, names in kinds.items()
        if names
    ]
    if questions:
        said.append(f"at most these questions: {', '.join(sorted(questions))}")
    return "; ".join(said)


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
