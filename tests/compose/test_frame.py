"""Facts about compose/frame: what stands around the sections says no number, and hides and adds no text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.cite.values import Values
from reporting.compose.document import PAGE as ENGINES
from reporting.compose.document import style
from reporting.compose.errors import ReportError
from reporting.compose.frame import faults, style_faults
from reporting.compose.sections import Report
from tests.conftest import GIVEN, PAGE, ROOT

WritePage = Callable[..., str]
SECTION = "# Descent\n\n" + "\n".join(
    f":::: question {name} Its title\nAsk.\n\n::: answer\nYes. [given]\n\n{GIVEN}:::\n::::\n"
    for name in ("1.1.a", "1.1.b")
)
TYPED = "the number '{}' is typed; cite it, with <%= value(...) %>"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("<p>The accuracy is 97 %.</p>", TYPED.format("97")),
        ("<p>The accuracy is ninety percent.</p>", TYPED.format("ninety")),
        ("<p>At &#57;&#48;.</p>", TYPED.format("90")),
        ('<p class="hint">At 97.</p>', TYPED.format("97")),
        ('<p style="position: absolute; inset: 0">97</p>', TYPED.format("97")),
        ('<p title="97">x</p>', TYPED.format("97")),
        ('<p aria-label="ninety">x</p>', TYPED.format("ninety")),
        ('<data value="x" title="run.loss">x</data>', "<data> is typed; cite a value, with <%= value(...) %>"),
        ("<p hidden>x</p>", "<p> is hidden; what nobody sees is left out"),
        ("<p inert>x</p>", "<p> is inert; what nobody sees is left out"),
    ],
)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_page_of_a_report_that_states_or_hides_something_is_refused_with_its_line(
    write_page: WritePage, typed: str, message: str, rehearsal: bool
) -> None:
    with pytest.raises(ReportError) as caught:
        write_page(SECTION, frame=PAGE.replace("<div", f"\n{typed}<div", 1), rehearsal=rehearsal)
    assert str(caught.value) == f"templates/report.html, line 3: {message}"


@pytest.mark.parametrize(
    "typed", ["<!-- 97 -->", '<p><%= value("run.steps", "integer") %></p>', '<p id="a9" class="b2" tabindex="0">x</p>']
)
def test_what_cites_and_what_is_no_text_is_allowed(write_page: WritePage, typed: str) -> None:
    assert "<!doctype" in write_page(SECTION, frame=PAGE.replace("<div", f"{typed}<div", 1))


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("p::after { content: ' 97 %' }", 'content: " 97 %"'),
        (r"p::after { c\6fntent: '97' }", 'content: "97"'),
        ("@media print { p::after { content: '97' } }", 'content: "97"'),
        ("@page { @top-left { content: '97' } }", 'content: "97"'),
        ("p { &::after { content: '97' } }", 'content: "97"'),
        ("p { counter-reset: x 97 } p::after { content: counter(x) }", "content: counter(x)"),
        ("p { --x: '97' } p::after { content: var(--x) }", "content: var(--x)"),
        ("p::after { content: attr(title) }", "content: attr(title)"),
        ("ul { list-style-type: '97 ' }", 'list-style-type: "97 "'),
        ("q { quotes: '97' '98' }", 'quotes: "97"'),
        ("p { text-overflow: '97' }", 'text-overflow: "97"'),
        ("@counter-style x { system: cyclic; symbols: '97' }", 'symbols: "97"'),
    ],
)
def test_a_style_sheet_that_puts_text_on_the_page_is_refused_with_its_line(css: str, said: str) -> None:
    message = f"`{said}` puts text on the page, which stands in templates/sections"
    assert next(style_faults(f"\n{css}")) == (2, message)


def test_a_style_sheet_that_styles_is_allowed() -> None:
    assert not list(style_faults("p::after { content: none } li { list-style: none; font-family: 'Source Serif 4' }"))
    for path in [*ROOT.glob("templates/style.css"), *ROOT.glob("examples/*/templates/style.css")]:
        assert not list(style_faults(path.read_text(encoding="utf-8"))), path


def test_the_page_of_the_engine_says_no_number() -> None:
    assert not list(faults((ENGINES / "report.html").read_text(encoding="utf-8")))


def test_a_fault_of_the_style_sheet_names_its_file(write_page: WritePage, tmp_path: Path) -> None:
    write_page(SECTION)
    (tmp_path / "templates/style.css").write_text("p::after { content: '97' }", encoding="utf-8")
    with pytest.raises(ReportError, match=r"^templates/style\.css, line 1: `content: \"97\"` puts text on the page"):
        style(Report(tmp_path, Values({}), {}, {}))
