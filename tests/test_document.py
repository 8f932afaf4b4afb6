"""Facts about reporting/document.py: the page is whole, in the rubric's order, and every character has a glyph."""

import re
from collections.abc import Callable

import pytest

from reporting.sections import ReportError
from reporting.values import CitationError, Unknown, Values

WritePage = Callable[..., str]
NO_CLAIMS = "```claims\nnone: a test\n```\n"


def question(name: str, answer: str = "Yes.") -> str:
    return f":::: question {name} Its title\nAsk.\n\n::: answer\n{answer}\n\n{NO_CLAIMS}:::\n::::\n"


def section(*names: str, answer: str = "Yes.") -> str:
    return "# Descent\n\n" + "\n".join(question(name, answer) for name in names)


def test_the_page_holds_its_title_its_summary_and_its_sections(write_page: WritePage) -> None:
    markup = write_page(
        section("1.1.a"), section("1.1.b"), summary='They took <%= value("run.steps", "integer") %> steps.'
    )
    assert markup.startswith("<!doctype html>")
    assert "<title>A report</title>" in markup
    assert "They took 3 steps." in re.sub(r"<[^>]*>", "", markup)
    assert re.findall(r'id="(part-[^"]*|q-[^"]*)"', markup) == ["part-1.1", "q-1.1.a", "part-1.2", "q-1.1.b", "part-A"]


def test_nothing_that_stands_for_something_else_is_left_in_the_page(write_page: WritePage) -> None:
    markup = write_page(section("1.1.a", "1.1.b", answer='See [](#q-1.1.a): <%= value("run.name", "text") %>.'))
    assert not re.search("[\ue000-\uf8ff]|<%|%>", markup)


def test_the_page_is_the_same_every_time(write_page: WritePage) -> None:
    assert write_page(section("1.1.a", "1.1.b")) == write_page(section("1.1.a", "1.1.b"))


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ([section("1.1.a")], r"^question 1\.1\.b: no section has it"),
        ([section()], r"^question 1\.1\.a: no section has it"),
        ([section("1.1.b", "1.1.a")], r"^question 1\.1\.b: stands where 1\.1\.a is due"),
        ([section("1.1.b"), section("1.1.a")], r"^question 1\.1\.b: stands where 1\.1\.a is due"),
        ([section("1.1.a", "1.1.b"), section("1.1.a")], r"^question 1\.1\.a: is there twice"),
        ([section("1.1.a", "1.1.b", "1.1.c")], r"^question 1\.1\.c: not in config/rubric\.yaml"),
    ],
)
def test_every_question_of_the_rubric_is_there_once_and_in_its_order(
    write_page: WritePage, sections: list[str], message: str, rehearsal: bool
) -> None:
    with pytest.raises(ReportError, match=message):
        write_page(*sections, rehearsal=rehearsal)


@pytest.mark.parametrize("place", ["answer", "summary", "value"])
def test_a_character_that_no_font_has_is_named_with_the_words_around_it(write_page: WritePage, place: str) -> None:
    words = "Look: \u6f22 is here."
    cite = 'So: <%= value("run.name", "text") %>.'
    with pytest.raises(ReportError) as caught:
        write_page(
            section("1.1.a", "1.1.b", answer={"answer": words, "value": cite}.get(place, "Yes.")),
            summary=words if place == "summary" else "Found.",
            tree={"run": {"name": words}},
        )
    message = str(caught.value)
    assert message.startswith("no glyph for '\u6f22' (U+6F22) in the fonts: ")
    assert "is here" in message


def test_a_character_of_the_style_sheet_or_of_a_tag_needs_no_glyph(write_page: WritePage) -> None:
    write_page(
        section("1.1.a", "1.1.b"),
        characters="".join(
            set("Notes More. Descent Its title Ask. Yes. What was found. points A report 1.1.a1.1.b 2 point")
        )
        + "\u00a0",
    )


@pytest.mark.parametrize(
    ("summary", "message"),
    [
        ('<%= value("walk.steps", "integer") %>', r"^templates/summary\.md, line 1: .*no 'walk' there"),
        ("<% walk %>", r"^templates/summary\.md, line 1: "),
        ("Of $x^$.", r"^templates/summary\.md: the formula"),
    ],
)
def test_a_fault_in_the_summary_names_its_file(write_page: WritePage, summary: str, message: str) -> None:
    for rehearsal in (True, False):
        with pytest.raises(ReportError, match=message):
            write_page(section("1.1.a", "1.1.b"), summary=summary, rehearsal=rehearsal)


@pytest.mark.parametrize("frame", ['<%= value("walk.x", "text") %>', "<% walk %>", "<%= nothing %>", "<%= value("])
@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_fault_in_the_frame_names_its_file(write_page: WritePage, frame: str, rehearsal: bool) -> None:
    with pytest.raises(ReportError, match=r"^templates/report\.html"):
        write_page(section("1.1.a", "1.1.b"), frame=frame, rehearsal=rehearsal)


def test_artifacts_by_name_are_a_tree() -> None:
    values = Values({"digits": {"a": 1}, "networks/x": {"b": 2}, "networks/y": {"c": 3}})
    assert [values.look_up(path) for path in ("digits.a", "networks.x.b", "networks.y.c")] == [1, 2, 3]


def test_artifacts_that_are_not_made_have_any_field_and_others_have_none() -> None:
    values = Values({"digits": Unknown(), "networks/x": Unknown()})
    values.look_up("networks.x.history.loss[-1]")
    with pytest.raises(CitationError, match="networks: no 'z' there; there are x"):
        values.look_up("networks.z.history")
