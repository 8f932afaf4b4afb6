"""Draw the activation functions with their gradients, and the error of finite differences."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from reporting.drawing.plotting import BLUE, MUTE, RED, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.components import Curves, FiniteDifferences


def main(
    components: str,
    functions_svg: str,
    functions_png: str,
    functions_pdf: str,
    errors_svg: str,
    errors_png: str,
    errors_pdf: str,
) -> None:
    facts = read_json(components)
    save(draw_functions(facts["curves"]), functions_svg, functions_png, functions_pdf)
    save(draw_errors(facts["finite_differences"]), errors_svg, errors_png, errors_pdf)


def draw_functions(curves: "Curves") -> Figure:
    figure = Figure(figsize=(WIDTH, 1.8), layout=ConstrainedLayoutEngine(wspace=0.12))
    for axes, name, title in zip(figure.subplots(1, 2), ("sigmoid", "relu"), ("Sigmoid", "ReLU"), strict=True):
        function, gradient = curves[name], curves[f"{name}_grad"]
        axes.plot(curves["x"], function, color=BLUE)
        axes.plot(curves["x"], gradient, color=RED)
        axes.set(title=title, xlabel="$x$")
        axes.grid(axis="x", visible=False)
        label_ends(axes, [(function[-1], "function", BLUE), (gradient[-1], "gradient", RED)])
    return figure


def draw_errors(errors: "FiniteDifferences") -> Figure:
    figure = Figure(figsize=(0.74 * WIDTH, 1.95))
    axes = figure.subplots()
    for one, colour in ((errors["forward"], BLUE), (errors["central"], RED)):
        axes.loglog(errors["eps"], one["error"], color=colour)
        axes.plot(one["best"]["eps"], one["best"]["error"], "o", color=colour, markersize=4)
    axes.text(1e-15, 1e-6, "rounding", color=MUTE)
    axes.text(1e-6, 1e-4, "truncation", color=MUTE)
    axes.set(xlabel=r"perturbation $\varepsilon$", ylabel="mean absolute error")
    axes.grid(axis="x", visible=False)
    label_ends(
        axes,
        [
            (errors["forward"]["error"][-1], "forward difference", BLUE),
            (errors["central"]["error"][-1], "central difference", RED),
        ],
    )
    return figure


if __name__ == "__main__":
    run(main, snakemake)
