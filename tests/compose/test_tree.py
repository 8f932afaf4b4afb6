"""Facts about compose/tree: a text becomes a tree of questions, captions and cells, or its fault is named."""

import re
from collections.abc import Callable

import pytest

from reporting.compose.errors import ReportError
from reporting.compose.tree import (
    Answer,
    Captioned,
    Cell,
    Claims,
    Markup,
    Output,
    Question,
    TextError,
    parse,
    texts,
    walk,
)

WritePage = Callable[..., str]
TEXT = """# Descent

Words.

:::: question 1.1.a The *first*
Ask.

::: answer
Yes.

```claims
a < 1

b < 2
```
:::

::: figure one two
A picture.

```run figure one
draw()
```
:::

```output
1
```
::::

::: listing code.py f g
The code.
:::
"""


def test_a_text_is_a_tree_of_its_blocks_each_with_its_line() -> None:
    blocks = parse(TEXT)
    assert [type(block) for block in blocks] == [Markup, Markup, Question, Captioned]
    question = blocks[2]
    assert isinstance(question, Question)
    assert question.name == "1.1.a"
    assert [type(block) for block in question.blocks] == [Markup, Answer, Captioned, Output]
    kinds = [(type(block), block.line) for block in walk(question.blocks)]
    assert kinds == [(Markup, 6), (Answer, 8), (Markup, 9), (Claims, 11), (Captioned, 18), (Cell, 21), (Output, 26)]


def test_a_block_says_what_its_words_are() -> None:
    claims, figure, cell, listing = (
        block for block in walk(parse(TEXT)) if isinstance(block, Claims | Captioned | Cell)
    )
    assert isinstance(claims, Claims)
    assert claims.lines == [(12, "a < 1"), (14, "b < 2")]
    assert isinstance(figure, Captioned)
    assert (figure.words, figure.target) == (["one", "two"], "fig-one")
    assert isinstance(cell, Cell)
    assert (cell.name, cell.code) == ("figure one", "draw()\n")
    assert isinstance(listing, Captioned)
    assert (listing.words, listing.target) == (["code.py", "f", "g"], "lst-g")


def test_the_texts_of_a_block_are_its_own() -> None:
    found = [[token.content for token in text.tokens] for block in walk(parse(TEXT)) for text in texts(block)]
    assert found == [
        ["Descent"],
        ["Words."],
        ["The ", "", "first", ""],
        ["Ask."],
        ["Yes."],
        ["A picture."],
        ["The code."],
    ]


FAULTS = {
    "a question without its end": (TEXT.replace("```\n::::\n", "```\n"), 5, "':::: question 1.1.a The *first*' is not"),
    "an answer without its end": (
        TEXT.replace("b < 2\n```\n:::\n", "b < 2\n```\n"),
        8,
        "'::: answer' is not closed before",
    ),
    "an answer without its end, at the end": (
        ":::: question 1.1.a The first\nAsk.\n\n::: answer\nYes.\n::::\n",
        4,
        "'::: answer' is not closed before '::::'; what stands in it has fewer colons",
    ),
    "a last block without its end": (TEXT.removesuffix(":::\n"), 31, "'::: listing code.py f g' is not closed"),
    "an end of nothing": (TEXT + ":::\n", 34, "':::' closes nothing"),
    "an end with too few colons": (TEXT.replace("```\n::::\n", "```\n:::\n"), 29, "':::' closes nothing"),
    "a block in one of as many colons": (
        "::: answer\n\n::: figure one\nA picture.\n:::\n:::\n",
        1,
        "'::: answer' is not closed before '::: figure one'",
    ),
    "a fence without its end": (TEXT.replace("draw()\n```\n", "draw()\n"), 21, "the ``` of this line is not closed"),
    "a misspelt block": (TEXT.replace("::: figure", "::: figre"), 18, "no block 'figre'; did you mean figure?"),
    "an unknown block": (
        TEXT.replace("::: figure", "::: warning"),
        18,
        "no block 'warning'; there are question, answer, figure, table, listing",
    ),
    "a cell in a list": ("- a\n\n  ```run x\n  y\n  ```\n", 3, "'``` run x' stands by itself, not in a bullet_list"),
}


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_text_that_is_no_tree_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(TextError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)
    assert caught.value.line == line


def test_colons_and_ticks_in_code_are_code() -> None:
    assert len(parse("````\n```\n:::\n````\n\n~~~\n::: figre\n```\n~~~\n\n`::: x`\n")) == 3


@pytest.mark.parametrize("rehearsal", [True, False])
def test_the_line_of_a_fault_is_that_of_the_template(write_page: WritePage, rehearsal: bool) -> None:
    text = """# Descent

<% for item in each("run.loss") %>
- <%= value(item,
           "loss") %>
<% endfor %>

<%# a comment
   of two lines %>
:::: question 1.1.a The first
Ask.

::: answer
Yes.
::::
"""
    with pytest.raises(ReportError) as caught:
        write_page(text, rehearsal=rehearsal)
    message = str(caught.value)
    assert re.match(r"question 1\.1\.a \(templates/sections/1\.1\.md, line 13\): '::: answer' is not closed", message)
