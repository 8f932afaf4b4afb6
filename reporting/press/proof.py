"""Read the finished PDF back: what must be on its pages is there, nothing runs off them, few of them end empty."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw

from reporting.press.standards import figures_of

MARGIN = 61.0  # points at the left and the right that stay empty, a hair less than the style sheet's
EDGE = 20.0  # points at the top and the bottom
HEAD, FOOT = 62.4, 56.7  # points at the top and the bottom that hold no more than a running head and a page's number
HIGHEST_HEADING = 120.0  # points from the top, above which a heading is the first thing on its page
APPENDIX = re.compile("[A-Z] ")  # how its title begins
EMPTIEST_FOOT = 0.1  # of a page's height, but where a section ends


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
        appendices = [entry.get_dest().get_index() for entry in document.get_toc() if APPENDIX.match(entry.get_title())]
    for number in figures_outside(pdf):
        raise ProofError(f"page {number}: a figure runs off the page")
    found = dict(questions(texts, rubric["points"]))
    body = min(appendices, default=len(texts))
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
        # What a figure's own box hides counts for a form's bounds; its box is looked at by itself.
        visible = thing.type != pypdfium2.raw.FPDF_PAGEOBJ_FORM and right > left and top > bottom
        if visible and (left < MARGIN or right > width - MARGIN or bottom < EDGE or top > height - EDGE):
            yield "a rule"


def figures_outside(pdf: bytes) -> Iterator[int]:
    """The pages with a figure whose box is beyond the margins."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        numbers = {page.obj.objgen: number for number, page in enumerate(document.pages, 1)}
        for figure in figures_of(document):
            width, height = map(float, figure.Pg.MediaBox[2:])
            left, bottom, right, top = map(float, figure.A.BBox)
            if left < MARGIN or right > width - MARGIN or bottom < EDGE or top > height - EDGE:
                yield numbers[figure.Pg.objgen]


def empty_feet(pdf: bytes) -> dict[int, float]:
    """The pages whose foot is emptier than it should be, each with the share of its height that is empty.

    The page before one that begins with a section may be: there a section ends. So may the last.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        sections = [item for item in document.get_toc() if item.level == 0]
        starts = {place[0] for item in sections if (place := place_of(item)) and place[1] < HIGHEST_HEADING}
        shares = [empty_foot(document[number]) for number in range(len(document))]
    found = {number: share for number, share in enumerate(shares[:-1], 1) if number not in starts}
    return {number: share for number, share in found.items() if share > EMPTIEST_FOOT}


def place_of(bookmark: pypdfium2.PdfBookmark) -> tuple[int, float] | None:
    """The index of the page that a bookmark leads to, and how far from its top, in points."""
    target = bookmark.get_dest()
    if target is None or (index := target.get_index()) is None:
        return None
    _, (_, y, *_) = target.get_view()
    return index, bookmark.pdf[index].get_height() - y


def empty_foot(page: pypdfium2.PdfPage) -> float:
    """The share of a page's height, head and foot apart, that is empty at its end."""
    height = float(page.get_height())
    lowest = height - HEAD
    for thing in page.get_objects(max_depth=1):
        _, bottom, _, top = thing.get_bounds()
        if bottom >= FOOT and top <= height - HEAD + 1:
            lowest = min(lowest, float(bottom))
    return round((lowest - FOOT) / (height - HEAD - FOOT), 3)
