"""Paths into nested data, as JSON and the configuration have it: parsed, printed, looked up; and the paths at which two
such data differ.

    walks.first.path.height[-1]
    census.towns["1.2"].total

A path is an artifact's name and the way to a field in it; a name that is no identifier stands in brackets.
"""

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

Keys = tuple[str | int, ...]

NAME = re.compile(r"[A-Za-z_]\w*")
STEP = re.compile(rf"""(?:\A|(?<=.)\.)({NAME.pattern})|\[(-?\d+)\]|\[(["'])([^"'\]]*)\3\]""")


class CitationError(Exception):
    """A value that is not there, or not in that form."""


class Unknown:
    """Stands for the content of an artifact that is not made yet: any field of it may be there."""


class Absent:
    """Stands for what is not there, where two are compared."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()


@cache
def parse(path: str) -> Keys:
    """The way that a path spells, step by step; raises CitationError."""
    keys: list[str | int] = []
    position = 0
    while position < len(path) or not keys:
        step = STEP.match(path, position)
        if not step:
            raise CitationError(f"{path}: not a path, from {path[position:]!r} on")
        name, index, _, key = step.groups()
        keys.append(int(index) if index else name or key)
        position = step.end()
    return tuple(keys)


def path_text(keys: Sequence[str | int]) -> str:
    """The path that spells a way."""
    return "".join(map(key_text, keys)).removeprefix(".")


def key_text(key: str | int) -> str:
    """What a path goes on with for one step more."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if NAME.fullmatch(key) else f'["{key}"]'


def look_up(tree: Any, keys: Sequence[str | int]) -> Any:
    """The value at the end of a way; raises CitationError, which says what is there instead."""
    value = tree
    for number, key in enumerate(keys):
        value = descend(value, key, path_text(keys[:number]) or "the artifacts")
    return value


def descend(value: Any, key: str | int, where: str) -> Any:
    """One step of a way; raises CitationError."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        if key in value:
            return value[key]
        close = difflib.get_close_matches(str(key), list(value), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(value) or 'none'}"
        raise CitationError(f"{where}: no {key!r} there; {hint}")
    if isinstance(value, list) and isinstance(key, int):
        if -len(value) <= key < len(value):
            return value[key]
        raise CitationError(f"{where}: has {len(value)} items, no item {key}")
    raise CitationError(f"{where}: {json.dumps(value)[:60]} has no {key!r}")


class Difference(NamedTuple):
    """Where two differ, and what is there in each; ABSENT where nothing is."""

    keys: Keys
    old: Any
    new: Any


def differences(old: Any, new: Any, keys: Keys = ()) -> Iterator[Difference]:
    """Where two differ, as deep as both are mappings, or lists of one length. Mappings of which only the order of keys
    differs are a difference too, and so are numbers of two types."""
    inner: list[tuple[Any, Any, str | int]] | None = None
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        inner = [(old.get(key, ABSENT), new.get(key, ABSENT), key) for key in dict.fromkeys([*old, *new])]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        inner = [(*pair, number) for number, pair in enumerate(zip(old, new, strict=True))]
    if inner is None:
        if type(old) is not type(new) or old != new:
            yield Difference(keys, old, new)
        return
    found = [deeper for one, other, key in inner for deeper in differences(one, other, (*keys, key))]
    if not found and isinstance(old, Mapping) and list(old) != list(new):
        found = [Difference(keys, old, new)]
    yield from found


def is_close(old: Any, new: Any, relative: float = 0.0, absolute: float = 0.0) -> bool:
    """Whether what differs is only the order of keys, or a number by no more than the bounds."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return True
    return is_number(old) and is_number(new) and math.isclose(old, new, rel_tol=relative, abs_tol=absolute)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """What is in a value that has nothing in it, each with its way."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*keys, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*keys, index))
    else:
        yield keys, value
