"""Artifacts: JSON that any program can read, there whole or not at all, and sealed."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reporting.pipeline import seal


class ArtifactError(Exception):
    """An artifact that cannot be read: which, and why."""


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """A path beside the given one to write to; sealed and renamed to it at the end, removed where something fails."""
    path = Path(path)
    aside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        # First the seal: what is interrupted here leaves a file that differs from its seal.
        seal.write(path, aside)
        aside.replace(path)
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def remove_unfinished() -> None:
    """Remove what a job had half written when it was killed; for who knows that no job runs."""
    for folder in ("results", "report"):
        for path in Path(folder).rglob(".*.part*"):
            with suppress(OSError):
                path.unlink()


def write_json(path: str | Path, content: Mapping[str, Any]) -> None:
    """Write an artifact: sorted keys, null for what is not finite, one newline at the end."""
    text = json.dumps(as_json(content), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    with atomic_write(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def as_json(value: Any) -> Any:
    """NumPy's arrays and numbers, tuples and named tuples as JSON has them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return as_json(value._asdict())
    if isinstance(value, np.ndarray | np.generic):
        return as_json(value.tolist())
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Fields(dict[str, Any]):
    """An object of an artifact; raises ArtifactError for a field that it has not."""

    def __init__(self, path: str | Path, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.path = path

    def __missing__(self, field: str) -> Any:
        close = difflib.get_close_matches(field, self, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(self) or 'none'}"
        raise ArtifactError(f"{self.path}: has no field {field!r}; {hint}")


def read_json(path: str | Path) -> Any:
    """An artifact's content; raises ArtifactError where there is none or it is not JSON."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=refuse, object_hook=partial(Fields, path))
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        remedy = "; delete it, and it is made anew" if str(path).startswith("results/") else ""
        raise ArtifactError(f"{path}: not valid JSON: {error}{remedy}") from None


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
