"""Facts about cite/paths: a path is parsed and printed in one way, and two data differ where they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.cite.paths import ABSENT, CitationError, Difference, differences, is_close, leaves, parse, path_text

KEY = st.text(st.characters(exclude_characters="\"']"), min_size=1, max_size=5)
KEYS = st.lists(KEY | st.integers(-99, 99), min_size=1, max_size=5).map(tuple)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("walks.first.height[-1]", ("walks", "first", "height", -1)),
        ('census["1.2"].total', ("census", "1.2", "total")),
        ("walks['global']", ("walks", "global")),
        ("a[0][1].b", ("a", 0, 1, "b")),
    ],
)
def test_a_path_is_its_steps(path: str, keys: tuple[str | int, ...]) -> None:
    assert parse(path) == keys


@pytest.mark.parametrize(
    "path", ["", ".a", "a.", "a..b", "a b", "a[", "a[b]", "a[1.0]", "a[\"b']", "a[0]b", "1", "a-b"]
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(CitationError, match="not a path"):
        parse(path)


@given(KEYS)
def test_what_is_printed_is_parsed_again(keys: tuple[str | int, ...]) -> None:
    assert parse(path_text(keys)) == keys


def test_differences_are_as_deep_as_both_have_fields_or_as_many_items() -> None:
    old = {"a": 1, "b": [1, {"c": True}], "d": [1], "e": None, "f": {"x": 1, "y": 2}}
    new = {"a": 1.0, "b": [1, {"c": 1}], "d": [1, 2], "f": {"y": 2, "x": 1}, "g": {}}
    assert list(differences(old, new)) == [
        Difference(("a",), 1, 1.0),
        Difference(("b", 1, "c"), True, 1),
        Difference(("d",), [1], [1, 2]),
        Difference(("e",), None, ABSENT),
        Difference(("f",), old["f"], new["f"]),
        Difference(("g",), ABSENT, {}),
    ]
    assert list(differences(old, old)) == []


def test_numbers_within_the_bounds_and_orders_of_keys_are_alike_and_nothing_else() -> None:
    assert is_close(1, 1.0)
    assert is_close(2.0, 2.1, 0.1)
    assert is_close({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not is_close(2.0, 2.1)
    assert not is_close(True, 1, 9, 9)
    assert not is_close(None, 1.0, 9, 9)
    assert not is_close(ABSENT, 1.0, 9, 9)


def test_leaves_are_all_that_has_nothing_in_it() -> None:
    assert dict(leaves({"a": [1, {"b": None}], "c": {}})) == {("a", 0): 1, ("a", 1, "b"): None}
