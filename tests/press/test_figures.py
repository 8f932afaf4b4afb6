"""Facts about press/figures: a drawing stands where its picture is, as it is, and its text is text."""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from matplotlib.figure import Figure

from reporting.press.figures import leave_room
from reporting.press.pdf import render
from reporting.press.standards import elements, finish, pictures

Drawings = dict[str, dict[str, bytes]]  # by kind and name
STYLE = '@page { size: A5; margin: 15mm } body { font-family: "Source Serif 4" } img { max-width: 100% }'
SIZES = {"wide": (6, 1.6), "small": (3, 1.6)}  # in inches: one is made smaller to fit, one is not


def drawn(size: tuple[float, float], title: str) -> Figure:
    """Text, mathematics, dots that are half seen, a rotated label, and a picture."""
    from reporting.drawing import plotting  # sets the fonts

    figure = Figure(figsize=size)
    axes = figure.subplots()
    axes.plot(np.arange(30), -(np.arange(30) % 7), ".", color=plotting.RED, alpha=0.5)
    axes.plot([3, 9], [-3, -4], "s-", color=plotting.BLUE)
    axes.pcolormesh([[1, 2], [3, 4]], rasterized=True)
    axes.set(xlabel=r"letters of $\frac{1}{x_{\max}}$, $\eta$ and $10^{-3}$ → −1", ylabel="difference", title=title)
    return figure


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Drawings:
    """The files of two figures."""
    from reporting.drawing.plotting import save

    folder = tmp_path_factory.mktemp("figures")
    for name, size in SIZES.items():
        save(drawn(size, f"A {name} title"), *(folder / f"{name}.{kind}" for kind in ("svg", "png", "pdf")))
    return {kind: {name: (folder / f"{name}.{kind}").read_bytes() for name in SIZES} for kind in ("svg", "png", "pdf")}


@pytest.fixture(scope="module")
def page(drawings: Drawings) -> str:
    shown = "".join(
        f'<figure><img data-name="{name}" alt="The {name} one." src="data:image/svg+xml;base64,'
        f'{base64.b64encode(picture).decode()}"><figcaption><b>Figure.</b> The {name} one.</figcaption></figure>'
        for name, picture in drawings["svg"].items()
    )
    head = f'<head><title>T</title><meta name="dcterms.created" content="2026-03-01"><style>{STYLE}</style></head>'
    return f'<html lang="en">{head}<body><h1>T</h1>{6 * "<p>Words.</p>"}{shown}</body></html>'


@pytest.fixture(scope="module")
def printed(page: str) -> bytes:
    return render(leave_room(page))


@pytest.fixture(scope="module")
def finished(printed: bytes, drawings: Drawings) -> bytes:
    return finish(printed, drawings=list(drawings["pdf"].values()))


def ink(pdf: bytes, box: list[float] | None = None) -> Any:
    """How dark the first page is, or a box of it, at 900 by 300 pixels."""
    with pypdfium2.PdfDocument(pdf) as document:
        sheet = document[0]
        left, bottom, right, top = box or sheet.get_mediabox()
        sheet.set_cropbox(left, bottom, right, top)
        shown = sheet.render(scale=1800 / (right - left)).to_pil().convert("L").resize((900, 300))
        return 255 - np.asarray(shown, float)


def text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def test_where_room_is_left_nothing_is_drawn_and_all_else_is_where_it_was(page: str, printed: bytes) -> None:
    assert pictures(printed) == pictures(render(page))
    assert len(pictures(printed)) == 2
    for _, *box in pictures(printed):
        assert ink(printed, box).max() == 0


def test_a_drawing_fills_the_box_of_its_picture(finished: bytes, printed: bytes, drawings: Drawings) -> None:
    for (_, *box), drawing in zip(pictures(printed), drawings["pdf"].values(), strict=True):
        shown, alone = ink(finished, box), ink(drawing)
        assert np.corrcoef(shown.ravel(), alone.ravel())[0, 1] > 0.95
        assert np.corrcoef(np.roll(shown, 3).ravel(), alone.ravel())[0, 1] < 0.9


def test_the_text_of_a_drawing_is_text(finished: bytes) -> None:
    found = text(finished)
    for words in ("A wide title", "A small title", "difference", "letters of", "→ −1", "−5"):
        assert words in found
    assert "η" in found


def test_the_text_is_inside_the_content_of_the_figure(finished: bytes) -> None:
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        figures = [element for element in elements(pdf.Root.StructTreeRoot) if element.S == "/Figure"]
        assert [str(figure.Alt) for figure in figures] == ["The wide one.", "The small one."]
        inside: list[tuple[int, str]] = []
        stack: list[int | None] = []
        for instruction in pikepdf.parse_content_stream(pdf.pages[0]):
            operator = str(instruction.operator)
            if operator == "BDC":
                properties: Any = instruction.operands[1]
                stack.append(int(properties.MCID) if "/MCID" in properties else None)
            elif operator == "EMC":
                stack.pop()
            elif operator == "Do":
                inside += [(mark, str(instruction.operands[0])) for mark in stack[-1:] if mark is not None]
        assert inside == [(int(figure.K[0]), f"/Drawing{number}") for number, figure in enumerate(figures)]


def test_a_page_with_drawings_conforms_to_both_standards(
    finished: bytes, violations: Callable[[bytes], list[str]]
) -> None:
    assert violations(finished) == []


def test_the_same_drawings_are_the_same_pdf(printed: bytes, finished: bytes, drawings: Drawings) -> None:
    assert finish(printed, drawings=list(drawings["pdf"].values())) == finished


def test_another_number_of_drawings_than_of_pictures_is_refused(printed: bytes, drawings: Drawings) -> None:
    with pytest.raises(ValueError, match="shorter"):
        finish(printed, drawings=[drawings["pdf"]["wide"]])
