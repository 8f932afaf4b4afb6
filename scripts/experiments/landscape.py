"""Find the stationary points of f numerically, from a grid of starts, and the largest stable step at each minimum."""

from typing import TypedDict

import numpy as np
import scipy.optimize

from nnlib.descent import f, f_grad, f_hessian
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.numbers import Row


class Point(TypedDict):
    """A place on f, and f there."""

    x: float
    y: float
    f: float


class Saddle(Point):
    eigenvalues: Row  # of the Hessian


class Minimum(Saddle):
    largest_stable_step: float


# Its key `global` is a keyword of Python.
Landscape = TypedDict("Landscape", {"starts": int, "minima": list[Minimum], "global": Minimum, "saddles": list[Saddle]})


def main(facts: str) -> None:
    write_json(facts, stationary_points())


def stationary_points() -> Landscape:
    """The minima of f, from the lowest on, and its saddles, from left to right."""
    side = np.linspace(-5, 5, 21)
    solutions = [
        scipy.optimize.root(lambda p: np.array(f_grad(*p)), (x, y), jac=lambda p: f_hessian(*p), tol=1e-12)
        for x in side
        for y in side
    ]
    points = {tuple(np.round(found.x, 6)): found.x for found in solutions if found.success}
    minima: list[Minimum] = []
    saddles: list[Saddle] = []
    for x, y in points.values():
        point: Point = {"x": x, "y": y, "f": float(f(x, y))}
        eigenvalues = np.linalg.eigvalsh(f_hessian(x, y))
        if eigenvalues.min() > 0:
            stable = 2 / eigenvalues.max()
            minima.append({**point, "eigenvalues": eigenvalues, "largest_stable_step": stable})
        else:
            saddles.append({**point, "eigenvalues": eigenvalues})
    minima.sort(key=lambda minimum: minimum["f"])
    saddles.sort(key=lambda saddle: saddle["x"])
    return {"starts": len(solutions), "minima": minima, "global": minima[0], "saddles": saddles}


if __name__ == "__main__":
    run(main, snakemake)
