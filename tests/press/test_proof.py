"""Facts about press/proof: what a finished PDF lacks, has twice, or has beyond its margins, is named."""

import re
from typing import Any

import pytest

from reporting.press.pdf import render
from reporting.press.proof import ProofError, empty_feet, proof
from reporting.press.standards import finish
from tests.conftest import ROOT

STYLE = (ROOT / "reporting" / "templates" / "style.css").read_text(encoding="utf-8")
RUBRIC: dict[str, Any] = {
    "longest_answer": 80,
    "longer_answers": {},
    "longest_body": 3,
    "derivations": [],
    "points": {"1.1.a": 2, "1.1.b": 1, "1.1.c": 0},
}
TITLES = {"1.1.a": "Gradient descent", "1.1.b": "A path", "1.1.c": "The minimum"}
BREAK = '<p style="break-before: page">More.</p>'
WORDS = "Some words that fill the line and the next one too. "


def question(name: str, points: str = "", title: str = "", answer: str = "<p>Yes.</p>") -> str:
    """A question as the report's template has it."""
    worth = RUBRIC["points"].get(name, 0)
    points = points or f"{worth} {'point' if worth == 1 else 'points'}"
    title = title or TITLES.get(name, "A title")
    return (
        f'<section class="question" id="q-{name}"><div class="ask"><h3><span class="number">{name}</span> {title} '
        f'<span class="points">{points}</span></h3><p>Ask.</p></div><div class="answer">{answer}</div></section>'
    )


def pdf(*parts: str, appendix: str = "", cover: str = "") -> bytes:
    """A small report in the style of the real one."""
    parts = parts or tuple(map(question, TITLES))
    printed = render(
        f'<html lang="en"><head><title>A report</title><style>{STYLE}</style></head><body>{cover}<main>'
        f'<section class="part" id="part-1.1"><h2><span class="number">1.1</span> Descent</h2>{"".join(parts)}'
        f"</section>{appendix}</main></body></html>"
    )
    return finish(printed)


PICTURE = (
    "data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%22{0}%22 height=%229%22>"
    "<path d=%22M0 0h{0}v9z%22/></svg>"
)
ROOM = "data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%22{0}%22 height=%229%22></svg>"
APPENDIX = (
    '<section class="part appendix" id="part-A" style="break-before: page">'
    '<h2 data-running="A Reproduction"><span class="number">A</span> Reproduction</h2><p>All of it.</p></section>'
)


def fault(printed: bytes, rubric: dict[str, Any] = RUBRIC) -> str:
    with pytest.raises(ProofError) as caught:
        proof(printed, rubric)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_report_that_has_all_of_it_is_proven_with_the_pages_of_its_questions() -> None:
    parts = [question("1.1.a"), BREAK, question("1.1.b"), BREAK, question("1.1.c")]
    assert proof(pdf(*parts, appendix=APPENDIX), RUBRIC) == {"1.1.a": 1, "1.1.b": 2, "1.1.c": 3}


@pytest.mark.parametrize("name", TITLES)
def test_a_dropped_question_is_named_with_its_points(name: str) -> None:
    worth = RUBRIC["points"][name]
    message = fault(pdf(*(question(other) for other in TITLES if other != name)))
    unit = "point" if worth == 1 else "points"
    assert message == f"question {name}, with {worth} {unit}, is in the PDF 0 times, must be once"


@pytest.mark.parametrize("name", TITLES)
def test_a_question_twice_is_named(name: str) -> None:
    for title in (TITLES[name], "Another title"):
        again = BREAK + question(name, title=title).replace(' id="', ' class="')
        message = fault(pdf(*map(question, TITLES), again))
        assert re.fullmatch(
            rf"question {re.escape(name)}, with \d points?, is in the PDF 2 times, must be once", message
        )


@pytest.mark.parametrize("points", ["3 points", "12 points", "20 points", "2", "points"])
def test_a_question_with_other_points_than_the_rubrics_is_named(points: str) -> None:
    message = fault(pdf(question("1.1.a", points), question("1.1.b"), question("1.1.c")))
    assert message == "question 1.1.a, with 2 points, is in the PDF 0 times, must be once"


def test_a_question_that_is_only_mentioned_is_not_there() -> None:
    mention = "<p>As 1.1.a says, it is worth 2 points</p>"
    assert "question 1.1.a" in fault(pdf(question("1.1.b", answer=mention), question("1.1.c")))
    proof(pdf(*(question(name, answer=mention) for name in TITLES)), RUBRIC)


def test_a_title_may_have_formulas() -> None:
    formula = f'<img class="math" alt="x" src="{PICTURE.format(9)}">'
    proof(pdf(question("1.1.a", title=f"Of {formula} and {formula}"), question("1.1.b"), question("1.1.c")), RUBRIC)


def test_a_title_may_take_two_lines() -> None:
    proof(pdf(question("1.1.a", title=2 * WORDS), question("1.1.b"), question("1.1.c")), RUBRIC)


# What runs off the page.

ROW = "".join(f"<td>{word}</td>" for word in 20 * ["accuracy"])
WIDE = {
    "a table too wide": f"<table><tbody><tr>{ROW}</tr></tbody></table>",
    "a word too long": f"<p>{120 * 'x'}</p>",
    "a line of code too long": f"<pre>{120 * 'x'}</pre>",
    "a line that does not break": f'<p style="white-space: nowrap">{3 * WORDS}</p>',
    "a line in the left margin": '<p style="margin-left: -30mm">Some words.</p>',
    "a line below the page": '<p style="position: absolute; top: 270mm">Some words.</p>',
}


@pytest.mark.parametrize("name", WIDE)
def test_a_text_that_runs_off_the_page_is_named_with_its_page(name: str) -> None:
    answer = f"{BREAK}<p>Yes.</p>{WIDE[name]}"
    message = fault(pdf(question("1.1.a", answer=answer), question("1.1.b"), question("1.1.c")))
    assert re.fullmatch(r"page 2: '.*' runs off the page", message), message


@pytest.mark.parametrize(("drawn", "what"), [(PICTURE, "a rule"), (ROOM, "a figure")], ids=["drawn", "left room"])
def test_a_picture_that_runs_off_the_page_is_named_with_its_page(drawn: str, what: str) -> None:
    def with_picture(width: int) -> bytes:
        answer = f'<p>Yes.</p><img alt="x" src="{drawn.format(width)}">'
        return pdf(question("1.1.a", answer=answer), question("1.1.b"), question("1.1.c"))

    proof(with_picture(500), RUBRIC)
    assert fault(with_picture(700)) == f"page 1: {what} runs off the page"


@pytest.mark.parametrize("bad", ["1.1.a", "1.1.b"])
def test_what_fills_the_line_to_its_end_runs_nowhere(bad: str) -> None:
    answer = f"<p>{40 * WORDS}</p><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table><pre>{60 * 'x'}</pre>"
    proof(pdf(*(question(name, answer=answer if name == bad else "<p>Yes.</p>") for name in TITLES)), RUBRIC)


# How long the body is.


@pytest.mark.parametrize("more", [1, 3])
def test_a_body_of_too_many_pages_is_refused(more: int) -> None:
    parts = [*map(question, TITLES), *((RUBRIC["longest_body"] - 1 + more) * [BREAK])]
    pages = RUBRIC["longest_body"] + more
    assert fault(pdf(*parts)) == f"the body has {pages} pages, at most 3 are allowed"
    assert fault(pdf(*parts, appendix=APPENDIX)) == f"the body has {pages} pages, at most 3 are allowed"


def test_appendices_do_not_count() -> None:
    parts = [*map(question, TITLES), BREAK]
    proof(pdf(*parts, appendix=APPENDIX + 5 * BREAK), RUBRIC)


def test_the_contents_do_not_end_the_body() -> None:
    contents = (
        '<nav class="contents"><h2>Contents</h2><ol><li><span class="number">1.1</span> '
        '<a href="#part-1.1">Descent</a><span class="dots"></span><span class="at" data-target="#part-1.1"></span></li>'
        '<li><span class="number">A</span> <a href="#part-A">Reproduction</a><span class="dots"></span>'
        '<span class="at" data-target="#part-A"></span></li></ol></nav>'
    )
    parts = [*map(question, TITLES), *(4 * [BREAK])]
    assert "the body has" in fault(pdf(*parts, cover=contents, appendix=APPENDIX))


def test_a_pdf_without_questions_is_refused_with_the_first() -> None:
    assert fault(pdf("<p>Nothing.</p>")) == "question 1.1.a, with 2 points, is in the PDF 0 times, must be once"


# How much of a page is empty.


def filled(share: float) -> str:
    """A block that takes a share of a page's height."""
    return f'<div style="background: red; height: {share * 255:.0f}mm; break-inside: avoid"></div>'


def section(number: str, *content: str) -> str:
    title = f'<h2 data-running="{number} Part"><span class="number">{number}</span> Part</h2>'
    return f'<section class="part" style="break-before: page">{title}{"".join(content)}</section>'


def feet(*content: str) -> dict[int, float]:
    style = f'<title>A report</title><style>{STYLE}</style><h1 style="margin: 0">A report</h1>'
    return empty_feet(
        render(f'<html lang="en">{style}<main style="break-before: auto">{"".join(content)}</main></html>')
    )


@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_a_foot_that_is_empty_is_named_with_its_page_and_its_share(share: float) -> None:
    assert feet(filled(0.5), BREAK, filled(share), BREAK) == {1: pytest.approx(0.43, abs=0.03)} | {
        2: pytest.approx(0.97 - share, abs=0.03)
    }


def test_a_full_page_and_the_last_one_are_not_named() -> None:
    assert feet(filled(0.9), BREAK, filled(0.93), BREAK) == {}


def test_where_a_section_ends_the_foot_may_be_empty() -> None:
    parts = [section("1", filled(0.5)), section("2", filled(0.3), BREAK), section("3", filled(0.2))]
    assert list(feet(*parts)) == [2 + 1]
