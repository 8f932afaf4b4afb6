"""Facts about compose/sections: Markdown with math and values becomes HTML, or its first fault is named."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.cite.paths import Unknown
from reporting.compose import sections
from reporting.compose.errors import ReportError
from tests.conftest import GIVEN, grounded

WritePage = Callable[..., str]
SECOND = f":::: question 1.1.b The second\nAsk again.\n\n::: answer\nNo. [given]\n\n{GIVEN}:::\n::::\n"
FIGURE = "::: figure one\nA picture. [given]\n:::\n"
TABLE = "::: table runs\nAll runs. [given]\n\n| a | b |\n|:--|--:|\n| c | d |\n:::\n"
LISTING = "::: listing code.py twice\nThe code. [given]\n:::\n"


def test_sections_stand_in_the_order_of_their_numbers_and_appendices_last() -> None:
    names = ["1.md", "1.1.md", "1.2.md", "1.10.md", "2.md", "10.md", "A.md", "B.md"]
    assert [path.name for path in sorted(map(Path, sorted(names)), key=sections.order)] == names


def section(answer: str, title: str = "The first") -> str:
    """A section with two questions; the answer to the first is given, with all that follows it."""
    first = f":::: question 1.1.a {title}\nAsk.\n\n::: answer\n{grounded(answer)}\n\n{GIVEN}:::\n::::\n"
    return f"# Descent\n\n{first}\n{SECOND}"


def beside(blocks: str, answer: str = "Yes.") -> str:
    """The same with blocks behind the answer, from line 9 on."""
    return section(answer).replace(f"{GIVEN}:::\n", f"{GIVEN}:::\n\n{blocks}\n", 1)


def seen(markup: str) -> str:
    """The text that a reader sees, on one line."""
    markup = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def tags(markup: str) -> set[str]:
    return set(re.findall(r"</?([a-z]\w*)", markup))


def test_a_question_has_its_id_its_title_its_points_and_its_answer_in_order(write_page: WritePage) -> None:
    markup = write_page(section("It *is*."))
    assert seen(markup) == (
        "What was found. Descent 1.1.a The first 2 points Ask. It is . 1.1.b The second 1 point Ask again. No. "
        "Notes More."
    )
    assert 'id="q-1.1.a"' in markup
    assert "<em>is</em>" in markup


def test_a_value_is_printed_with_its_path_beside_it(write_page: WritePage) -> None:
    markup = write_page(section('The loss is <%= value("run.loss[-1]", "loss") %>.'))
    assert "The loss is 0.2500 ." in seen(markup)
    assert "run.loss[-1]" in markup


def test_figures_tables_and_listings_are_numbered_each_by_itself_and_references_name_them(
    write_page: WritePage,
) -> None:
    blocks = f"{FIGURE}\n{TABLE}\n{LISTING}\n{FIGURE.replace('one', 'two')}"
    refer = "See [](#fig-two), [](#fig-one), [](#tab-runs), [](#lst-twice), [](#q-1.1.b), [](#app-A), [it](#fig-one)."
    markup = write_page(beside(blocks, refer))
    names = "Figure 2 , Figure 1 , Table 1 , Listing 1 , 1.1.b , Appendix A , it ."
    assert f"See {names}" in seen(markup)
    captions = re.findall(r'id="([^"]+)".*?<figcaption><b>([^<]*)</b>', markup, re.DOTALL)[-4:]
    assert [label.replace("\u00a0", " ") for _, label in captions] == [
        "Figure 1.",
        "Table 1.",
        "Listing 1.",
        "Figure 2.",
    ]
    anchors = set(re.findall(r' id="([^"]+)"', markup))
    assert set(re.findall(r'href="#([^"]+)"', markup)) - {"app-A"} <= anchors


def test_a_figure_holds_its_picture(write_page: WritePage) -> None:
    markup = write_page(beside(FIGURE, "See [](#fig-one)."))
    assert re.search(
        r'<img data-name="one" alt="A picture\." src="data:image/svg\+xml;base64,[A-Za-z0-9+/=]+">', markup
    )
    assert 'src="data:' in markup
    assert not re.search(r'src="(?!data:)', markup)


def test_a_listing_is_the_real_source_and_an_output_is_text(write_page: WritePage) -> None:
    markup = write_page(beside(LISTING + "\n```output\n<b> & 'x'\n```\n"))
    assert "def twice(x):" in html.unescape(re.sub(r"<[^>]*>", "", markup))
    assert "&lt;b&gt; &amp;" in markup
    assert "<b> &" not in markup


def test_a_table_holds_its_rows_and_a_loop_gives_them(write_page: WritePage) -> None:
    rows = '<% for item in each("run.loss") %>\n| <%= value(item, "loss") %> | d |\n<% endfor %>\n'
    markup = write_page(beside(TABLE.replace("| c | d |\n", rows), "See [](#tab-runs)."))
    assert "0.5000 d 0.2500 d" in seen(markup)


def test_formulas_are_drawn_with_the_punctuation_after_them_on_their_line(write_page: WritePage) -> None:
    markup = write_page(section(r"Let $x$, and" + "\n\n$$y = x.$$\n\nSo it is.\n"))
    assert len(re.findall(r'<img class="math"', markup)) == 2
    assert re.search(r'<span class="nobr"><img [^>]*>,</span>', markup)
    assert "$" not in seen(markup)


def test_a_formula_of_digits_alone_is_text_in_the_type_of_what_is_around_it(write_page: WritePage) -> None:
    markup = write_page(section("It is $0$, not $x$ and not $f(0)$."))
    assert "It is 0, not" in seen(markup)
    assert markup.count('<img class="math"') == 2


def test_a_sign_stays_beside_the_formula_before_it_and_a_value_beside_the_sign(write_page: WritePage) -> None:
    markup = write_page(section('So $x$&nbsp;=&nbsp;<%= value("run.loss[0]", "loss") %> is, and $y$ and $z$&nbsp;too.'))
    assert re.search(r'<span class="nobr"><img [^>]*>\u00a0=</span>\u00a0<data ', markup)
    assert markup.count('class="nobr"') == 1


def test_what_may_be_wider_than_the_screen_is_reached_by_the_keyboard_and_has_a_name(write_page: WritePage) -> None:
    blocks = f"{FIGURE}\n{TABLE}\n{LISTING}\n```output\n1\n```\n"
    markup = write_page(beside(blocks, "Of [](#fig-one), [](#tab-runs) and [](#lst-twice):\n\n$$y = x.$$\n"))
    names = re.findall(
        r'class="(?:pictures|scroll|equation|output)" tabindex="0" role="group" aria-label="([^"]*)"', markup
    )
    assert names == ["Formula", "Figure\u00a01", "Table\u00a01", "Listing\u00a01", "Output"]


@pytest.mark.parametrize(("width", "wide"), [("453.6", True), ("200", False)])
def test_a_wide_picture_is_known_by_its_class(write_page: WritePage, width: str, wide: bool) -> None:
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="9pt"><path d="M0 0h9"/></svg>'
    markup = write_page(beside(FIGURE, "See [](#fig-one)."), picture=picture)
    assert ('<img class="wide" data-name="one" alt="A picture."' in markup) == wide


def test_a_picture_with_panels_that_stack_says_their_shape(write_page: WritePage) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="453.6pt" height="9pt" data-narrow="268 / 250.5"></svg>'
    markup = write_page(beside(FIGURE, "See [](#fig-one)."), picture=picture)
    assert '<img class="wide stackable" style="--narrow: 268 / 250.5" data-name="one"' in markup


def test_latex_is_not_taken_for_jinja(write_page: WritePage) -> None:
    assert write_page(section(r"So $\frac{{a}}{{#1}}$ and {{ b*c }}, {% x %}, {# y #}.".replace("{#1}", "{b}"))).count(
        "{{ b*c }}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(x)</script>",
        "<b onclick='x'>bold</b>",
        "<img src=x onerror=alert(x)>",
        "<!-- gone -->",
        "<style>p{display:none}</style>",
    ],
)
def test_raw_html_in_markdown_is_text(write_page: WritePage, text: str) -> None:
    markup = write_page(section(f"{text}\n\nYes."))
    assert tags(markup) == tags(write_page(section("words\n\nYes.")))
    assert re.sub(r"\W", "", text) in re.sub(r"\W", "", seen(markup))


@pytest.mark.parametrize("address", ["javascript:alert(x)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_a_link_that_acts_is_no_link(write_page: WritePage, address: str) -> None:
    assert "href" not in write_page(section(f"See [this]({address})."))


@pytest.mark.parametrize("address", ["http://x.org", "x.html", "/etc/passwd", "//x.org", "mailto:a@b.c", "ftp://x.org"])
def test_a_link_to_elsewhere_is_refused(write_page: WritePage, address: str) -> None:
    with pytest.raises(ReportError, match=f"^question 1.1.a: a link goes to # or to https://, not to {address}$"):
        write_page(section(f"See [this]({address})."))


def test_a_link_to_the_web_is_a_link(write_page: WritePage) -> None:
    assert 'href="https://x.org/"' in write_page(section("See [this](https://x.org/)."))


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "{{ 7*7 }}", "<%= 7*7 %>", "$x$", "[a](#b)", "*a*", "# a", "::: answer", '"', "a & b", "| a |"]
)
def test_a_value_never_acts_as_markup(write_page: WritePage, text: str) -> None:
    cite = '<%= value("run.name", "text") %>'
    blocks = f"::: figure one\nOf {cite}. [given]\n:::\n"
    facts = {"run": {"name": text}}
    markup = write_page(beside(blocks, f"So {cite} is, in [](#fig-one)."), tree=facts)
    plain = write_page(beside(blocks, f"So {cite} is, in [](#fig-one)."), tree={"run": {"name": "plain"}})
    assert tags(markup) == tags(plain)
    assert seen(markup) == seen(plain).replace("plain", text)
    assert re.sub(r"(?<=[ >])" + "plain", "", plain).count("<") == markup.count("<")


# The text of a section, and what the error says, which starts with the place.
CITED = '<%= value("{}", "loss") %>'
FAULTS = {
    "a dead reference": (section("See [](#fig-none)."), "^question 1.1.a: refers to #fig-none"),
    "a dead question": (section("See [](#q-1.1.z)."), "^question 1.1.a: refers to #q-1.1.z"),
    "an uncited figure": (beside(FIGURE), r"^Figure\s1 \(one\): no sentence refers to it"),
    "an uncited table": (beside(TABLE), r"^Table\s1 \(runs\): no sentence refers to it"),
    "a figure given twice": (beside(FIGURE + "\n" + FIGURE, "See [](#fig-one)."), "^question 1.1.a: .*one is there al"),
    "a figure without a caption": (
        beside("::: figure one\n:::\n"),
        "^question 1.1.a .*: a figure needs a name and a cap",
    ),
    "a figure without a name": (
        beside("::: figure\nWords.\n:::\n"),
        "^question 1.1.a .*: a figure needs a name and a cap",
    ),
    "a table without a caption": (
        beside("::: table a\n:::\n"),
        "^question 1.1.a .*: a table needs a name and a caption",
    ),
    "a question twice": (section("Yes.") + "\n" + SECOND, "^question 1.1.b: is there twice"),
    "a question of no rubric": (
        section("Yes.") + SECOND.replace(".b", ".c"),
        r"^question 1.1.c: not in .*rubric\.yaml",
    ),
    "a question without an id": (section("Yes.") + "::: question\nAsk.\n:::\n", "question needs an id and a title"),
    "a missing answer": (
        section("Yes.").replace(f"::: answer\nNo. [given]\n\n{GIVEN}:::\n", ""),
        "^question 1.1.b: has no ::: answer",
    ),
    "two answers": (beside("::: answer\nNo.\n:::\n"), "^question 1.1.a: an answer stands in its question, once"),
    "an answer outside": (section("Yes.") + "::: answer\nNo.\n:::\n", "an answer stands in its question, once"),
    "an answer in an answer": (
        "# Descent\n\n::::: question 1.1.a The first\nAsk.\n\n:::: answer\n::: answer\nNo.\n:::\n::::\n:::::\n",
        "^question 1.1.a: an answer stands in its question",
    ),
    "a broken formula": (section(r"So $\frac{1}{$."), r"^question 1.1.a: the formula"),
    "a broken equation": (section("So\n\n$$\\fraction{1}{2}$$\n"), "^question 1.1.a: the formula .*fraction"),
    "a broken formula in a title": (section("Yes.", r"Of $\frac{1}{$"), "^question 1.1.a: the formula"),
    "a broken formula in a caption": (beside("::: figure one\n$x^$.\n:::\n"), "^question 1.1.a: the formula 'x\\^'"),
    "a value in a formula": (
        section(f"So ${CITED.format('run.loss[0]')}$."),
        "^question 1.1.a: .* value stands beside",
    ),
    "an artifact that is not there": (
        section(CITED.format("walk.loss")),
        r"^question 1.1.a \(templates/sections/1.1.md, line 7\): .*no 'walk' there",
    ),
    "a line later": (section("Yes.\n" + CITED.format("walk.x")), r"^question 1.1.a \(\S+/1.1.md, line 8\): .*'walk'"),
    "a value before the questions": (
        f"# A\n\n{CITED.format('walk.x')}\n",
        r"^templates/sections/1.1.md, line 3: .*'walk'",
    ),
    "a format that is not there": (
        section('<%= value("run.steps", "lossy") %>'),
        r"^question 1.1.a .* no format 'lossy'",
    ),
    "an unknown variable": (
        section("<%= nothing %>"),
        r"^question 1.1.a \(\S+/1.1.md, line 7\): 'nothing' is undefined",
    ),
    "an open statement": (section('<% for x in each("run") %>x'), r"^question \S+ \(\S+/1.1.md, line \d+\): "),
    "an unknown statement": (section("<% walk %>"), r"^question 1.1.a \(\S+/1.1.md, line 7\): .*unknown tag 'walk'"),
    "an unknown filter": (section('<%= "x" | walk %>'), r"^question 1.1.a \(\S+/1.1.md, line 7\): .*filter.* 'walk'"),
    "an open value": (section("<%= value("), r"^question \S+ \(\S+/1.1.md, line \d+\): "),
    "a listing of nothing": (
        beside("::: listing code.py thrice\nThe code.\n:::\n"),
        r"^question 1.1.a: code\.py does not define thrice",
    ),
    "a listing of no file": (beside("::: listing none.py twice\nThe code.\n:::\n"), r"^question 1.1.a: .*none\.py"),
    "no title": ("Words.\n", "^templates/sections/1.1.md: must start with its title"),
}


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_section_is_one_message_that_names_its_place(
    write_page: WritePage, fault: str, rehearsal: bool
) -> None:
    text, message = FAULTS[fault]
    with pytest.raises(ReportError) as caught:
        write_page(text, rehearsal=rehearsal)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)
    assert not re.search("[\ue000-\uf8ff]", str(caught.value))


def test_a_field_that_an_artifact_lacks_is_named_with_its_question_and_its_line(write_page: WritePage) -> None:
    text = section('Yes: <%= value("run.lost[0]", "loss") %>.')
    with pytest.raises(ReportError) as caught:
        write_page(text)
    assert str(caught.value) == (
        "question 1.1.a (templates/sections/1.1.md, line 7): run: no 'lost' there; did you mean loss?"
    )


def test_before_the_experiments_ran_any_field_of_an_artifact_may_be_there(write_page: WritePage) -> None:
    text = section(
        'It is <%= value("run.lost[0].x", "percent") %><% for x in each("run.a") %>'
        ' or <%= value(x, "loss") %><% endfor %>.'
    )
    write_page(text, tree={"run": Unknown()}, rehearsal=True)


def test_a_figure_that_was_not_drawn_is_named_with_one_that_was(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a: no figure ones; near it there are one$"):
        write_page(beside(FIGURE.replace("one", "ones"), "See [](#fig-ones)."))


def test_a_dead_reference_with_a_text_of_its_own_is_named(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a: refers to #fig-none"):
        write_page(section("See [the figure](#fig-none)."))


def test_a_section_with_questions_and_no_title_is_named(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^templates/sections/1.1.md: must start with its title"):
        write_page("Words.\n\n" + section("Yes."))


@pytest.mark.parametrize("text", ['<%= value("run.steps") %>', "<%= 1 / 0 %>", '<%= value(1, "loss") %>'])
def test_an_expression_that_fails_in_python_names_its_question(write_page: WritePage, text: str) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a"):
        write_page(section(text))


def test_an_empty_section_is_a_section_without_a_title(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"templates/sections/1.2.md: must start with its title"):
        write_page(section("Yes."), "")


@pytest.mark.parametrize("block", [FIGURE, LISTING])
def test_a_caption_of_two_paragraphs_is_refused(write_page: WritePage, block: str) -> None:
    with pytest.raises(
        ReportError, match=r"^question 1.1.a \(\S+, line 14\): the caption of \w+ \w+ has more than one paragraph$"
    ):
        write_page(beside(block.replace(" [given]\n:::", " [given]\n\nMore of it.\n:::"), "See [](#fig-one)."))


@pytest.mark.parametrize("address", ["https://127.0.0.1/x.png", "/etc/passwd", "x.png", "#fig-one"])
def test_an_image_is_refused(write_page: WritePage, address: str) -> None:
    with pytest.raises(ReportError, match=f"^question 1.1.a: a picture is a ::: figure; {address} is none$"):
        write_page(section(f"![x]({address})"))
