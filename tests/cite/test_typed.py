"""Facts about cite/typed: a number that somebody typed is found, in a text, in a formula, in a report."""

import html
import re
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.cite.typed import ALIKE, WORDS, stated_result, typed_in_code, typed_number
from reporting.cite.values import Values
from reporting.compose.errors import ReportError
from reporting.glyphs.math import MathError, drawn
from tests.conftest import GIVEN, RUBRIC, grounded

WritePage = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It took 20 epochs.", "20"),
        ("It took twenty epochs.", "twenty"),
        ("Twenty epochs.", "Twenty"),
        ("One of them.", "One"),
        ("It is 0.98.", "0"),
        ("It is -3.", "3"),
        ("At 5% of it.", "5"),
        ("About 1e-7.", "1"),
        ("The 2nd.", "2"),
        ("x2 and so on.", "2"),
        ("Twenty-one of them.", "Twenty"),
        ("A third of zero.", "zero"),
        ("Half of them.", "Half"),
        ("It is twice as fast.", "twice"),
        ("A dozen seeds.", "dozen"),
        ("A hundred, a thousand or a million.", "hundred"),
        ("seventeen and ninety", "seventeen"),
        ("In ten\nlines", "ten"),
        ("٣ digits", "٣"),
        ("at ⁹⁰ of it", "90"),
        ("at ９０ of it", "90"),
        ("nine\u00adty of it", "ninety"),
        ("nine\u200bty of it", "ninety"),
        ("9\u20600 of it", "90"),
        ("ninetyseven of it", "ninetyseven"),
        ("ninety_seven of it", "ninety"),
        ("onehundred", "onehundred"),
        ("in the nineties", "nineties"),
        ("a trillion of it", "trillion"),
        ("a quarter of it", "quarter"),
        ("ninefold", "ninefold"),
        ("\u2468\u24ea", "90"),
        ("\u24dd\u24d8\u24dd\u24d4\u24e3\u24e8", "ninety"),
        ("\U0001d427\U0001d422\U0001d427\U0001d41e", "nine"),
        ("\U0001d7d7\U0001d7ce", "90"),
        ("\u2168 of it", "\u2168"),
        ("\u2789 of it", "\u2789"),
        ("\u4e5d is none, \u0669\u0660 is", "\u0669\u0660"),
        ("nin\u0435ty of it", "ninety"),
        ("n\u0456n\u0435t\u0443 of it", "ninety"),
        ("\u03bfne of it", "one"),
        ("\u0455\u0456\u0445 of it", "six"),
        ("\u0422\u0415N of it", "ten"),
        ("s\u0131x of it", "s\u0131x"),
        ("e1even or eIeven or e|even", "1"),
        ("eIeven of it", "eleven"),
        ("z\u00e9r\u00f8 of it", "zero"),
        ("nin\u0301ety of it", "ninety"),
        ("ni\ufe0fnety of it", "ninety"),
        ("ni\u034fnety of it", "ninety"),
        ("ni\u180bnety of it", "ninety"),
        ("ni\u061cne\u200dty of it", "ninety"),
        ("ni\U000e0061nety of it", "ninety"),
        ("ni\ue0000\ue001nety of it", "ninety"),
    ],
)
def test_a_number_in_digits_or_in_words_is_found(text: str, found: str) -> None:
    assert typed_number(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It does not settle.",
        "Someone, none and alone; a tone, a stone; often and tender; weight, height and freight.",
        "The network is lighter: attention, no number.",
        "\ue0000\ue001 of \ue00012\ue001 epochs",
        "The \u03b1 of \u03b2, \u03bcm, \u041d\u0435\u0442, na\u00efve, \u00e9t\u00e9.",
    ],
)
def test_a_text_without_a_number_has_none(text: str) -> None:
    assert typed_number(text) is None


@pytest.mark.parametrize(
    "text", ["½ of it", "dozens of it", "twofold", "tenfold", "hundreds", "thousands", "a billion"]
)
def test_a_number_in_other_words_or_signs_is_found(text: str) -> None:
    assert typed_number(text) is not None


HIDING = list("\u00ad\u200b\u200d\u2060\ufeff\ufe0f\u034f\u180e\u061c\U000e0041\u0301")


@given(st.sampled_from(WORDS), st.data())
def test_a_number_word_is_found_however_its_letters_are_disguised(word: str, data: st.DataObject) -> None:
    disguised = ""
    for letter in word:
        alike = next((letters for letters in ALIKE.split() if letters[0] == letter), letter)
        wide = chr(ord(letter) - ord("a") + data.draw(st.sampled_from([0xFF41, 0x1D41A, 0x24D0])))
        sign = data.draw(st.sampled_from([letter, letter, letter.upper(), wide, *alike]))
        disguised += sign + "".join(data.draw(st.lists(st.sampled_from(HIDING), max_size=2)))
    assert typed_number(f"of {disguised} runs")


@given(st.integers(), st.text(" abc,.(-"), st.text(" abc,.)%"))
def test_every_integer_in_digits_is_found_anywhere(number: int, before: str, after: str) -> None:
    assert typed_number(f"{before}{number}{after}") == str(abs(number))


@given(st.lists(st.sampled_from(["a word", ", ", ". ", "so"]), max_size=8), st.integers(0, 99))
def test_a_cited_value_is_no_typed_number(words: list[str], number: int) -> None:
    values = Values({"a": number})
    cited = [values.value("a", "integer") for _ in range(12)]  # the placeholders' own numbers have digits too
    assert typed_number("".join(words + cited)) is None


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("90 %", "90"),
        ("0.97", "0"),
        ("f(x) = 90", "90"),
        ("p > 0.9", "0"),
        ("x=-3", "3"),
        ("ninety of it", "ninety"),
        ("97 percent", "97"),
        ("97%", "97"),
        ("97epochs", "97"),
        ("about: 97 of it", "97"),
        ("at 0.5", "0.5"),
        ("nine\u00adty", "ninety"),
        ("nin\u0435", "nine"),
        ("1e-5", "1"),
    ],
)
def test_a_number_in_code_is_found(code: str, found: str) -> None:
    assert typed_in_code(code) == found


@pytest.mark.parametrize(
    "code",
    [
        "SHA-256",
        "W1 and b2",
        "np.log1p(x)",
        "1 / (1 + exp(-x))**2",
        "b = 0",
        "\ue00012\ue001",
        "x[3]",
        "two_layer",
        "f(x, 3)",
        "0.5 * x",
    ],
)
def test_a_digit_of_what_computes_is_none(code: str) -> None:
    assert typed_in_code(code) is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\mathrm{ninety}",
        r"\text{about ninety percent}",
        "x = \\text{nine\u00adty}",
        r"\operatorname{ninety}",
        r"\text{of ni}\,\text{nety}",
        r"\mathrm{nin\acute{e}ty}",
        r"\mathbb{ninety}",
        "n i n e t y",
        "\\text{ni\u0435ty}".replace("i\u0435", "in\u0435"),
        r"\text{ninety-seven}",
        r"\text{ninetyseven}",
        r"x_{\text{ninety}}",
        r"\begin{aligned} x &= \text{ten} \end{aligned}",
    ],
)
def test_a_number_in_the_words_of_a_formula_is_found(tex: str) -> None:
    assert stated_result(drawn(tex, False)) is not None


@pytest.mark.parametrize("tex", [r"\tau_{\mathrm{tone}}", r"\overline{one} x".replace("one", "x"), r"x_{\text{often}}"])
def test_a_formula_without_such_words_states_nothing(tex: str) -> None:
    assert stated_result(drawn(tex, False)) is None


@pytest.mark.parametrize(
    ("tex", "found"),
    [
        ("42", "42"),
        ("-3.5", "\u22123.5"),
        ("0.98", "0.98"),
        ("x = 5", "5"),
        ("x = -5", "5"),
        ("x=17.", "17"),
        ("x \\approx 3", "3"),
        ("f(x) \\approx -2.42", "2.42"),
        ("x \\sim 3", "3"),
        ("x = 12\\,\\%", "12"),
        ("x = 5, y", "5"),
        ("n = 1000 \\qquad m", "1000"),
        ("x < 0.5", "0.5"),
        ("\\eta > 0.3", "0.3"),
        ("x^2 = 9", "9"),
        ("x_1 = 3", "3"),
        ("x = 10^5", "10"),
        (r"\text{9 percent}", "9"),
        (r"\mathrm{9}", "9"),
        ("x = 9{}0", "90"),
        (r"9\,\!0", "90"),
        (r"9\ 0", "9 0"),
        (r"\def\a{9}x = \a", "9"),
        (r"\verb|97|", "97"),
        (r"\unicode{x39}\unicode{x30}", "90"),
        ("\U0001d7d7\U0001d7ce", "90"),
        ("x^{97}", "97"),
        ("{}^{97}", "97"),
        ("x_{97}", "97"),
        (r"\frac{97}{100}", "97"),
        ("x = 3/4", "3/4"),
        (r"x = \frac{3}{4}", "3/4"),
        (r"3 \cdot 10^{-3}", "3"),
        (r"x \to 7", "7"),
        (r"1\,\%", "1"),
        ("(7)", "(7)"),
        ("1{,}5", "1,5"),
    ],
)
def test_a_formula_that_states_a_result_is_found(tex: str, found: str) -> None:
    stated = stated_result(drawn(tex, False))
    assert stated is not None
    assert stated.startswith(found)


@pytest.mark.parametrize(
    "tex",
    [
        "0",
        "1",
        "x",
        "x = 0",
        "x = 1",
        "x^2 + y^2",
        "x_1, x_2",
        "2x - 3 \\sin 3x + y + 2",
        "\\frac{1}{2}",
        "2 / \\lambda_{\\max}",
        "f(x, y) = x^2 + y^2 + x (y + 2) + \\cos 3x",
        "\\frac{f(x + h) - f(x - h)}{2h}",
        "y = 2x",
        "10^{-7}",
        "\\sigma'(x) = \\sigma(x) (1 - \\sigma(x))",
        "\\ln 2",
        "0 / 0",
        "2^{32}",
        "2^{-k}",
        r"\log_{10} x",
        r"\sqrt[3]{x}",
        "[0, 1]",
        r"x \text{ if } 2x > y \text{ or so}",
        r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
        r"\begin{cases} 1 & \text{if } x > 0, \\ 0 & \text{if } x \le 0. \end{cases}",
    ],
)
def test_a_formula_of_mathematics_states_none(tex: str) -> None:
    assert stated_result(drawn(tex, False)) is None


@pytest.mark.parametrize(
    "tex",
    ["x = 0, y = 17", "x = 1 \\qquad y = 2", "17 = x", "x = {17}", "x > 17", "x \\le 17", "x \\in (5, 17)", "17\\%"],
)
def test_a_result_elsewhere_in_a_formula_is_found(tex: str) -> None:
    assert stated_result(drawn(tex, False)) is not None


@given(st.text("xy0123456789.=-+{}^_\\ ,", max_size=30))
def test_any_formula_has_a_result_in_digits_or_none(tex: str) -> None:
    with suppress(MathError):
        found = stated_result(drawn(tex, False))
        assert found is None or re.search(r"\d", found) or not re.search("[a-z]", tex)


# In a report.

CITE = '<%= value("run.steps", "integer") %>'
CITE_WORD = '<%= value("run.steps", "word") %>'


def section(
    answer: str = "Yes.",
    ask: str = "Ask.",
    title: str = "The first",
    blocks: str = "",
    before: str = "",
    after: str = "",
) -> str:
    """A section with question 1.1.a, whose parts are given, and 1.1.b."""
    return "\n\n".join(
        [
            f"# Descent\n\n{before}",
            f":::: question 1.1.a {title}\n{ask}\n\n::: answer\n{grounded(answer)}\n\n{GIVEN}:::\n\n{blocks}\n::::",
            f":::: question 1.1.b The second\nAsk.\n\n::: answer\nNo. [given]\n\n{GIVEN}:::\n::::",
            f"{after}\n",
        ]
    )


def figure(caption: str) -> str:
    return f"::: figure one\n{grounded(caption)}\n:::\n"


def table(caption: str, cell: str = "c", head: str = "a") -> str:
    return f"::: table runs\n{grounded(caption)}\n\n| {head} | b |\n|:--|--:|\n| {cell} | d |\n:::\n"


TYPED = {
    "an answer": {"answer": "It took {}."},
    "an answer's emphasis": {"answer": "It took *{}*."},
    "an answer's list": {"answer": "It took:\n\n- {} of it.\n"},
    "an answer's link": {"answer": "It took [{}](#q-1.1.b)."},
    "an answer's table": {"answer": "Yes.\n\n| a |\n|:--|\n| {} |\n"},
    "a caption": {"answer": "See [](#fig-one).", "blocks": figure("Of {} runs.")},
    "a caption of a table": {"answer": "See [](#tab-runs).", "blocks": table("Of {} runs.")},
    "a caption of a listing": {"blocks": "::: listing code.py twice\nIn {} lines. [given]\n:::\n"},
    "a table": {"answer": "See [](#tab-runs).", "blocks": table("All.", cell="{}")},
    "a table's head": {"answer": "See [](#tab-runs).", "blocks": table("All.", head="{}")},
    "a text behind the answer": {"blocks": "It took {}."},
    "a text before the questions": {"before": "There are {}."},
    "a text behind the questions": {"after": "There are {}."},
}


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("typed", ["20", "twenty", "Half", "0.5"])
@pytest.mark.parametrize("place", TYPED)
def test_a_typed_number_is_named_with_its_question(
    write_page: WritePage, place: str, typed: str, rehearsal: bool
) -> None:
    parts = {name: text.replace("{}", typed) for name, text in TYPED[place].items()}
    where = "question 1.1.a" if "question" not in place else "templates/sections/1.1.md"
    number = re.escape(typed.removesuffix(".5"))
    with pytest.raises(
        ReportError, match=rf"^{where}: the number '{number}' is typed; cite it, with <%= value\(\.\.\.\) %>$"
    ):
        write_page(section(**parts), rehearsal=rehearsal)


@pytest.mark.parametrize("place", TYPED)
def test_a_cited_number_is_none_anywhere(write_page: WritePage, place: str) -> None:
    for cited in (CITE, CITE_WORD):
        write_page(section(**{name: text.replace("{}", cited) for name, text in TYPED[place].items()}))


@pytest.mark.parametrize("typed", ["97", "ninety-seven"])
def test_a_typed_number_in_the_summary_or_an_appendix_is_named(write_page: WritePage, typed: str) -> None:
    found = typed.partition("-")[0]
    with pytest.raises(ReportError, match=rf"^templates/summary\.md: the number '{found}' is typed"):
        write_page(section(), summary=f"It tells {typed} of them.")
    with pytest.raises(ReportError, match=rf"^templates/sections/A\.md: the number '{found}' is typed"):
        write_page(section(), appendix=f"# Notes\n\nIt tells {typed} of them.\n")


@pytest.mark.parametrize("typed", ["$f = 0.98$", "$$f = -2.42$$", "$20$", "$x = 20$", "$x \\approx 3$"])
@pytest.mark.parametrize(
    "parts",
    [
        {"answer": "It is so:\n\n{}\n\nYes."},
        {"answer": "See [](#fig-one).", "blocks": figure("Of {} runs.")},
        {"answer": "See [](#tab-runs).", "blocks": table("All.", cell="{}")},
    ],
    ids=["an answer", "a caption", "a table"],
)
def test_a_formula_that_states_a_result_is_named_with_its_question(
    write_page: WritePage, typed: str, parts: dict[str, str]
) -> None:
    parts = {name: text.replace("{}", typed) for name, text in parts.items()}
    with pytest.raises(
        ReportError, match=r"^question 1.1.a: the formula '.*' states the result -?[\d.]+; cite it beside"
    ):
        write_page(section(**parts))


@pytest.mark.parametrize(
    "parts",
    [
        {"title": "Two layers, 3 of them"},
        {"ask": "Train for 20 epochs, with a step of $\\eta = 0.1$."},
        {"answer": "It is `step(0.1)`."},
        {"answer": "It is, as [](#q-1.1.b) says."},
        {"answer": "It is $x^2 = 0$, with $10^{-7}$."},
        {"before": "## In 3 steps"},
        {"blocks": "::: listing code.py twice\nThe code. [given]\n:::\n"},
        {"blocks": "```output\n0.5 1.5\n```\n"},
    ],
    ids=["a title", "what is asked", "code", "an id", "exponents", "a title", "a listing", "an output"],
)
def test_a_number_where_numbers_may_be_typed_is_none(write_page: WritePage, parts: dict[str, str]) -> None:
    write_page(section(**parts))


@pytest.mark.parametrize("block", [figure("Of 20 runs."), table("All.", cell="20")])
def test_a_typed_number_in_a_figure_or_a_table_before_the_answer_is_named(write_page: WritePage, block: str) -> None:
    refer = "See [](#fig-one)." if "figure" in block else "See [](#tab-runs)."
    with pytest.raises(ReportError, match=r"^question 1.1.a: the number '20' is typed"):
        write_page(section(refer, ask=f"Ask.\n\n{block}"))


def test_a_title_in_what_is_asked_does_not_end_it(write_page: WritePage) -> None:
    write_page(section(ask="Ask.\n\n#### In steps\n\nOf 20 samples."))


def test_the_first_number_of_an_ordered_list_is_typed(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a: the number '97' is typed"):
        write_page(section("It tells, in percent:\n\n97. of the digits.\n"))


# The other rules for an answer.


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("It is so.", 3),
        ("It is\nso, isn't it?", 5),
        ("It is.\n\nIt was.", 4),
        ("- It is.\n- It was.\n", 4),
        ("*It* is **so**.", 3),
        (f"It took {CITE} steps, `{CITE}` and `x y z`.", 7),
        (r"Of $a + b = c$ and [](#q-1.1.b), [the second](#q-1.1.b).", 6),
        ("So:\n\n$$a + b = c$$\n\nIt is.", 4),
        ("A well-known — and old – test, e.g. this/that.", 8),
        ("It is.\n\n| a b | c |\n|:--|:--|\n| d | e |\n\n```output\nf g\n```", 2),
    ],
)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_an_answer_of_more_words_than_the_rubric_allows_is_refused(
    write_page: WritePage, answer: str, count: int, rehearsal: bool
) -> None:
    text = section(answer)
    write_page(text, rubric={**RUBRIC, "longest_answer": count}, rehearsal=rehearsal)
    with pytest.raises(ReportError) as caught:
        write_page(text, rubric={**RUBRIC, "longest_answer": count - 1}, rehearsal=rehearsal)
    assert f"question 1.1.a: the answer has {count} words, at most {count - 1} are allowed" in str(caught.value)


def test_captions_and_what_is_asked_are_no_words_of_an_answer(write_page: WritePage) -> None:
    text = section("See [](#fig-one).", ask="Ask more than two words.", blocks=figure("Of a run, of many words."))
    write_page(text, rubric={**RUBRIC, "longest_answer": 2})


def test_a_derivation_may_be_longer_and_the_rubric_says_how_long_others_may_be(write_page: WritePage) -> None:
    text = section("It is so.")
    write_page(text, rubric={**RUBRIC, "longest_answer": 1, "derivations": ["1.1.a"]})
    write_page(text, rubric={**RUBRIC, "longest_answer": 1, "longer_answers": {"1.1.a": 3}})
    with pytest.raises(ReportError, match=r"^question 1.1.a: the answer has 3 words, at most 2 are allowed$"):
        write_page(text, rubric={**RUBRIC, "longest_answer": 1, "longer_answers": {"1.1.a": 2}})


@pytest.mark.parametrize("answer", ["", "\n", "## A title\n", "```output\nx\n```", "| a |\n|:--|\n| b |"])
def test_an_empty_answer_is_refused(write_page: WritePage, answer: str) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a: the answer is empty$"):
        write_page(section(answer))


HIDDEN = {
    "in code": "Of `90 %`.",
    "in code with a name": "Of `90 percent`.",
    "in words in code": "Of `ninety of it`.",
    "in a fence": "So:\n\n```text\n90\n```\n",
    "in words in a fence": "So:\n\n```python\nninety\n```\n",
    "in indented code": "So:\n\n    ninety\n",
    "in a formula's text": "So $\\mathrm{ninety}$.",
    "in a formula's operator": "So $\\operatorname{ninety}$.",
    "in a formula's macro": "So $x = \\def\\a{90}\\a$.",
    "in a formula's exponent": "So $x^{90}$.",
    "with a soft hyphen": "At nine\u00adty.",
    "with an entity": "At nine&shy;ty.",
    "in entities": "At &#57;&#48;.",
    "with a letter of another alphabet": "At nin\u0435ty.",
    "in part emphasized": "At nin*ety*.",
    "in parts": "At n*i*n**e**t`y`.",
    "in part code": "At `nin`ety.",
    "in part a link": "At nin[ety](#q-1.1.b).",
    "in part a formula": "At nin$\\mathrm{ety}$.",
    "around a formula": "At nin$\\,$ety.",
    "around a place": 'At nin<%= anchor("") %>ety.',
    "in a title of an answer": "Yes.\n\n## At ninety",
    "in a title that is underlined": "Yes.\n\nAt ninety of it.\n---\n",
    "from an expression": "At <%= 9 + 81 %>.",
    "from a value that is not cited": 'At <%= raw("run.share") %>.',
}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["ninety", "seven", "half"]), st.data())
def test_a_number_word_is_found_however_it_is_cut_into_parts(
    write_page: WritePage, word: str, data: st.DataObject
) -> None:
    parts = ["{}", "*{}*", "**{}**", "`{}`", "[{}](#q-1.1.b)", "$\\mathrm{{{}}}$", "$\\text{{{}}}$", '<%= "{}" %>']
    cuts = sorted(data.draw(st.sets(st.integers(1, len(word) - 1), min_size=1)))
    pieces = [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]
    text = "".join(data.draw(st.sampled_from(parts)).format(piece) for piece in pieces)
    # Between letters, an underscore or two that Markdown does not take for emphasis stay, and so do dollars.
    plain = re.sub(r"[*`$]|<%= \"|\" %>|\[|\]\(#q-1\.1\.b\)|\\(?:mathrm|text)|[{}]", "", text)
    assert plain == word
    try:
        markup = write_page(section(f"It took {text} of it."))
    except ReportError:
        return
    assert word not in html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("place", HIDDEN)
def test_a_number_that_is_hidden_is_named_with_its_question(write_page: WritePage, place: str, rehearsal: bool) -> None:
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: the (?:number|formula) .*(?:90|ninety)") as caught:
        write_page(section(HIDDEN[place]), tree={"run": {"share": 90}}, rehearsal=rehearsal)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("constants", ["$1$$0$", "$1$*$0$*", "$0$.$1$", "$1$ %", "$1$%"])
def test_constants_that_make_a_number_together_are_one(write_page: WritePage, constants: str) -> None:
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: the number '[01 .%]+' is typed"):
        write_page(section(f"It is {constants}."))
    write_page(section("It is $0$, $1$ or between $0$ and $1$."))


def test_a_fence_behind_an_answer_has_no_typed_number_either(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: the number '97' is typed in code; show it as ```"):
        write_page(section(blocks="```text\n97\n```\n"))


def test_a_link_has_no_title(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: the link to #q-1\.1\.b has a title, which nobody sees"):
        write_page(section('See [it](#q-1.1.b "ninety").'))
