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

KEPT = Path(".snakemake/text.json")
ENGINE = Path(__file__).parents[1]
NOT_READ = {"results", "report"}  # what is made of the text, or only cited by it


class Rehearsal(NamedTuple):
    """The questions that cite each artifact and show each picture, the listings' code by file, the notebook's cells."""

    artifacts: dict[str, list[str]]
    pictures: dict[str, list[str]]
    listings: dict[str, str]
    cells: dict[str, str]


def rehearsed(
    root: Path, known: Mapping[str, Any], rubric: Mapping[str, Any], figures: Sequence[str], has_notebook: bool
) -> Rehearsal:
    """What the text shows and cites, of last time if all is as it was; raises ReportError for what is wrong with it."""
    state = state_of(root, [sorted(known), known["config"], rubric, figures, has_notebook])
    with suppress(OSError, ValueError, TypeError):
        kept = json.loads((root / KEPT).read_text(encoding="utf-8"))
        if isinstance(kept, dict) and kept.pop("of", "") == state:
            return Rehearsal(**kept)
    # Here, since their import takes longer than all of the above.
    from reporting.compose.document import rehearse
    from reporting.compose.notebook import code_cells

    text = rehearse(root, known, rubric, figures)
    found = Rehearsal(
        {name: sorted(questions) for name, questions in text.artifacts.items()},
        {name: sorted(questions) for name, questions in text.pictures.items()},
        text.listings,
        dict(code_cells(root, text)) if has_notebook else {},
    )
    if state == state_of(root, [sorted(known), known["config"], rubric, figures, has_notebook]):
        keep(root / KEPT, {"of": state, **found._asdict()})
    return found


def keep(path: Path, content: Mapping[str, Any]) -> None:
    """Write it whole or not at all; where it cannot be written, the text is read again next time."""
    aside = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        aside.write_text(json.dumps(content), encoding="utf-8")
        aside.replace(path)


def state_of(root: Path, given: list[Any]) -> str:
    """A checksum of all that the text is read from: the report's templates and modules, the engine, what is `given`."""
    digest, root = hashlib.sha256(json.dumps(given).encode()), root.resolve()
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
