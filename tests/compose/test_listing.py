"""Facts about compose/listing: a listing is the source's own lines, without types."""

import ast
import html
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.compose.listing import CALLED, LONGEST, ListingError, listing
from tests.conftest import ROOT

SOURCE = '''"""A module."""

import functools

LIMIT = {
    "a": "<b> & 'c'",
}
low, high = 1, 2


def plain(x, y=2):
    """Twice."""
    return 2 * x  # not <i>3</i>


class Layer:
    """One."""

    def forward(self, x):
        text = """first
        second"""
        return x + len(text)

    @property
    def size(self):
        return 1


class Other:
    def forward(self):
        pass


typed: int = 3


async def later() -> None:
    pass
'''
LISTED = sorted(path for room in ("nnlib", "scripts", "reporting") for path in ROOT.glob(f"{room}/**/[a-z]*.py"))


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def listed(folder: Path, source: str, name: str = "f") -> str:
    (folder / "module.py").write_text(textwrap.dedent(source).lstrip("\n"), encoding="utf-8")
    return text(listing(folder / "module.py", [name]))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("LIMIT", 5, 7),
        ("plain", 11, 13),
        ("Layer", 16, 26),
        ("Layer.forward", 19, 22),
        ("Layer.size", 24, 26),
        ("Other.forward", 30, 31),
    ],
)
def test_a_listing_is_the_sources_own_lines(module: Path, name: str, first: int, last: int) -> None:
    lines = SOURCE.split("\n")[first - 1 : last]
    assert text(listing(module, [name])) == "".join(f"{line}\n" for line in lines if line)  # a blank line is a gap


@pytest.mark.parametrize("name", ["later", "low"])
def test_what_is_async_or_unpacked_is_defined_too(module: Path, name: str) -> None:
    listing(module, [name])


def test_several_names_are_listed_in_the_order_in_which_they_are_asked_for(module: Path) -> None:
    together, alone = (
        listing(module, ["Other.forward", "LIMIT"]),
        (listing(module, [n]) for n in ("Other.forward", "LIMIT")),
    )
    assert text(together) == "".join(map(text, alone))


@pytest.mark.parametrize(
    "name", ["Missing", "Layer.backward", "forward", "functools", "plain.x", "Layer.forward.text", ""]
)
def test_a_name_that_the_module_does_not_define_is_an_error_that_says_so(module: Path, name: str) -> None:
    with pytest.raises(ListingError, match=rf"^module\.py does not define {re.escape(name)}$"):
        listing(module, ["LIMIT", name])


def test_a_change_of_the_source_is_a_change_of_the_listing(module: Path) -> None:
    before = listing(module, ["plain"])
    module.write_text(SOURCE.replace("2 * x", "3 * x"), encoding="utf-8")
    assert text(listing(module, ["plain"])) == text(before).replace("2 * x", "3 * x")


def test_a_change_of_types_alone_changes_no_listing(tmp_path: Path) -> None:
    typed = listed(
        tmp_path, "@cache\ndef f(x: int, *, y: 'str | None' = None) -> int:\n    z: list[int] = [x]\n    return z\n"
    )
    assert typed == listed(tmp_path, "def f(x, *, y=None):\n    z = [x]\n    return z\n")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("def f(x: int) -> int:\n    return x\n", "def f(x):\n    return x\n"),
        ("def f(\n    x: int,\n    y: int,\n) -> None: ...\n", "def f(x, y): ...\n"),
        ("async def f(x: dict[str, int]) -> None:\n    pass\n", "async def f(x):\n    pass\n"),
        (
            'def f(a: int, /, b: str = "x: int", *c: int, d: int, e: int = 1, **g: int) -> None:\n    pass\n',
            'def f(a, /, b="x: int", *c, d, e=1, **g):\n    pass\n',
        ),
        (
            "def f(a: int = 1, *, b: 'C' = lambda x: {1: x}) -> None:\n    pass\n",
            "def f(a=1, *, b=lambda x: {1: x}):\n    pass\n",
        ),
        ("def f(a: int, b: int = (1, 2), /) -> None:\n    pass\n", "def f(a, b=(1, 2), /):\n    pass\n"),
        ("f: dict[str, int] = {\n    'ä': 1,  # ä\n}\n", "f = {\n    'ä': 1,  # ä\n}\n"),
        ("f: 'ä' = 'ä: ä = ä'\n", "f = 'ä: ä = ä'\n"),
        ("class f:\n    x: int\n    y: int = 3\n", "class f:\n    x: int\n    y = 3\n"),
        ("def f():\n    a.b: int = 1\n    c[0]: int = 2\n", "def f():\n    a.b = 1\n    c[0] = 2\n"),
        ("@one\n@two(\n    3,\n)  # why\n# and\ndef f(x):\n    pass\n", "# and\ndef f(x):\n    pass\n"),
        ("@dataclass(frozen=True)\nclass f:\n    pass\n", "@dataclass(frozen=True)\nclass f:\n    pass\n"),
        (
            "class f:\n    @property\n    def g(s) -> int: ...\n    @staticmethod\n    @cache\n    def h(c: 1): ...\n",
            "class f:\n    @property\n    def g(s): ...\n    @staticmethod\n    def h(c): ...\n",
        ),
        (
            "def f(x: int) -> int:\n    def g(y: int) -> int:\n        return y\n\n    return g\n",
            "def f(x):\n    def g(y):\n        return y\n    return g\n",
        ),
        (
            "def f(x: int):  # a comment: kept\n    # kept\n    return x\n",
            "def f(x):  # a comment: kept\n    # kept\n    return x\n",
        ),
    ],
)
def test_annotations_and_decorators_of_functions_are_left_out_and_nothing_else(
    tmp_path: Path, source: str, shown: str
) -> None:
    assert listed(tmp_path, source) == shown


@pytest.mark.parametrize("count", range(8, 30))
def test_a_signature_is_laid_out_as_one_without_types_would_be(tmp_path: Path, count: int) -> None:
    names = [f"name{number}" for number in range(count)]
    typed = ",\n        ".join(f"{name}: dict[str, int]" for name in names)
    shown = listed(tmp_path, f"class f:\n    def method(\n        {typed},\n    ) -> None:\n        pass\n")
    one, two = f"    def method({', '.join(names)}):", f"        {', '.join(names)}"
    signature = [one] if len(one) <= LONGEST else ["    def method(", two, "    ):"]
    if len(two) > LONGEST:
        signature[1:2] = [f"        {name}," for name in names]
    assert shown.splitlines() == ["class f:", *signature, "        pass"]


def test_a_comment_in_a_signature_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ListingError, match=r"^module\.py, '# here': a comment in a signature cannot be listed$"):
        listed(tmp_path, "def f(\n    x: int,  # here\n) -> int:\n    return x\n")


def test_a_line_that_is_too_long_for_the_page_is_an_error_that_shows_it(tmp_path: Path) -> None:
    fits = f"    x = '{(LONGEST - 10) * 'a'}'"
    assert listed(tmp_path, f"def f():\n{fits}\n")
    with pytest.raises(ListingError, match=rf"^module\.py: `x = 'a+b'` is longer than the {LONGEST} characters"):
        listed(tmp_path, f"def f():\n{fits[:-1]}b'\n")


def test_a_line_that_only_its_types_make_too_long_is_listed(tmp_path: Path) -> None:
    assert listed(tmp_path, f"x: dict[str, {60 * 'a'}] = {60 * 'b'}\n", "x") == f"x = {60 * 'b'}\n"


def test_keywords_comments_strings_and_names_are_coloured(module: Path) -> None:
    markup = listing(module, ["plain"])
    for name, piece in (("k", "return"), ("c", "# not"), ("s", "Twice"), ("m", "2"), ("f", "plain")):
        assert re.search(rf'<span class="{name}">[^<]*{piece}', markup), name


def test_source_with_markup_stays_text(module: Path) -> None:
    markup = listing(module, ["LIMIT", "plain"])
    assert set(re.findall(r"</?([a-z]+)", markup)) == {"pre", "code", "span"}


class WithoutTypes(ast.NodeTransformer):
    """What a listing leaves out, left out of a syntax tree."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        return ast.Assign([node.target], node.value) if node.value else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        node.decorator_list = [a for a in node.decorator_list if isinstance(a, ast.Name) and a.id in CALLED]
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]


@pytest.mark.parametrize("path", LISTED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_definition_of_ours_can_be_listed_and_is_its_source_but_for_types(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path.parent.name != "nnlib":
        monkeypatch.setattr("reporting.compose.listing.LONGEST", 200)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            shown, expected = ast.parse(text(listing(path, [node.name]))), WithoutTypes().visit(node)
            one, other = (without_blank_lines(ast.unparse(ast.fix_missing_locations(a))) for a in (shown, expected))
            assert one == other


def without_blank_lines(code: str) -> str:
    return re.sub(r"\n\s*(?=\n)", "", code)


def test_the_loop_that_trains_has_twenty_lines_and_no_word_of_what_is_not_on_paper() -> None:
    shown = text(listing(ROOT / "nnlib" / "training.py", ["train_step", "fit"]))
    assert len(shown.splitlines()) <= 20
    for word in ("stack", "tape", "replay", "record", "axis", "axes", "..."):
        assert word not in shown
    four = (
        "output, trace = net.forward(x)",
        "dy = loss.gradient(y, output)",
        "net.backward(trace, dy)",
        "net.step(step_size)",
    )
    assert "\n    ".join(four) in shown


def test_the_linear_layer_is_as_on_paper() -> None:
    shown = text(listing(ROOT / "nnlib" / "layers.py", ["Linear"]))
    for line in (
        "return x @ self.W + self.b",
        "self.dW = x.T @ dy",
        "self.db = dy.sum(axis=0)",
        "return dy @ self.W.T",
        "self.W -= step_size * self.dW",
        "self.b -= step_size * self.db",
    ):
        assert f"        {line}\n" in shown


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=30))
def test_highlighting_keeps_the_text(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    path = tmp_path_factory.getbasetemp() / "words.py"
    path.write_text(f"def f():\n    return {words!r}  # {words}\n", encoding="utf-8")
    assert text(listing(path, ["f"])) == path.read_text(encoding="utf-8")
