"""What a build would run, and why, in the words of who made the edit."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 60  # characters of a setting that are shown
MANY = 4  # names, past which they are counted


@dataclass(frozen=True)
class Change:
    """A setting or a part of a fingerprint, by its path, before and after; None where it was not, or is no longer."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if "/" in self.path:  # a module
            return (
                f"{self.path}: {'changed' if self.before and self.after else 'imported by other scripts than before'}"
            )
        if self.before is None or self.after is None:
            return f"{self.path}: {'new' if self.before is None else 'taken out'}"
        name, _, key = self.path.rpartition(".")
        return f"{f'{name}: ' if name else ''}{key} {brief(self.before)} → {brief(self.after)}"


def title(job: Any) -> str:
    """networks.two_layer, as the configuration has it, or sweep."""
    return ".".join([job.rule.name, *job.wildcards_dict.values()])


def remembered(workflow: Any, job: Any) -> float | None:
    """The seconds that a job took last time."""
    record = workflow.persistence.metadata(job.output[0])
    return record.endtime - record.starttime if record and record.endtime and record.starttime else None


def plan(workflow: Any, jobs: list[Any], uses: Mapping[str, set[str]]) -> Iterator[str]:
    """A paragraph for each cause, with all that follows from it, and a line with the time."""
    causes: dict[str, set[Any]] = {}
    # The document has all settings as a parameter: what changed in that has the path that the configuration has.
    document = next((job for job in jobs if job.rule.name == "document"), None)
    settings = changes(workflow, document) if document else []
    for job in sorted(jobs, key=title):
        for change in changes(workflow, job):
            known = next((known for known in settings if same(known, change, job)), change)
            causes.setdefault(str(known), set()).add(job)
        added = [known for known in settings if known.before is None and known.path.endswith(f".{name_of(job)}")]
        for cause in [*map(str, added), *files(workflow, job, told=bool(added or settings))]:
            causes.setdefault(cause, set()).add(job)
    for cause, first in causes.items():
        yield f"{cause}\n  → {consequences(downstream(workflow.dag, first, set(jobs)), uses)}"
    times = [seconds for job in jobs if (seconds := remembered(workflow, job)) is not None]
    new = f", {len(jobs) - len(times)} of them for the first time" if len(times) < len(jobs) else ""
    yield f"{plural(len(jobs), 'job')} to run{new}; last time they took {sum(times):.0f} s of work."


def name_of(job: Any) -> str:
    return str(job.wildcards_dict.get("name", ""))


def changes(workflow: Any, job: Any) -> list[Change]:
    """What differs between a job's parameters now and at its last run, of which Snakemake keeps the values only."""
    params = workflow.persistence.params_changed(job, file=job.output[0])
    before, after = ([read(text) for text in sorted(side)] for side in (params.only_old, params.only_new))
    old, new = ([item for item in side if isinstance(item, dict)] for side in (before, after))
    found: list[Change] = []
    for one in old:
        other = max(new, key=lambda item: len(item.keys() & one.keys()), default={})
        found += differences(one, other)
    plain = [[item for item in side if not isinstance(item, dict)] for side in (before, after)]
    return found + [Change("", *pair) for pair in zip(*plain, strict=False)]


def read(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def differences(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> Iterator[Change]:
    """Where two settings differ, as deep as they are both mappings."""
    for key in [*old, *(key for key in new if key not in old)]:
        before, after, here = old.get(key), new.get(key), f"{path}.{key}" if path else key
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from differences(before, after, here)
        elif before != after:
            yield Change(here, before, after)


def same(known: Change, change: Change, job: Any) -> bool:
    """Whether a change of the configuration is what a job's parameter shows of it."""
    if (known.before, known.after) != (change.before, change.after):
        return False
    block, name, *_ = [*known.path.split("."), ""]
    named = block in ("networks", "descents")
    if named and name_of(job) not in ("", name):
        return False
    return f".{known.path}".endswith(f".{change.path}") or not change.path


def files(workflow: Any, job: Any, told: bool) -> Iterator[str]:
    """The files on whose account a job runs, but for those that other jobs make, and what settings have told."""
    reason = workflow.dag.reason(job)
    if reason.forced:
        yield f"{' and '.join(sorted(job.output))}: changed after it was made"
    for word, paths in (("missing", reason.missing_output), ("interrupted", reason.incomplete_output)):
        known = [path for path in sorted(paths) if workflow.persistence.metadata(path)]
        if known:
            yield f"{' and '.join(known)}: {word}"
        elif paths and not told:
            yield "never made before"
    made = {path for before in workflow.dag.dependencies[job] for path in before.output}
    updated = reason.updated_input - made - ({"config/config.yaml"} if told else set())
    yield from (f"{path}: changed" for path in sorted(updated))
    if reason.input_changed:
        yield f"{title(job)}: of other artifacts than before"


def downstream(dag: Any, first: set[Any], jobs: set[Any]) -> set[Any]:
    """The jobs and all that run after them."""
    found: set[Any] = set()
    left = set(first)
    while left:
        found |= left
        left = ({after for job in left for after in dag.depending[job]} & jobs) - found
    return found


def consequences(run: set[Any], uses: Mapping[str, set[str]]) -> str:
    """The experiments, the figures, the questions that they may change, and the documents."""
    kinds: dict[str, list[str]] = {"experiment": [], "figure": [], "document": []}
    for job in run:
        outputs = [str(path) for path in job.output]
        if outputs[0].startswith("report/"):
            kinds["document"] += outputs
        else:
            kinds["figure" if job.rule.name.startswith("figure_") else "experiment"].append(title(job))
    questions = {question for job in run for path in job.output for question in uses.get(path, ())}
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


def brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
