"""Seals: beside each file that a job makes stands what the file holds and what made it.

A seal has the SHA-256 of the file and, where a job made it, of everything that took part: the code, the settings and
the files that were read. So whether a file is today's can be told from the files alone.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reporting.pipeline.fingerprint import code
from reporting.pipeline.project import located


class ChangedError(Exception):
    """A file that was edited while a job ran: what the job made is of neither state."""


@dataclass(frozen=True)
class Provenance:
    """What takes part in making a file: the code by module and package, the settings by name, the inputs' checksums."""

    code: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """The SHA-256 of a finished file, and what made it."""

    sha256: str
    provenance: Provenance


def seal_path(path: str | Path) -> Path:
    """Where the seal of a file stands."""
    path = Path(path)
    return path.with_name(f".{path.name}.seal")


def sha256(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file; nothing where there is none."""
    return {path: sha256(path) if Path(path).is_file() else "" for path in paths}


def as_json(value: Any) -> Any:
    """A setting as JSON has it, in which tuples are lists; the order of keys stays."""
    return json.loads(json.dumps(value))


def read(path: str | Path) -> Seal | None:
    """The seal of a file; None where there is none, or none that can be read."""
    try:
        found = json.loads(seal_path(path).read_text(encoding="utf-8"))
        return Seal(found["sha256"], Provenance(**found["provenance"]))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def write(path: str | Path, finished: Path) -> None:
    """Seal the content of `finished`, which is about to be renamed to `path`; raises ChangedError and OSError."""
    content = {"sha256": sha256(finished), "provenance": asdict(provenance())}
    seal_path(path).write_text(json.dumps(content) + "\n", encoding="utf-8")


def intact(path: str | Path) -> bool:
    """Whether the file is there, and as it was when it was sealed."""
    found = read(path)
    try:
        return found is not None and found.sha256 == sha256(path)
    except OSError:
        return False


def modified(paths: Iterable[str]) -> list[str]:
    """Those of the files that are there, but not as they were when they were sealed."""
    return [path for path in paths if Path(path).exists() and not intact(path)]


provenance: Callable[[], Provenance] = Provenance  # of what this process makes; a job says it with `record_provenance`


def record_provenance(
    script: str, settings: dict[str, Any], inputs: Iterable[str | Path], executed: str | Path
) -> None:
    """From now on seal with this script, these settings and these inputs, none of which may be edited meanwhile.

    `executed` is the file that this process runs, from before it read anything else: a copy of the script, which ends
    with what the script was when the build first used it. Where a file was edited since, and be it put back, sealing
    raises ChangedError.
    """
    global provenance
    paths = list(map(str, inputs))
    since, copied = Path(executed).stat().st_ctime_ns, Path(executed).read_text(encoding="utf-8")

    def observed() -> Provenance:
        found = Provenance(code(script), as_json(settings), {path: sha256(path) for path in paths})
        modules = [located(part) for part in found.code if part.endswith(".py")]
        edited = [path for path in (*modules, *map(Path, paths)) if path.stat().st_ctime_ns > since]
        if not copied.endswith(located(script).read_text(encoding="utf-8")):
            edited.append(located(script))
        if edited:
            raise ChangedError(f"{os.path.relpath(edited[0])}: changed while it was in use; build again")
        return found

    provenance = observed
