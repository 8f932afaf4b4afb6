"""What the first lines of a build must know of the text, kept as long as nothing that it is read from changes.

To read the text takes as long as Snakemake's whole start, and most builds change no word of it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from reporting.pipeline import warm
from reporting.pipeline.kept import Kept

TEXT, CELLS = Kept("text"), Kept("cells")
ENGINE = Path(__file__).parents[1]
NOT_READ = {"results", "report"}  # what is made of the text, or only cited by it


class Rehearsal(NamedTuple):
    """The questions that cite each artifact and show each picture, the listings' code by file, and a checksum of all
    that this is read from."""

    artifacts: dict[str, list[str]]
    pictures: dict[str, list[str]]
    listings: dict[str, str]
    state: str


def rehearsed(root: Path, known: Mapping[str, Any], rubric: Mapping[str, Any], figures: Sequence[str]) -> Rehearsal:
    """What the text shows and cites, of last time if all is as it was; raises ReportError for what is wrong with it."""

    def read() -> dict[str, Any]:
        warm.prepare(("jinja2", "weasyprint"))  # for the jobs that will take this text
        # Here, since its import takes longer than to see that nothing has changed.
        from reporting.compose.document import rehearse

        text = rehearse(root, known, rubric, figures)
        artifacts, pictures = (
            {name: sorted(questions) for name, questions in found.items()} for found in (text.artifacts, text.pictures)
        )
        return {"artifacts": artifacts, "pictures": pictures, "listings": text.listings}

    state = state_of(root, known, rubric, figures)
    return Rehearsal(**TEXT.get(state, read, lambda: state_of(root, known, rubric, figures)), state=state)


def rehearsed_cells(
    state: str, root: Path, known: Mapping[str, Any], rubric: Mapping[str, Any], figures: Sequence[str]
) -> dict[str, str]:
    """The code of the notebook's cells of the text in the state that was rehearsed."""

    def read() -> dict[str, str]:
        from reporting.compose.document import rehearse
        from reporting.compose.notebook import code_cells

        return dict(code_cells(root, rehearse(root, known, rubric, figures)))

    return dict(CELLS.get(state, read, lambda: state_of(root, known, rubric, figures)))


def state_of(root: Path, known: Mapping[str, Any], rubric: Mapping[str, Any], figures: Sequence[str]) -> str:
    """A checksum of all that the text is read from: the report's templates and modules, the engine, what is given."""
    given = json.dumps([sorted(known), known["config"], rubric, figures])
    digest, root = hashlib.sha256(given.encode()), root.resolve()
    read = {root / "requirements.lock", *templates(root), *templates(ENGINE), *modules(root), *modules(ENGINE)}
    for path in sorted(read):
        with suppress(OSError):
            digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def templates(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root / "templates", followlinks=True):
        yield from (Path(folder, name) for name in names)


def modules(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders if name[0] != "." and name not in NOT_READ]
        yield from (Path(folder, name) for name in names if name.endswith(".py"))
