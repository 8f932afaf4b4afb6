"""Facts about scripts/drawing.py: fewer elements, the same picture."""

import base64
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from matplotlib.figure import Figure

from reporting.pdf import render
from scripts.drawing import SVG, moved, simplify
from tests.test_pdf import page


def draw(path: Path) -> None:
    """Text with letters twice, mathematics, dots, squares, lines, colours, a picture and a rotated label."""
    from scripts import plotting  # sets the fonts

    figure = Figure(figsize=(3, 1.6))
    axes = figure.subplots()
    axes.plot(np.arange(30), np.arange(30) % 7, ".", color=plotting.RED, alpha=0.5)
    axes.plot(np.arange(30), np.arange(30) % 5, "o", color="white", markeredgecolor="black")
    axes.plot([3, 9], [3, 4], "s-", color=plotting.BLUE)
    axes.pcolormesh([[1, 2], [3, 4]], rasterized=True)
    axes.set(xlabel=r"letters of $\frac{1}{x_{\max}}$ and $10^{-3}$", ylabel="sweep", title="A title")
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def pixels(svg: Path) -> Any:
    """What WeasyPrint makes of it."""
    data = f"data:image/svg+xml;base64,{base64.b64encode(svg.read_bytes()).decode()}"
    document = pypdfium2.PdfDocument(render(page(f'<img alt="x" src="{data}">')))
    try:
        return np.asarray(document[0].render(scale=2).to_numpy(), float)
    finally:
        document.close()


@pytest.fixture(scope="module")
def svgs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("drawing")
    draw(folder / "before.svg")
    draw(folder / "after.svg")
    simplify(folder / "after.svg")
    return folder / "before.svg", folder / "after.svg"


def test_the_picture_is_the_same_but_for_where_half_seen_dots_overlap_their_rims(svgs: tuple[Path, Path]) -> None:
    before, after = map(pixels, svgs)
    assert before.min() < 50  # there is something on it
    assert np.abs(before - after).mean() < 0.015
    assert np.abs(before - after).max() < 110


def test_the_comparison_sees_dots_that_are_missing(svgs: tuple[Path, Path], tmp_path: Path) -> None:
    text = svgs[1].read_text(encoding="utf-8")
    changed = tmp_path / "x.svg"
    changed.write_text(text.replace(" h 0", ""), encoding="utf-8")
    assert text != changed.read_text(encoding="utf-8")
    assert np.abs(pixels(svgs[0]) - pixels(changed)).mean() > 0.03


def test_there_are_fewer_elements_and_no_names_that_nothing_uses(svgs: tuple[Path, Path]) -> None:
    before, after = (ElementTree.parse(path) for path in svgs)
    assert len(list(after.iter())) < 0.6 * len(list(before.iter()))
    text = svgs[1].read_text(encoding="utf-8")
    for element in after.iter():
        if "id" in element.attrib:
            assert f"#{element.attrib['id']}" in text
    assert not list(after.iter(f"{{{SVG}}}style"))


def test_the_same_drawing_has_the_same_bytes_and_simplifying_twice_changes_nothing(
    svgs: tuple[Path, Path], tmp_path: Path
) -> None:
    again = tmp_path / "again.svg"
    draw(again)
    simplify(again)
    assert again.read_bytes() == svgs[1].read_bytes()
    simplify(again)
    assert again.read_bytes() == svgs[1].read_bytes()


def test_a_path_is_scaled_then_moved() -> None:
    assert moved("M 1 2 \nQ 3 -4 5.5 6 \nz\n", 10, 20, 2) == "M 12 24 Q 16 12 21 32 z"
