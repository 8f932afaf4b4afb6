"""Facts about compose/document: the page is whole, in the rubric's order, and every character has a glyph."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.cite.paths import CitationError, Unknown
from reporting.cite.values import Values
from reporting.compose.document import captions
from reporting.compose.errors import ReportError
from reporting.compose.sections import read
from reporting.pipeline.settings import read_rubric
from tests.conftest import FACTS, GIVEN, grounded

WritePage = Callable[..., str]


def question(name: str, answer: str = "Yes.") -> str:
    return f":::: question {name} Its title\nAsk.\n\n::: answer\n{grounded(answer)}\n\n{GIVEN}:::\n::::\n"


def section(*names: str, answer: str = "Yes.") -> str:
    return "# Descent\n\n" + "\n".join(question(name, answer) for name in names)


def test_the_page_holds_its_title_its_summary_and_its_sections(write_page: WritePage) -> None:
    markup = write_page(
        section("1.1.a"),
        section("1.1.b"),
        summary='They took <%= value("run.steps", "integer") %> steps. [steps]\n\n```claims\nsteps: run.steps < 4\n```',
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
            summary=f"{words} [defined]" if place == "summary" else "Found. [defined]",
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


def test_a_caption_is_text_with_its_values_and_its_formulas_as_they_are_spoken(tmp_path: Path) -> None:
    text = """# Walks

They are steep, as [](#fig-one) shows.

::: figure one two
A walk & its end, $x^2$, after <%= value("run.steps", "integer") %> steps and <%= value("run.far", "scientific") %>.
[shown]
:::
"""
    for name, content in {"sections/A.md": text, "summary.md": "A walk is a run. [defined]\n"}.items():
        (tmp_path / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "templates" / name).write_text(content, encoding="utf-8")
    rubric = read_rubric(tmp_path / "none.yaml")
    report = read(tmp_path, {"run": {"steps": 3, "far": 1e-9}}, rubric, {"one": None, "two": None})
    assert set(captions(report)) == {"one", "two"}
    assert len(set(captions(report).values())) == 1
    assert captions(report)["one"].startswith("Figure 1. A walk & its end, ")
    assert captions(report)["one"].endswith(" after 3 steps and 1.0 × 10⁻⁹.")
    assert not re.search("[<>$]", captions(report)["one"])


ONE, TWO = 64 * "1", 64 * "2"
CITING = section("1.1.a", "1.1.b", answer='It took <%= value("run.steps", "integer") %> steps.')


def test_an_artifact_says_on_a_screen_what_computed_it_and_which_answers_cite_it(
    write_page: WritePage, tmp_path: Path
) -> None:
    script = tmp_path / "scripts" / "experiments" / "run.py"
    script.parent.mkdir(parents=True)
    script.touch()
    settings = {"run": {"steps": 3}, "walks": {"first": {"steps": 2}}}
    page = write_page(
        CITING,
        tree={**FACTS, "walks/first": {}, "config": settings},
        appendix=f'# Made\n\n- <%= anchor("run", "{ONE}") %>run\n- <%= anchor("walks/first", "{TWO}") %>walks/first\n',
    )
    assert re.findall('<span id="artifact-[^"]*"></span><small class="digest">(.*?)</small>', page) == [
        "<code>main</code> in <code>scripts/experiments/run.py</code>; "
        "<code>run</code> in <code>config/config.yaml</code>; "
        'cited in <a href="#q-1.1.a">1.1.a</a>, <a href="#q-1.1.b">1.1.b</a>; '
        f"SHA-256 <code>{ONE}</code>",
        f"<code>walks.first</code> in <code>config/config.yaml</code>; SHA-256 <code>{TWO}</code>",
    ]


def test_below_an_answer_are_the_artifacts_of_its_values_and_of_its_claims(write_page: WritePage) -> None:
    appendix = "# Made\n\n" + "".join(f"- <%= anchor('{name}') %>{name}\n" for name in ("walks/first", "run", "title"))
    page = write_page(CITING, tree={**FACTS, "walks/first": {}}, appendix=appendix)
    assert "<details" not in write_page(CITING)  # where artifacts are not listed
    listed = re.findall(r'<details class="digest"><summary>[^<]*</summary>(.*?)</details></section>', page)
    assert listed == ['<a href="#artifact-run">run</a>, <a href="#artifact-title">title</a>'] * 2
