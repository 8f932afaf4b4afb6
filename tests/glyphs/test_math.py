"""Facts about glyphs/math: a formula is a picture that sits on the baseline, can be spoken, and has its text."""

import base64
import re

import pytest
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from reporting.glyphs.faces import FOLDER
from reporting.glyphs.math import MathError, formula

FORMULAS = [
    r"x",
    r"\frac{\partial f}{\partial x} = 2x - 3 \sin 3x + y + 2",
    r"\eta_t = \eta_0 d^t",
    r"\sqrt{n_{\text{in}} n_{\text{out}}}",
    r"x \leftarrow x - \eta\, \partial f / \partial x",
    r"\lambda_{\max}",
    r"a < b > c \& d",
]


def svg(markup: str) -> str:
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', markup)
    assert data
    return base64.b64decode(data[1]).decode()


@pytest.mark.parametrize("tex", FORMULAS)
@pytest.mark.parametrize("display", [False, True])
def test_a_formula_is_one_image_with_its_size_its_baseline_and_its_spoken_form(tex: str, display: bool) -> None:
    markup = formula(tex, display)
    assert re.fullmatch(r"<img [^<>]*>", markup)
    alt = re.search(r'alt="([^"]+)"', markup)
    assert alt
    assert alt[1].strip()
    style = re.search(r'style="([^"]*)"', markup)
    assert style
    assert set(re.findall(r"([a-z-]+):", style[1])) >= {"width", "height", "vertical-align"}


@pytest.mark.parametrize("tex", FORMULAS)
def test_its_picture_needs_nothing_else(tex: str) -> None:
    drawn = svg(formula(tex, False))
    assert "currentColor" not in drawn
    assert re.findall("<text[^>]*>", drawn) == re.findall('<text fill="none" font-family="Unseen" [^>]*>', drawn)
    assert "<style" not in drawn
    assert set(re.findall(r"https?://[^\"'\s]*", drawn)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_its_text_lies_over_its_whole_width_and_on_its_baseline() -> None:
    markup = formula(r"\frac{\partial f}{\partial x} < 2", True)
    assert 'data-text="∂f/∂x &lt; 2"' in markup
    drawn = svg(markup)
    width = re.search(r'viewBox="\S+ \S+ (\S+)', drawn)
    assert width
    line = re.search(r'<text [^>]* y="0" textLength="([^"]+)"[^>]*>([^<]*)</text>', drawn)
    assert line
    assert float(line[1]) == pytest.approx(float(width[1]), abs=0.1)
    assert line[2] == "∂f/∂x &lt; 2"


def test_aligned_equations_have_a_line_of_text_each_from_top_to_bottom() -> None:
    drawn = svg(formula(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", True))
    heights = [float(height) for height in re.findall(r'<text [^>]* y="([^"]+)"', drawn)]
    assert re.findall("<text[^>]*>([^<]*)<", drawn) == ["a = b", "c = d"]
    assert heights == sorted(heights)
    assert len(set(heights)) == 2


@pytest.mark.parametrize("tex", [r"\underbrace{a}_{b}", r"\text{Ж}"])
def test_a_formula_that_cannot_be_plain_text_is_named(tex: str) -> None:
    with pytest.raises(MathError, match=r"no plain text|beyond those of mathematics"):
        formula(tex, False)


@pytest.mark.parametrize("tex", ["7", "x^7", "x_7", "a^{a^7}", r"\frac{7}{x}"])
def test_a_digit_has_the_outline_of_the_texts_digits_in_scripts_too(tex: str) -> None:
    font = TTFont(FOLDER.joinpath("SourceSerif4-Regular.ttf"))
    pen = SVGPathPen(font.getGlyphSet())
    font.getGlyphSet()["seven"].draw(pen)
    assert f' d="{pen.getCommands()}"' in svg(formula(tex, False))


def test_a_formula_is_the_same_every_time() -> None:
    first = formula(r"\alpha + 1", False)
    formula.cache_clear()
    assert formula(r"\alpha + 1", False) == first


def test_a_formula_in_the_text_and_one_by_itself_are_drawn_differently() -> None:
    assert formula(r"\frac{1}{2}", False) != formula(r"\frac{1}{2}", True)


@pytest.mark.parametrize("tex", [r"\frac{1}{", r"\fraction{1}{2}", r"x^", r"\left( x", r"a } b", r"\begin{matrix} a"])
def test_a_broken_formula_is_named(tex: str) -> None:
    with pytest.raises(MathError) as caught:
        formula(tex, False)
    message = str(caught.value)
    assert repr(tex) in message
    assert len(message) > len(f"the formula {tex!r}: ")
    assert "\n" not in message


def test_a_value_inside_a_formula_is_refused() -> None:
    with pytest.raises(MathError, match="a value stands beside a formula"):
        formula("f = \ue0000\ue001", False)
