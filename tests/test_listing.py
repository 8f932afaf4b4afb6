"""Facts about reporting/listing.py: a listing is the source's own lines."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.listing import ListingError, listing

SOURCE = '''"""A module."""

import functools

LIMIT = {
    "a": "<b> & 'c'",
}
low, high = 1, 2


@functools.cache
@functools.wraps(print)
def decorated(x: int) -> int:
    """Twice."""
    return 2 * x  # not <i>3</i>


class Layer:
    """One."""

    def forward(self, x: int) -> int:
        text = """first
        second"""
        return x + len(text)

    @property
    def size(self) -> int:
        return 1


class Other:
    def forward(self) -> None:
        pass


typed: int = 3


async def later() -> None:
    pass
'''
NNLIB = Path(__file__).parents[1] / "nnlib"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def numbers(markup: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-n="(\d+)"', markup)]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("LIMIT", 5, 7),
        ("decorated", 11, 15),
        ("Layer", 18, 28),
        ("Layer.forward", 21, 24),
        ("Layer.size", 26, 28),
        ("Other.forward", 32, 33),
    ],
)
def test_a_listing_is_the_sources_own_lines_with_their_numbers(module: Path, name: str, first: int, last: int) -> None:
    markup = listing(module, [name])
    lines = SOURCE.split("\n")
    shown = [number for number in range(first, last + 1) if lines[number - 1]]  # a blank line is a gap
    assert text(markup) == "".join(f"{lines[number - 1]}\n" for number in shown)
    assert numbers(markup) == shown


@pytest.mark.parametrize("name", ["later", "low"])
def test_what_is_async_or_unpacked_is_defined_too(module: Path, name: str) -> None:
    listing(module, [name])


def test_several_names_are_listed_in_the_order_in_which_they_are_asked_for(module: Path) -> None:
    assert numbers(listing(module, ["Other.forward", "LIMIT"])) == [32, 33, 5, 6, 7]


@pytest.mark.parametrize(
    "name", ["Missing", "Layer.backward", "forward", "functools", "decorated.x", "Layer.forward.text", ""]
)
def test_a_name_that_the_module_does_not_define_is_an_error_that_says_so(module: Path, name: str) -> None:
    with pytest.raises(ListingError, match=rf"^module\.py does not define {re.escape(name)}$"):
        listing(module, ["LIMIT", name])


def test_a_change_of_the_source_is_a_change_of_the_listing(module: Path) -> None:
    before = listing(module, ["decorated"])
    module.write_text(SOURCE.replace("2 * x", "3 * x"), encoding="utf-8")
    assert text(listing(module, ["decorated"])) == text(before).replace("2 * x", "3 * x")


def test_keywords_comments_strings_and_names_are_coloured(module: Path) -> None:
    markup = listing(module, ["decorated"])
    for name, piece in (("k", "return"), ("c", "# not"), ("s", "Twice"), ("m", "2"), ("f", "decorated")):
        assert re.search(rf'<span class="{name}">[^<]*{piece}', markup), name


def test_source_with_markup_stays_text(module: Path) -> None:
    markup = listing(module, ["LIMIT", "decorated"])
    assert set(re.findall(r"</?([a-z]+)", markup)) == {"pre", "code", "span"}


@pytest.mark.parametrize("path", sorted(NNLIB.glob("[a-z]*.py")), ids=lambda path: path.name)
def test_every_definition_of_nnlib_can_be_listed_as_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for name in re.findall(r"^(?:class|def) (\w+)", source, re.MULTILINE):
        assert text(listing(path, [name])) in re.sub(r"\n\s*(?=\n)", "", source)


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=30))
def test_highlighting_keeps_the_text(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    path = tmp_path_factory.getbasetemp() / "words.py"
    path.write_text(f"def f():\n    return {words!r}  # {words}\n", encoding="utf-8")
    assert text(listing(path, ["f"])) == path.read_text(encoding="utf-8")
