"""Facts about glyphs/linear: a formula's plain text is what somebody would type."""

import mathra
import pytest

from reporting.glyphs.linear import LinearError, linear

TEXTS = {
    r"\frac{\partial f}{\partial x} = 2x - 3 \sin 3x + y + 2": "∂f/∂x = 2x − 3 sin 3x + y + 2",
    r"f(x, y) = x^2 + y^2 + x (y + 2) + \cos 3x": "f(x, y) = x² + y² + x(y + 2) + cos 3x",
    r"x \leftarrow x - \eta\, \partial f / \partial x": "x ← x − η ∂f/∂x",
    r"\eta_t = \eta_0 d^t": "η_t = η₀d^t",
    r"\sigma(x) = 1 / (1 + e^{-x})": "σ(x) = 1/(1 + e^(−x))",
    r"\frac{\hat y - y}{\hat y (1 - \hat y)}.": "(ŷ − y)/(ŷ(1 − ŷ)).",
    r"-\frac{y}{\hat y} + \frac{1 - y}{1 - \hat y}": "−y/ŷ + (1 − y)/(1 − ŷ)",
    r"\frac{1}{2x} y": "1/(2x) y",
    r"\mathcal{L} = -\bigl(y \log \hat y + (1 - y) \log (1 - \hat y)\bigr)": "ℒ = −(y log ŷ + (1 − y) log(1 − ŷ))",
    r"\frac{d}{dx} \max(0, x)": "d/dx max(0, x)",
    r"\begin{cases} 1 & \text{if } x > 0, \\ 0 & \text{if } x \le 0. \end{cases}": "{1 if x > 0, 0 if x ≤ 0.",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}": "(1 2; 3 4)",
    r"\begin{aligned} a &= b, \\ c &= d \end{aligned}": "a = b,\nc = d",
    r"y_j = \sum_i x_i W_{ij} + b_j": "y_j = ∑_i x_i W_ij + b_j",
    r"\mathbf{y} = \mathbf{x} \mathbf{W}^\mathsf{T}": "y = xWᵀ",
    r"\lambda_{\max}": "λ_max",
    r"\sqrt{n_{\text{in}} n_{\text{out}} / (n_{\text{in}} + n_{\text{out}})}": "√(n_in n_out/(n_in + n_out))",
    r"\sqrt[3]{x}": "∛x",
    r"\sqrt[n]{x}": "n√x",
    r"\int_0^1 f\,dx": "∫₀¹ f dx",
    r"\lim_{x\to 0} x": "lim_(x → 0) x",
    r"\sigma'(z)": "σ′(z)",
    r"10^{-3} \cdot a^{x_i}": "10⁻³ · a^(x_i)",
    r"\left(\frac12\right)^2": "(1/2)²",
    r"\binom{n}{k}": "(n choose k)",
    r"\bar y \in \mathbb{R}^n, \mathcal{Q}": "ȳ ∈ ℝ^n, Q",
    r"2 \cdot -3": "2 · −3",
}


@pytest.mark.parametrize(("tex", "text"), TEXTS.items(), ids=TEXTS.values())
def test_a_formula_reads_as_it_would_be_typed(tex: str, text: str) -> None:
    assert linear(mathra.render(tex)["tree"]) == text


def test_what_has_no_plain_text_is_named() -> None:
    with pytest.raises(LinearError, match=r"^no plain text for a brace$"):
        linear(mathra.render(r"\underbrace{a}_{b}")["tree"])
