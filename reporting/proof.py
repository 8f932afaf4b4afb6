"""Read the finished PDF back: what must be on its pages is there, and nothing runs off them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pypdfium2

MARGIN = 68.0  # points at the left and the right that stay empty, a hair less than the style sheet's
EDGE = 20.0  # points at the top and the bottom


class ProofError(Exception):
    """What the finished PDF lacks, or where something runs off a page."""


def proof(pdf: bytes, rubric: Mapping[str, Any]) -> dict[str, int]:
    """The page of every question; raises ProofError."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[number] for number in range(len(document))]
        texts = [page.get_textpage().get_text_range() for page in pages]
        for number, page in enumerate(pages, 1):
            for what in outside(page):
                raise ProofError(f"page {number}: {what} runs off the page")
    found = dict(questions(texts, rubric["points"]))
    body = next(
        (number for number, text in enumerate(texts) if re.search(r"^A Reproduction\s*$", text, re.MULTILINE)),
        len(texts),
    )
    if body > rubric["longest_body"]:
        raise ProofError(f"the body has {body} pages, at most {rubric['longest_body']} are allowed")
    return found


def questions(texts: list[str], points: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Each question with its page, counted from 1; raises ProofError for one that is missing or there twice."""
    for question, worth in points.items():
        heading = re.compile(
            rf"^{re.escape(question)} (?:[^\n]*\n){{0,2}}[^\n]*(?<!\d){worth} points?\s*$", re.MULTILINE
        )
        places = [(number, match) for number, text in enumerate(texts, 1) for match in heading.finditer(text)]
        if len(places) != 1:
            unit = "point" if worth == 1 else "points"
            raise ProofError(
                f"question {question}, with {worth} {unit}, is in the PDF {len(places)} times, must be once"
            )
        yield question, places[0][0]


def outside(page: pypdfium2.PdfPage) -> Iterator[str]:
    """What is on the page but beyond its margins."""
    width, height = page.get_size()
    text = page.get_textpage()
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        if left < MARGIN or right > width - MARGIN or bottom < EDGE or top > height - EDGE:
            yield repr(text.get_text_bounded(left, bottom, right, top))
    for thing in page.get_objects(max_depth=1):
        left, bottom, right, top = thing.get_bounds()
        if (
            right > left
            and top > bottom
            and (left < MARGIN or right > width - MARGIN or bottom < EDGE or top > height - EDGE)
        ):
            yield "a figure or a rule"
