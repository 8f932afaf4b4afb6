"""Many networks in chunks: some repeats of some settings, which one job trains, and of which it keeps a few numbers.

A chunk has as many repeats as every other, however many are asked for: so more repeats train only the chunks that are
missing, and fewer none. What is made of the chunks is the same bytes however they are cut.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np

from reporting.pipeline.artifacts import ArtifactError, atomic_write
from reporting.pipeline.job import progress
from scripts.repeats import Numbers

STACK = 32  # so many networks train at once; more would be no quicker, and take more memory
S = TypeVar("S")


def spans(count: int, size: int) -> list[str]:
    """Ranges of this size that hold as many: 0-19, 20-39."""
    return [f"{first}-{first + size - 1}" for first in range(0, count, size)]


def chunks(repeats: int, settings: int, size: Mapping[str, int]) -> list[str]:
    """The names of the chunks that hold so many repeats of so many settings, a folder for each range of settings."""
    return [f"{own}/{span}" for own in spans(settings, size["settings"]) for span in spans(repeats, size["repeats"])]


def within(span: str) -> range:
    """The numbers that a range like 20-39 holds."""
    first, last = map(int, span.split("-"))
    return range(first, last + 1)


def train_in_stacks(
    settings: Sequence[S],
    repeats: range,
    train: Callable[[S, range], Numbers],
    after_stack: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Numbers:
    """What `train` keeps of each network, by name: of one setting (..., repeats), of all (settings, ..., repeats)."""
    rows, done = [], 0
    for setting in settings:
        stacks = []
        for first in range(repeats.start, repeats.stop, STACK):
            stack = range(first, min(first + STACK, repeats.stop))
            stacks.append(train(setting, stack))
            done += len(stack)
            after_stack(done, len(settings) * len(repeats), "networks")
        rows.append({name: values[np.newaxis] for name, values in joined(stacks, axis=-1).items()})
    return joined(rows, axis=0)


def of_setting(numbers: Numbers, index: int) -> Numbers:
    """The numbers of one of the settings: (..., repeats)."""
    return {name: values[index] for name, values in numbers.items()}


def joined(parts: Iterable[Numbers], axis: int) -> Numbers:
    """The numbers of several parts, one behind the other."""
    each = list(parts)
    return {name: np.concatenate([part[name] for part in each], axis=axis) for name in each[0]}


def make_chunk(
    path: str, settings: Sequence[S], chosen: str, repeats: str, train: Callable[[S, range], Numbers]
) -> None:
    """Train the networks of a chunk, those of the settings in the one range and the repeats in the other; write it."""
    own = settings[within(chosen).start : within(chosen).stop]
    numbers = train_in_stacks(own, within(repeats), train, progress)
    with atomic_write(path) as aside:
        np.savez(aside, allow_pickle=False, **numbers)


def read_chunks(paths: Iterable[str], repeats: int) -> Numbers:
    """The numbers of all settings and of the first so many repeats, in their order: (settings, ..., repeats).

    The paths are in the order of `chunks`. Raises ArtifactError for a file that cannot be read.
    """
    folders = groupby(paths, key=lambda path: Path(path).parent)
    rows = [joined(map(read_chunk, own), axis=-1) for _, own in folders]
    return {name: values[..., :repeats] for name, values in joined(rows, axis=0).items()}


def read_chunk(path: str) -> Numbers:
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as chunk:
            return dict(chunk)
    except (ValueError, EOFError, zipfile.BadZipFile):
        raise ArtifactError(f"{path}: not a chunk that can be read; delete it, and it is made anew") from None
