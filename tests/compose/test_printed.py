"""Facts about compose/printed: what a page shows is told from what only stands there, and both are compared."""

import io
from collections.abc import Mapping
from typing import Any

import pikepdf
import pytest
from matplotlib.figure import Figure

from reporting.compose.printed import Passages, Printed, compare
from reporting.glyphs.math import formula
from reporting.press.pdf import render
from tests.press.test_pdf import page

FORMULA = formula("x_i + 1", False)
STYLE = "img { overflow: visible }"
SENTENCE = f"<p>The sum {FORMULA} is even.</p>"


def faults(shown: str, told: str) -> list[str]:
    """What is wrong with a page that shows one text where its HTML has another."""
    passages = Passages(page(told))
    runs = [{"name": name, "runs": runs} for name, runs in passages.runs.items()]
    return [fault for _, fault in compare(runs, passages.heads, Printed(render(page(shown, STYLE))))]


def test_a_formula_is_a_run_with_what_is_said_and_its_text() -> None:
    assert Passages(SENTENCE).runs["cover"] == ["The sum", {"alt": "x sub i plus 1", "text": "x_i + 1"}, "is even."]


def test_a_page_shows_its_words_and_has_the_text_of_its_formulas() -> None:
    assert faults(SENTENCE, SENTENCE) == []


@pytest.mark.parametrize(
    "told",
    [
        SENTENCE.replace("x_i + 1", "x_i + 2"),
        SENTENCE.replace(' data-text="x_i + 1"', ""),
        SENTENCE.replace(FORMULA, "x_i + 1"),
        SENTENCE.replace(FORMULA, FORMULA + FORMULA),
        SENTENCE.replace(FORMULA, ""),
    ],
    ids=["another formula", "a picture", "words", "two formulas", "nothing"],
)
def test_a_formula_where_the_text_has_something_else_is_named(told: str) -> None:
    (fault, *_) = faults(SENTENCE, told)
    assert fault.startswith("page 1")
    assert "\n" not in fault


def test_what_is_not_drawn_does_not_pass_for_words() -> None:
    words = "<p>The sum is even.</p>"
    assert faults(words, words) == []
    hidden = render(page(words)).replace(b"BT\n", b"BT\n3 Tr\n")
    passages = Passages(page(words))
    runs = [{"name": "cover", "runs": passages.runs["cover"]}]
    assert list(compare(runs, [], Printed(hidden)))


def test_the_text_inside_a_drawing_is_the_drawings() -> None:
    drawing, target = io.BytesIO(), io.BytesIO()
    figure = Figure(figsize=(3, 2))
    figure.subplots().set_title("A title")
    figure.savefig(drawing, format="pdf")
    printed = render(page(SENTENCE, STYLE))
    with pikepdf.open(io.BytesIO(printed)) as pdf, pikepdf.open(drawing) as source:
        sheet = pdf.pages[0]
        sheet.obj.Resources.XObject["/Drawing"] = pdf.copy_foreign(source.pages[0].as_form_xobject())
        sheet.obj.Contents.write(sheet.obj.Contents.read_bytes() + b" q 1 0 0 1 100 300 cm /Drawing Do Q")
        pdf.save(target)
    assert Printed(target.getvalue()).body == Printed(printed).body


def test_a_value_that_is_hyphenated_at_the_end_of_a_line_is_read_with_its_hyphen() -> None:
    value = '<a href="#artifact-a">Maximilian</a><span id="artifact-a"></span>'
    narrow = "p { width: 20mm; hyphens: auto } @page { size: A6 }"
    places: list[tuple[Any, str]] = Printed(render(page(f"<p>All of {value} goes on</p>", narrow))).places
    assert [text for _, text in places] == ["Maximili\u2010", "an"]


def test_nothing_is_compared_but_runs_of_text_and_of_formulas() -> None:
    picture: Mapping[str, Any] = {"alt": "A red box."}
    printed = Printed(render(page("<p>Words.</p>")))
    assert list(compare([{"name": "cover", "runs": ["Title", picture, "Words."]}], [], printed)) == []


LIST = "<ol><li>One.</li><li>Two.</li></ol><ul><li>Three.</li></ul>"
MARKED = "li::before { content: '•' } ol > li::before { content: counter(list-item) '.' } ul, ol { list-style: none }"


def test_the_markers_of_lists_are_those_of_their_items_or_none() -> None:
    passages = Passages(page(LIST))
    assert passages.runs["cover"][1:3] == [{"marker": "1."}, "One."]
    runs = [{"name": "cover", "runs": passages.runs["cover"]}]
    assert list(compare(runs, [], Printed(render(page(LIST, MARKED))))) == []
    assert list(compare(runs, [], Printed(render(page(LIST, "ul, ol { list-style: none }"))))) == []
    wrong = render(page(LIST, MARKED + " ol { counter-reset: list-item 5 }"))
    assert list(compare(runs, [], Printed(wrong)))


@pytest.mark.parametrize("before", ["-", "−", "1", "1.", "•", "x"])
def test_whatever_is_set_before_a_text_is_named(before: str) -> None:
    assert faults(f"<p>Words.</p><p>{before}0.5 of all.</p>", "<p>Words.</p><p>0.5 of all.</p>")
    assert faults("<p>Words.</p><p>0.5 of all.</p>", f"<p>Words.</p><p>{before}0.5 of all.</p>")


def test_a_hyphen_of_the_text_may_end_a_line_and_so_may_one_that_breaks_a_word() -> None:
    text = "<p>A two-dimensional representation</p>"
    passages = [{"name": "cover", "runs": Passages(page(text)).runs["cover"]}]
    narrow = "p { width: 22mm; hyphens: auto } @page { size: A6 }"
    for style in ("", narrow):
        assert list(compare(passages, [], Printed(render(page(text, style))))) == []


def test_a_page_that_the_contents_name_is_the_one_that_the_passage_is_on() -> None:
    text = (
        '<nav><a href="#part-1.1">1.1</a><span class="at" data-target="#part-1.1"></span></nav>'
        '<section id="part-1.1"><h2>A title</h2></section>'
    )
    style = ".at::after { content: target-counter(attr(data-target url), page) } h2 { break-before: page }"
    passages = Passages(page(text))
    runs = [{"name": name, "runs": runs} for name, runs in passages.runs.items()]
    assert list(compare(runs, [], Printed(render(page(text, style))))) == []
    (fault,) = compare(runs, [], Printed(render(page(text, style.replace("page)", "page, upper-roman)")))))
    assert "'ii" in fault[1]
    (fault,) = compare(
        runs, [], Printed(render(page(text, style.replace("target-counter(attr(data-target url), page)", "'7'"))))
    )
    assert fault == ("the contents", "1.1 is said to be on page 7")
