"""Draw the activation functions with their gradients, and the error of finite differences."""

from typing import Any

from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, MUTE, RED, WIDTH, save


def main(components: str, functions_svg: str, functions_png: str, errors_svg: str, errors_png: str) -> None:
    facts = read_json(components)
    save(draw_functions(facts["curves"]), functions_svg, functions_png)
    save(draw_errors(facts["finite_differences"]), errors_svg, errors_png)


def draw_functions(curves: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(WIDTH, 2.0))
    for axes, name, title in zip(figure.subplots(1, 2), ("sigmoid", "relu"), ("Sigmoid", "ReLU"), strict=True):
        axes.plot(curves["x"], curves[name], label="function", color=BLUE)
        axes.plot(curves["x"], curves[f"{name}_grad"], label="gradient", color=RED)
        axes.set(title=title, xlabel="$x$")
        axes.legend(loc="upper left")
    return figure


def draw_errors(errors: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(0.75 * WIDTH, 2.3))
    axes = figure.subplots()
    for name, colour in (("forward", BLUE), ("central", RED)):
        axes.loglog(errors["eps"], errors[name]["error"], color=colour, label=f"{name} difference")
        axes.plot(errors[name]["best"]["eps"], errors[name]["best"]["error"], "o", color=colour, markersize=4)
    axes.annotate("rounding", (1e-15, 1e-6), color=MUTE, fontsize=8)
    axes.annotate("truncation", (6e-3, 1e-8), color=MUTE, fontsize=8)
    axes.set(xlabel=r"perturbation $\varepsilon$", ylabel="mean absolute error")
    axes.legend(loc="upper center")
    return figure


if __name__ == "__main__":
    run(main, snakemake)
