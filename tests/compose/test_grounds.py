"""Facts about compose/grounds: every sentence has a ground, or it is named with its question, its line and its
first words."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.compose.errors import ReportError
from reporting.compose.grounds import STRONG, Ground, grounds
from reporting.compose.tree import Sentence, parse, texts, walk

WritePage = Callable[..., str]
CITE = '<%= value("run.steps", "integer") %>'
FENCE = "```claims\nrise: run.loss[0] > 0.4\nrise: run.loss[1] < 0.4\nsteps: run.steps == 3\n```"


def section(answer: str, caption: str = "A picture. [shown]", other: str = "$$y = x$$\n\nYes. [derived]") -> str:
    """Two questions; the answer to the first is on line 7, the caption behind it."""
    return f"""# Descent

:::: question 1.1.a The first
Ask.

::: answer
{answer}
{FENCE}
:::

::: figure one
{caption}
:::
::::

:::: question 1.1.b The second
See [](#fig-one).

::: answer
{other}

```claims
none: a test
```
:::
::::
"""


WELL = "It rises. [rise]\nSo it took steps. [steps]\n"


def sentences(text: str) -> list[Sentence]:
    return [sentence for block in walk(parse(text)) for found in texts(block) for sentence in found.sentences]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It rises. [rise]", [("It rises.", "rise")]),
        ("It rises.\n[rise]", [("It rises.", "rise")]),
        ("It rises. [rise,\nshown: fig-a_b_c/d]", [("It rises.", "rise, shown: fig-a_b_c/d")]),
        ("It rises. [rise]\nIt falls. [fall]", [("It rises.", "rise"), ("It falls.", "fall")]),
        ("It rises. [rise] It falls.", [("It rises.", "rise"), ("It falls.", None)]),
        ("It rises. It falls. [fall]", [("It rises.", None), ("It falls.", "fall")]),
        ("It\nrises. [rise]", [("It\nrises.", "rise")]),
        ("Does it rise? [rise]\nIt does! [rise]", [("Does it rise?", "rise"), ("It does!", "rise")]),
        ("*It* rises, *so*. [rise]", [("It rises, so.", "rise")]),
        ("(It rises.) [rise]", [("(It rises.)", "rise")]),
        ("*It rises.* [rise]", [("It rises.", "rise")]),
        ("It rises: [rise]\n\n$$y$$\n\nSo. [so]", [("It rises:", "rise"), ("So.", "so")]),
        ("It is $x = 1$. [a]\n$x$ is `x`. [b]", [("It is $…$.", "a"), ("$…$ is `…`.", "b")]),
        ("It is [](#fig-one). [a]", [("It is […].", "a")]),
        ("It is [this](#fig-one). [a]", [("It is this.", "a")]),
        ("It is so, e.g. This, i.e. That, vs. Others. [a]", [("It is so, e.g. This, i.e. That, vs. Others.", "a")]),
        ("It is of C. Kaynak. [a]", [("It is of C. Kaynak.", "a")]),
        ("It is of [0, 1]. [a]", [("It is of [0, 1].", "a")]),
        ("It rises [rise]", [("It rises [rise]", None)]),
        ("- It rises. [rise]\n- It falls. [fall]", [("It rises.", "rise"), ("It falls.", "fall")]),
    ],
)
def test_a_text_has_its_sentences_each_with_its_ground(text: str, found: list[tuple[str, str | None]]) -> None:
    assert [(sentence.words.strip(), sentence.ground) for sentence in sentences(text)] == found


def test_a_sentence_knows_its_line_and_its_text_as_it_is_written() -> None:
    found = sentences("It is\nso. [a]\nOf $x$ and\n`y`, see [](#fig-one).\n[b]\n\nYes. [c]\n")
    assert [(sentence.line, sentence.text) for sentence in found] == [
        (1, "It is so."),
        (3, "Of $x$ and `y`, see []."),
        (7, "Yes."),
    ]


@given(st.text("ab .:[]()*_$`\n\\,!?-", max_size=40))
def test_any_text_has_sentences(text: str) -> None:
    for sentence in sentences(f"x {text}"):
        assert all(isinstance(ground, Ground) for ground in grounds(sentence))


def test_an_answer_and_a_caption_on_their_grounds_are_a_report(write_page: WritePage) -> None:
    page = write_page(section(WELL, "It rises in the picture. [rise, shown]"))
    assert "[rise" not in re.sub(r"<[^>]*>", "", page)
    assert re.search(r"It rises\.<span [^>]*></span>\nSo it took", page)


def test_a_claim_of_the_answer_may_be_that_of_a_caption_alone(write_page: WritePage) -> None:
    write_page(section("It rises. [rise]", "It took some steps. [steps]"))


A = r"question 1\.1\.a \(templates/sections/1\.1\.md, line {}\): "
FAULTS = {
    "a sentence without": (
        "It rises.\n" + WELL,
        A.format(7) + "the sentence “It rises.” has no ground; behind its full",
    ),
    "a sentence later": (WELL + "It falls.", A.format(9) + "the sentence “It falls.” has no ground"),
    "one before another": ("So it is. " + WELL, A.format(7) + "the sentence “So it is.” has no ground"),
    "a long sentence": (
        WELL + f"It is of a b c d e f g {CITE}.",
        A.format(9) + "the sentence “It is of a b c d e…” has no ground",
    ),
    "a sentence with values": (
        WELL + f"At {CITE}, $x$ and `y`.",
        A.format(9) + r"the sentence “At …, \$…\$ and `…`.” has",
    ),
    "an item of a list": (WELL + "\n- It falls.\n- It is. [rise]\n", A.format(10) + "the sentence “It falls.” has no"),
    "brackets before the full stop": (
        WELL + "It is [rise].",
        A.format(9) + r"the sentence “It is \[rise\].” has no ground",
    ),
    "empty brackets": (WELL + "It is. []", A.format(9) + "the sentence “It is.” has no ground"),
    "an unknown claim": (
        WELL + "It falls. [raise]",
        A.format(9)
        + r"the sentence “It falls.” rests on \[raise\], but no claim here has that name; did you mean rise\?",
    ),
    "a claim far from all": (
        WELL + "It falls. [zzz]",
        A.format(9) + r"the sentence “It falls.” rests on \[zzz\], but no .*; there are rise, steps$",
    ),
    "an unused claim": (
        "It rises. [rise]\n",
        A.format(12) + r"no sentence rests on the claim \[steps\]; name it behind one, or take it out$",
    ),
    "no name": (
        WELL + "It falls. [Rise!]",
        A.format(9) + r"the sentence “It falls.” has the ground \[Rise!\], which is none;",
    ),
    "nothing defined": (
        WELL + "So. [defined: x]",
        A.format(9) + r"the sentence “So.” has the ground \[defined: x\], which",
    ),
    "a dead figure": (
        WELL + "It falls. [shown: fig-on]",
        A.format(9) + r"the sentence “It falls.” is shown in fig-on, which is not there; did you mean fig-one\?",
    ),
    "a question for a figure": (
        WELL + "So. [shown: q-1.1.b]",
        A.format(9) + "the sentence “So.” is shown in q-1.1.b, which is",
    ),
    "shown nowhere": (
        WELL + "So. [shown]",
        A.format(9) + r"the sentence “So.” is \[shown\], which only a caption can say",
    ),
    "derived nowhere": (
        WELL + "So. [derived]",
        A.format(9) + r"the sentence “So.” is \[derived\], but no display formula is",
    ),
    "derived elsewhere": (
        WELL + "So. [derived: q-1.1.c]",
        A.format(9) + r"the sentence “So.” is derived in q-1.1.c, which is no question; did you mean q-1.1.[ab]\?",
    ),
    "derived where no formula is": (
        WELL + "So. [derived: q-1.1.a]",
        A.format(9) + "the sentence “So.” is derived in q-1.1.a, whose answer has no display formula",
    ),
    "a value that is defined": (
        WELL + f"It is {CITE}. [defined]",
        A.format(9) + r"the sentence “It is ….” cites a value, so that it is more than \[defined\]",
    ),
    "a value in code that is defined": (
        WELL + f"It is `{CITE}`. [defined]",
        A.format(9) + "the sentence “It is ….” cites a",
    ),
    "a value that is defined and claimed": (WELL + f"It is {CITE}. [steps, defined]", A.format(9) + ".* cites a value"),
}


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_ground_is_one_line_that_names_the_sentence(
    write_page: WritePage, fault: str, rehearsal: bool
) -> None:
    answer, message = FAULTS[fault]
    with pytest.raises(ReportError) as caught:
        write_page(section(answer), rehearsal=rehearsal)
    assert re.match(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_at_once(write_page: WritePage) -> None:
    with pytest.raises(ReportError) as caught:
        write_page(section("It rises. [rise]\nIt falls.\nSo. [so]", "A picture."))
    lines = str(caught.value).split("\n")
    assert [re.search(r"line (\d+)", line)[1] for line in lines] == ["8", "9", "18", "13"]  # type: ignore[index]


STRONG_WORDS = [
    "every",
    "any",
    "all",
    "no",
    "none",
    "never",
    "always",
    "only",
    "cannot",
    "must",
    "because",
    "therefore",
]


@pytest.mark.parametrize("word", [*STRONG_WORDS, "Every", "NEVER"])
def test_a_strong_word_needs_a_claim_or_a_derivation(write_page: WritePage, word: str) -> None:
    sentence = f"It is {word} so."
    for weak in ("defined", "shown: fig-one", "defined, shown: fig-one"):
        with pytest.raises(
            ReportError,
            match=rf"the sentence “{sentence}” says “{word}” and needs a claim or a derivation among its grounds$",
        ):
            write_page(section(f"{WELL}{sentence} [{weak}]"))
    for ground in ("rise", "derived: q-1.1.b", "shown: fig-one, steps"):
        write_page(section(f"{WELL}{sentence} [{ground}]"))


@pytest.mark.parametrize(
    "text",
    ["anyway", "allow", "another", "nor", "note", "knows", "nonempty", "lonely", "mustard", "Becauses", "smallest"],
)
def test_a_word_that_only_contains_a_strong_one_is_none(text: str) -> None:
    assert not STRONG.search(f"It is {text} so.")


@pytest.mark.parametrize("text", ["`all`", "$\\text{no}$", "[](#fig-one)"])
def test_a_strong_word_in_code_or_a_formula_is_none(write_page: WritePage, text: str) -> None:
    write_page(section(f"{WELL}So it is {text}. [shown: fig-one]"))


def test_an_answer_with_a_display_formula_derives(write_page: WritePage) -> None:
    write_page(section(f"{WELL}So: [derived]\n\n$$y = x$$\n\nAll is so. [derived: q-1.1.a]\n"))


@pytest.mark.parametrize(
    "caption", ["A picture.", "A picture. [shown: fig-two]", "All of it. [shown]", f"{CITE} steps. [defined]"]
)
def test_a_caption_is_held_to_the_same(write_page: WritePage, caption: str) -> None:
    with pytest.raises(ReportError, match=A.format(18)):
        write_page(section(WELL, caption))


@pytest.mark.parametrize(
    ("summary", "message"),
    [
        ("It rises.", "line 1: the sentence “It rises.” has no ground"),
        (
            "It rises. [rise]",
            r"line 1: the sentence “It rises.” rests on \[rise\], but no claim here has that name; there are none",
        ),
        ("It rises. [up]\n\n```claims\nup: run.loss[0] > 1\n```", "the claim .* does not hold"),
        ("It is. [shown]", r"line 1: the sentence “It is.” is \[shown\], which only a caption can say"),
        ("It is. [derived]", r"line 1: the sentence “It is.” is \[derived\], but no display"),
    ],
)
def test_the_summary_is_held_to_the_same(write_page: WritePage, summary: str, message: str) -> None:
    with pytest.raises(ReportError, match=rf"^templates/summary\.md(?:, |: ){message}"):
        write_page(section(WELL), summary=summary)


def test_the_summary_and_a_section_have_claims_of_their_own(write_page: WritePage) -> None:
    fence = "```claims\nup: run.loss[0] > 0.4\n```"
    appendix = (
        f"# Notes\n\n{fence}\n\n::: table runs\nIt is up. [up]\n\n| a |\n|:--|\n| b |\n:::\n\nSee [](#tab-runs).\n"
    )
    write_page(section(WELL), summary=f"It rises. [up]\n\n{fence}\n", appendix=appendix)


@pytest.mark.parametrize("place", ["ask", "after", "appendix", "title", "cell"])
def test_a_ground_elsewhere_is_refused(write_page: WritePage, place: str) -> None:
    text = section(WELL)
    appendix = "# Notes\n\nMore. [rise]\n" if place == "appendix" else "# Notes\n\nMore.\n"
    if place == "ask":
        text = text.replace("Ask.", "Ask. [rise]", 1)
    elif place == "after":
        text = text.replace("See [](#fig-one).", "See [](#fig-one). [rise]")
    elif place == "title":
        text = section(f"{WELL}\n#### So. [rise]\n\n")
    elif place == "cell":
        text = section(f"{WELL}\n| So. [rise] |\n|:--|\n| b |\n\n")
    with pytest.raises(ReportError, match=r": \[rise\] is a ground; it stands in an answer, a caption or the summary$"):
        write_page(text, appendix=appendix)


def test_a_sentence_can_be_asked_what_it_rests_on(write_page: WritePage) -> None:
    answer = f"{WELL}It is. [shown: fig-one, derived: q-1.1.b]\nSo. [defined]\n"
    page = write_page(section(answer, "A picture. [shown]"))
    said = re.findall(r'<span class="ground" role="note" tabindex="0" aria-label="([^"]*)"></span>', page)
    assert [re.sub(r"&gt;", ">", re.sub(r"&lt;", "<", text)).split("\n") for text in said] == [
        ["Rests on", "a definition, or what was done"],
        ["Rests on", "run.loss[0] > 0.4, with 0.5", "run.loss[1] < 0.4, with 0.25"],
        ["Rests on", "run.steps == 3, with 3"],
        ["Rests on", "shown in Figure\u00a01", "derived in 1.1.b"],
        ["Rests on", "a definition, or what was done"],
        ["Rests on", "shown in Figure\u00a01"],
        ["Rests on", "derived in this answer"],
    ]
    assert 'alt="A picture."' in page


def test_what_cannot_be_false_is_refused_with_its_line(write_page: WritePage) -> None:
    with pytest.raises(ReportError) as caught:
        write_page(
            section(f"{WELL}It is. [is]").replace(FENCE, FENCE.replace("steps:", "is: run.loss[0] >= 0\nsteps:"))
        )
    assert str(caught.value) == (
        "question 1.1.a (templates/sections/1.1.md, line 13): nothing makes the claim run.loss[0] >= 0 false"
    )
