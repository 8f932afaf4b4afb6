"""Facts about reporting/math.py: a formula is a picture that sits on the baseline and can be spoken."""

import base64
import re

import pytest

from reporting.math import MathError, formula

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
    assert "<text" not in drawn
    assert "<style" not in drawn
    assert set(re.findall(r"https?://[^\"'\s]*", drawn)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


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
