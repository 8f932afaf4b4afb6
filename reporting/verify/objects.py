"""Where two PDFs are not the same, object by object: each place by its way from the root."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

import pikepdf

WRITTEN = {"/Length", "/Filter", "/DecodeParms"}  # of a stream: how it is packed, not what it holds
OF_THE_TREE = {"/Parent", "/P"}  # which lead back
MOST_PLACES = 10


def places(given: bytes, anew: bytes) -> list[str]:
    """The first places, from the root, at which the two are not the same."""
    return [
        f"{place}: is another object than in the one made anew" for place in islice(differing(given, anew), MOST_PLACES)
    ]


def differing(one: bytes, other: bytes) -> Iterator[str]:
    """The places where two PDFs differ, nearest to the root first; none where they are only written otherwise."""
    with pikepdf.open(BytesIO(one)) as before, pikepdf.open(BytesIO(other)) as after:
        left: list[tuple[str, Any, Any]] = [("", before.trailer, after.trailer)]
        seen: set[tuple[Any, Any]] = set()
        for place, a, b in left:  # which grows meanwhile
            key = getattr(a, "objgen", (0, 0)), getattr(b, "objgen", (0, 0))
            if (0, 0) not in key:
                if key in seen:
                    continue
                seen.add(key)
            yield from compare(place, a, b, left)


def compare(place: str, a: Any, b: Any, left: list[tuple[str, Any, Any]]) -> Iterator[str]:
    """Where two objects differ themselves; what is in both is left for later."""
    if kind(a) != kind(b):
        yield place
    elif isinstance(a, pikepdf.Stream):
        if unpacked(a) != unpacked(b):
            yield place
        yield from compare_keys(place, a, b, left, WRITTEN)
    elif isinstance(a, pikepdf.Dictionary):
        yield from compare_keys(place, a, b, left, {"/ID"} if not place else set())
    elif isinstance(a, pikepdf.Array):
        if len(a) != len(b):
            yield f"{place}: {len(a)} there, {len(b)} made anew"
        left.extend((f"{place}[{index}]", *pair) for index, pair in enumerate(zip(a, b, strict=False)))
    elif a != b:
        yield place


def compare_keys(place: str, a: Any, b: Any, left: list[tuple[str, Any, Any]], passed: set[str]) -> Iterator[str]:
    keys, others = set(a.keys()) - passed, set(b.keys()) - passed
    yield from (f"{place}{key}: only there" for key in sorted(keys - others))
    yield from (f"{place}{key}: only made anew" for key in sorted(others - keys))
    # What leads back comes last: by then it has a place.
    common = sorted(keys & others, key=lambda key: (key in OF_THE_TREE, key))
    left.extend((f"{place}{key}", a[key], b[key]) for key in common)


def kind(value: Any) -> Any:
    return value._type_code if isinstance(value, pikepdf.Object) else type(value)


def unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()
