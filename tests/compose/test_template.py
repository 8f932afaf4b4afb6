"""Facts about compose/template: a template formats what it is given, reads templates only, and forges no value."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.compose.errors import ReportError
from reporting.compose.template import TemplateError, fill
from tests.conftest import GIVEN, PAGE, grounded

WritePage = Callable[..., str]
CITE = '<%= value("run.name", "text") %>'


def section(answer: str = "Yes.", title: str = "The first", ask: str = "Ask.", blocks: str = "") -> str:
    """A section whose first answer begins in line 7."""
    first = f":::: question 1.1.a {title}\n{ask}\n\n::: answer\n{grounded(answer)}\n\n{GIVEN}:::\n\n{blocks}\n::::"
    return (
        f"# Descent\n\n{first}\n\n:::: question 1.1.b The second\nAsk.\n\n::: answer\nNo. [given]\n\n{GIVEN}:::\n::::\n"
    )


def given_names() -> dict[str, Any]:
    """What a template is given here: a function, and one that returns what it may not change."""
    content: dict[str, Any] = {"list": [1], "text": "a"}
    return {"value": lambda path, form: "v", "raw": lambda path: content, "list": list}


def refusal(source: str, folder: Path) -> str:
    with pytest.raises(TemplateError) as caught:
        fill(source, folder, given_names())
    assert "\n" not in str(caught.value)
    return str(caught.value)


UNSAFE = {
    "''.__class__": "access to attribute '__class__' of 'str' object is unsafe.",
    "''['__class__']": "access to attribute '__class__' of 'str' object is unsafe.",
    "''|attr('__class__')": "access to attribute '__class__' of 'str' object is unsafe.",
    "'{0.__class__}'.format(value)": "access to attribute '__class__' of 'function' object is unsafe.",
    "'{x.__class__}'.format_map({'x': value})": "access to attribute '__class__' of 'function' object is unsafe.",
    "value.__globals__": "access to attribute '__globals__' of 'function' object is unsafe.",
    "self.__init__": "access to attribute '__init__' of 'TemplateReference' object is unsafe.",
    "raw('x').update(y=1)": "access to attribute 'update' of 'dict' object is unsafe.",
    "raw('x').list.append(1)": "access to attribute 'append' of 'list' object is unsafe.",
    "raw('x').pop('list')": "access to attribute 'pop' of 'dict' object is unsafe.",
    "lipsum.__globals__": "'lipsum' is undefined",
    "cycler(1)": "'cycler' is undefined",
    "joiner()": "'joiner' is undefined",
    "namespace(a=1)": "'namespace' is undefined",
    "dict(a=1)": "'dict' is undefined",
    "range(1000000000)": "'range' is undefined",
    "'a' * 1000000000": "a template does not compute, as * would",
    "9 ** 9 ** 9": "a template does not compute, as ** would",
    "'%999999999d' % 1": "a template does not compute, as % would",
    "value": "<lambda> is a function, which has no text",
    "raw": "<lambda> is a function, which has no text",
    "open('/etc/passwd').read()": "'open' is undefined",
    "import_module('os')": "'import_module' is undefined",
}


@pytest.mark.parametrize("expression", UNSAFE)
def test_an_expression_that_does_more_than_format_is_one_message(expression: str, tmp_path: Path) -> None:
    assert refusal(f"<%= {expression} %>", tmp_path) == UNSAFE[expression]
    assert given_names()["raw"]("x") == {"list": [1], "text": "a"}


def test_macros_that_call_each_other_without_end_are_one_message(tmp_path: Path) -> None:
    assert refusal("<% macro f() %><%= f() %><% endmacro %><%= f() %>", tmp_path).startswith("RecursionError: ")


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The templates of a project, beside it a file, and links to that."""
    folder = tmp_path / "project" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (tmp_path / "project" / "config.yaml").write_text("a: 1\n", encoding="utf-8")
    (folder / "one.md").write_text("one", encoding="utf-8")
    (folder / "forged.md").write_text("a\nb\ue000c", encoding="utf-8")
    (folder / "bytes.md").write_bytes(b"\xff")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "folder").symlink_to(tmp_path)
    return folder


@pytest.mark.parametrize("statement", ["include '{}'", "import '{}' as x", "from '{}' import x", "extends '{}'"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../secret.md", "../../secret.md: is not in templates/, where templates are"),
        ("../config.yaml", "../config.yaml: is not in templates/, where templates are"),
        ("sections/../../config.yaml", "sections/../../config.yaml: is not in templates/, where templates are"),
        ("/etc/passwd", "/etc/passwd: is not in templates/, where templates are"),
        ("link.md", "templates/link.md: is outside of the project"),
        ("folder/secret.md", "templates/folder/secret.md: is outside of the project"),
        ("none.md", "templates/none.md: No such file or directory"),
        ("bytes.md", "templates/bytes.md: not UTF-8 text"),
        ("forged.md", "templates/forged.md, line 2: has U+E000, which is no character of a text"),
    ],
)
def test_a_template_takes_in_no_file_but_a_template(templates: Path, statement: str, name: str, message: str) -> None:
    assert refusal(f"<% {statement.format(name)} %>", templates) == message


def test_a_template_takes_in_another_one(templates: Path) -> None:
    assert fill("<% include 'one.md' %>", templates, {}).text == "one"


FORGED = [
    "\ue0000\ue001",
    "\ue0009\ue001",
    "\ue000",
    "\ue0044\ue005",
    "\uf8ff",
    "\u202eytenin\u202c",
    "\u2067a",
    "\u200f",
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_character_that_stands_for_a_value_or_turns_the_text_is_refused_with_its_line(
    write_page: WritePage, forged: str
) -> None:
    said = rf": has U\+{ord(forged[0]):04X}, which is no character of a text$"
    with pytest.raises(ReportError, match=rf"^question 1\.1\.a \(templates/sections/1\.1\.md, line 7\){said}"):
        write_page(section(f"It is {forged}."))
    with pytest.raises(ReportError, match=rf"^templates/summary\.md, line 1{said}"):
        write_page(section(), summary=f"It is {forged}. [defined]")
    with pytest.raises(ReportError, match=rf"^templates/report\.html, line 1{said}"):
        write_page(section(), frame=PAGE.replace("<title>", f"<title>{forged}", 1))


@pytest.mark.parametrize("forged", ["\ue0000\ue001", "\ue0009\ue001", f"\ue000{'9' * 5000}\ue001", "\ue001", "\u202ex"])
@pytest.mark.parametrize(
    "place", ["text", "code", "emphasis", "title", "ask", "caption", "table", "formula", "fence", "figure", "link"]
)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_value_cannot_be_forged_with_an_entity(
    write_page: WritePage, place: str, forged: str, rehearsal: bool
) -> None:
    spelt = "".join(f"&#x{ord(sign):X};" if ord(sign) > 0x7F else sign for sign in forged)
    caption = "::: figure {}\nIt{}. [given]\n:::\n"
    parts: dict[str, str] = {
        "text": {"answer": f"It is {spelt}."},
        "code": {"answer": f"It is `{spelt}`."},
        "emphasis": {"answer": f"It is *{spelt}*."},
        "title": {"title": f"The {spelt}"},
        "ask": {"ask": f"Ask {spelt}."},
        "caption": {"answer": "See [](#fig-one).", "blocks": caption.format("one", spelt)},
        "table": {
            "answer": "See [](#tab-a).",
            "blocks": f"::: table a\nA. [given]\n\n| {spelt} |\n|:--|\n| a |\n:::\n",
        },
        "formula": {"answer": f"It is $x {spelt}$."},
        "fence": {"answer": f"So:\n\n```text\n{spelt}\n```"},
        "figure": {"blocks": caption.format(spelt, "")},
        "link": {"answer": f"See [it]({spelt})."},
    }[place]
    with pytest.raises(
        ReportError, match=r"^question 1\.1\.a \(\S+, line \d+\): &\S+ is U\+(E00[01]|202E), which is no"
    ):
        write_page(section(f"{CITE}{parts.pop('answer', ' is.')}", **parts), rehearsal=rehearsal)


@pytest.mark.parametrize(
    "expression",
    [
        r'"\ue0009\ue001"',
        r'"\ue0000\ue001" | safe',
        r'"\ue000" ~ "7" ~ "\ue001"',
        r'("%c" | format(57344)) ~ "9" ~ ("%c" | format(57345))',
        r'"{:c}9{:c}".format(57344, 57345)',
        r'value("run.name", "text")[0]',
        r'value("run.name", "text") | reverse',
        r'raw("run.forged")',
        r'"\u202e"',
        r'"\ue004"',
    ],
)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_value_cannot_be_forged_in_an_expression(write_page: WritePage, expression: str, rehearsal: bool) -> None:
    facts = {"run": {"name": "first", "forged": "\ue0009\ue001"}}
    if expression == r'"\ue0000\ue001" | safe':  # which is that of the value that is cited before
        write_page(section(f"So {CITE} and <%= {expression} %>."), tree=facts)
        return
    with pytest.raises(
        ReportError, match=r"^question 1\.1\.a \(\S+/1\.1\.md, line 7\): has U\+\w{4}, which is no character"
    ):
        write_page(section(f"So {CITE} and <%= {expression} %>."), tree=facts, rehearsal=rehearsal)


def test_a_mark_of_a_line_that_is_forged_is_no_place(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1\.1\.a \(\S+/1\.1\.md, line \d+\): the sentence"):
        write_page(section('Yes <%= "\\ue004999\\ue005" %>.').replace(" [given]", "", 1))


@pytest.mark.parametrize("form", ["text", "any"])
def test_a_value_of_an_artifact_that_has_such_a_character_is_refused(write_page: WritePage, form: str) -> None:
    facts = {"run": {"name": "\ue0000\ue001"}}
    if form == "any":  # JSON's spelling
        write_page(section('So <%= value("run.name", "any") %>.'), tree=facts)
        return
    with pytest.raises(ReportError, match=r"line 7\): 'run\.name': has U\+E000, which is no character of a text$"):
        write_page(section(f"So {CITE}."), tree=facts)


@pytest.mark.parametrize("digest", ["<b>x</b>", "The accuracy is 97 %", "a" * 40])
def test_a_place_has_nothing_beside_it_but_a_sha_256(write_page: WritePage, digest: str) -> None:
    with pytest.raises(ReportError, match=rf"line 7\): '{re.escape(digest)}': is no SHA-256$"):
        write_page(section(f'So <%= anchor("run", "{digest}") %>.'))


def test_a_listing_with_such_a_character_is_refused(write_page: WritePage, tmp_path: Path) -> None:
    (tmp_path / "forged.py").write_text('def f():\n    return "\ue0000\ue001"\n', encoding="utf-8")
    with pytest.raises(
        ReportError, match=r"^question 1\.1\.a: forged\.py has U\+E000, which is no character of a text$"
    ):
        write_page(section(blocks="::: listing forged.py f\nIt. [given]\n:::\n"))


PIECES = [
    "\ue000",
    "\ue001",
    "\ue004",
    "\ue005",
    "0",
    "1",
    "9",
    "&#xE000;",
    "&#57345;",
    "\\ue000",
    "\\ue001",
    '"',
    "~",
    "|",
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*PIECES, "<%=", "%>", "safe", CITE, "`", "*", "[", "](#q-1.1.b)", "$"]), max_size=8))
def test_whatever_stands_in_an_answer_the_page_is_written_or_the_report_says_why(
    write_page: WritePage, pieces: list[str]
) -> None:
    try:
        markup = write_page(section(f"So {' '.join(pieces)}."))
    except ReportError:
        return
    assert not re.search("[\ue000-\uf8ff]", markup)
