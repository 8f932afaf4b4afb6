"""Artifacts: JSON that any program can read, there whole or not at all."""

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np


class ArtifactError(Exception):
    """An artifact that cannot be read: which, and why."""


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A path beside the given one to write to; renamed to it at the end, removed where something fails."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_json(path: str | Path, content: dict[str, Any]) -> None:
    """Write an artifact: sorted keys, null for what is not finite, one newline at the end."""
    text = json.dumps(plain(content), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    with whole(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """NumPy's arrays and numbers, tuples and named tuples as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_json(path: str | Path) -> Any:
    """An artifact's content; raises ArtifactError where there is none or it is not JSON."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=refuse)
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{path}: not valid JSON: {error}; delete it, and it is made anew") from None


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
