"""What is not today's, and why: each job's files and seals against today's code, settings and inputs.

This alone decides what runs. Times of files and Snakemake's records take no part in it, so a build that failed, was
interrupted or was copied knows as much as any other.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporting.cite.paths import ABSENT, Keys, differences, path_text
from reporting.pipeline import patches, seal
from reporting.pipeline.fingerprint import LOCK, code, forget, locked
from reporting.pipeline.seal import Provenance

LONGEST = 60  # characters of a setting that are shown
MODIFIED, UNKNOWN, NOT_TOGETHER = "changed after it was made", "nobody knows what made it", "not made together"
MACHINE = "this machine"  # in place of a file: what packages compute with that no lock file names
# The parameters that are not from the configuration, and the files in which they stand.
ELSEWHERE = {"rubric": "config/rubric.yaml", "made_with": "requirements.lock"}


@dataclass(frozen=True, order=True)
class Cause:
    """Why a job must run, in a line; and the file of the edit, where the line tells more of it than that it changed.

    The kind has Snakemake's words: code, params, input (another set), updated (of input) or output.
    """

    line: str
    file: str = ""
    kind: str = field(default="output", compare=False)

    def __str__(self) -> str:
        return self.line


NEW, FORCED = Cause("never made before"), Cause("forced", kind="")


@dataclass
class Stale:
    """The jobs that must run: those with causes of their own, and those whose files may come out otherwise than they
    are, for these causes or because of what runs before them."""

    causes: dict[Any, list[Cause]] = field(default_factory=dict)
    changing: set[Any] = field(default_factory=set)

    @property
    def jobs(self) -> set[Any]:
        return {*self.causes, *self.changing}

    def reasons(self) -> dict[Any, dict[str, str]]:
        """The jobs that must run, each with what changed and the lines of its causes."""
        found: dict[Any, dict[str, str]] = {job: {} for job in self.jobs}
        for job, causes in self.causes.items():
            for cause in causes:
                found[job][cause.kind] = "; ".join(filter(None, [found[job].get(cause.kind), cause.line]))
        return found

    def unexplained(self) -> list[str]:
        """The causes that no edit of a source explains."""
        told = {cause.line for causes in self.causes.values() for cause in causes}
        return sorted(line for line in told if line.endswith((MODIFIED, UNKNOWN, NOT_TOGETHER)))


@dataclass(frozen=True)
class Today:
    """What jobs are compared with: the configuration, and the checksums of files, each read once."""

    settings: Mapping[str, Any]
    made: frozenset[str]  # the files that some job makes
    checksums: dict[str, str] = field(default_factory=dict)

    def checksum(self, path: str) -> str:
        """The SHA-256 of a file; of one that a job makes, that which it is sealed with, as it comes out the same."""
        if path not in self.checksums:
            known = seal.read(path) if path in self.made else None
            self.checksums[path] = known.sha256 if known else seal.checksums([path])[path]
        return self.checksums[path]


def job_name(job: Any) -> str:
    """walks.first, as the configuration has it, or landscape."""
    return ".".join([job.rule.name, *job.wildcards_dict.values()])


def stale(dag: Any, forced: Collection[Any], settings: Mapping[str, Any]) -> Stale:
    """The jobs of Snakemake's graph that must run, with those that the user forces.

    A file that is missing or was changed by hand is made anew, and nothing after it: what makes it is as before, and so
    are its bytes.
    """
    forget()
    found = Stale()
    today = Today(settings, frozenset(str(path) for job in dag.jobs for path in job.output))
    for job in (job for level in dag.toposorted() for job in level if job.output):
        anew = {str(path) for other in dag.dependencies[job] if other in found.changing for path in other.output}
        edits = list(edited(job, anew, today))
        causes = edits or list(damaged(job))
        if job in forced and not causes:
            causes = [FORCED]
        if causes:
            found.causes[job] = causes
        if edits or anew or job in forced:
            found.changing.add(job)
    return found


def current(path: str, script: str) -> bool:
    """Whether a file is as it was made, and of today's code and inputs; its settings are not asked for."""
    known = seal.read(path)
    if not known or not seal.intact(path) or known.provenance.code != code(script):
        return False
    return all(Path(name).exists() and seal.sha256(name) == then for name, then in known.provenance.inputs.items())


def damaged(job: Any) -> Iterator[Cause]:
    """The files of a job that are not as they were made."""
    for path in map(str, job.output):
        if not Path(path).exists():
            yield Cause(f"{path}: missing")
        elif not seal.intact(path):
            yield Cause(f"{path}: {MODIFIED}")


def edited(job: Any, anew: Collection[str], today: Today) -> Iterator[Cause]:
    """What took part in making a job's files and is another today, but for the inputs that are made `anew`."""
    seals = [seal.read(path) for path in job.output]
    provenances = [known.provenance for known in seals if known]
    if len(provenances) < len(seals):
        there = [str(path) for path, known in zip(job.output, seals, strict=True) if not known and Path(path).exists()]
        yield Cause(f"{there[0]}: {UNKNOWN}") if there else NEW
        return
    if any(then != provenances[0] for then in provenances):  # a build was killed between two of them
        yield Cause(f"{' and '.join(map(str, job.output))}: {NOT_TOGETHER}")
        return
    settings = list(
        changed_settings(provenances[0].settings, seal.as_json(dict(job.params.items())), job, today.settings)
    )
    yield from changed_code(provenances[0].code, code(patches.script_of(job.rule)))
    yield from settings
    yield from changed_inputs(provenances[0], list(map(str, job.input)), anew, today, told=bool(settings or anew))


def changed_code(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Cause]:
    """The modules, packages and libraries that changed."""
    changed = [name for name in now if name in then and then[name] != now[name]]
    for name in changed:
        update = f"{name} {then[name]} → {now[name]}"
        source = "requirements.lock" if name in locked(LOCK) else MACHINE
        yield Cause(f"{name}: changed", kind="code") if "/" in name else Cause(update, source, "code")
    if not changed:  # else it is what the changed modules import
        others = sorted(then.keys() ^ now.keys())
        yield from (Cause(f"{name}: used by other scripts than before", kind="code") for name in others)


def changed_inputs(
    then: Provenance, now: list[str], anew: Collection[str], today: Today, told: bool
) -> Iterator[Cause]:
    """The inputs that changed; that they are others than before only where nothing has `told` why."""
    for path in now:
        if path in then.inputs and path not in anew and then.inputs[path] != today.checksum(path):
            yield Cause(f"{path}: changed", kind="updated")
    if list(then.inputs) != now and not told:
        others = sorted(then.inputs.keys() ^ set(now))
        told_of = {path: "read now" if path in now else "no longer read" for path in others}
        yield from (Cause(f"{path}: {verb}", kind="input") for path, verb in told_of.items())
        if not others:
            yield Cause(f"{now[0]} and others: read in another order", kind="input")


def describe(keys: Keys, before: Any, after: Any) -> str:
    """A setting by its keys in the configuration, before and after, in a line."""
    if keys and "/" in str(keys[-1]):  # what is shown of a file
        verb = "shown now" if before is ABSENT else "no longer shown" if after is ABSENT else "changed"
        return f"{keys[-1]}: {verb}"
    if isinstance(after, Mapping) and before == after:
        return f"{path_text(keys)}: in another order"
    if before is ABSENT or after is ABSENT:
        return f"{path_text(keys)}: {'new' if before is ABSENT else 'taken out'}"
    if "\n" in shorten(before) + shorten(after) or shorten(before) == shorten(after):  # a cell or a long list
        return f"{path_text(keys)}: changed"
    last = max(number for number, key in enumerate(keys) if isinstance(key, str))
    block, key = path_text(keys[:last]), f"{keys[last]}{path_text(keys[last + 1 :])}"
    return f"{f'{block}: ' if block else ''}{key} {shorten(before)} → {shorten(after)}"


def changed_settings(
    then: Mapping[str, Any], now: Mapping[str, Any], job: Any, settings: Mapping[str, Any]
) -> Iterator[Cause]:
    """Where a job's parameters differ, by the keys that the configuration has."""
    for name in dict.fromkeys([*now, *then]):
        before, after = then.get(name, ABSENT), now.get(name, ABSENT)
        if found := list(differences(before, after)):
            keys = configuration_keys(name, after, job, settings) or (() if before is not ABSENT else (name,))
            file = ELSEWHERE.get(name, "config/config.yaml" if not keys or keys[0] in settings else "")
            yield from (Cause(describe((*keys, *inner), old, new), file, "params") for inner, old, new in found)


def configuration_keys(name: str, value: Any, job: Any, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a parameter's value in the configuration; the parameter's own name where it is not from there."""
    if value == settings or name == "made_with":  # versions, which are told as such
        return ()
    blocks = {key: block for key, block in settings.items() if isinstance(block, Mapping)}
    inner = {(key, name_): item for key, block in blocks.items() for name_, item in block.items()}
    paths = {(key,): item for key, item in settings.items()} | inner
    same = [keys for keys, item in paths.items() if item == value and type(item) is type(value)]
    run = str(job.wildcards_dict.get("name", ""))

    def likeness(keys: tuple[str, ...]) -> tuple[bool, ...]:
        own = ".".join(keys)
        return own == job_name(job), keys[-1] == run, keys[-1] == name, own == job.rule.name, isinstance(value, Mapping)

    best = max(same, key=likeness, default=())
    return best if best and any(likeness(best)) else (name,)


def shorten(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
