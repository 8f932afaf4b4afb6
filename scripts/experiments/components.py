"""Evaluate the sigmoid, ReLU and the loss, compare their gradients with finite differences; write all of it."""

from typing import Any, TypedDict

import numpy as np

from nnlib.functions import bce_loss, bce_loss_grad, relu, relu_grad, sigmoid, sigmoid_grad
from nnlib.gradcheck import central_difference, forward_difference
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.numbers import Row

FAR = 10.0  # from the origin, where the sigmoid has saturated
FARTHER = 500.0  # where sigmoid(x) is rounded to 1
EPS = 2e-5  # the assignment nudges x by 1e-5 to either side


class Settings(TypedDict):
    """The perturbations of finite differences, as the configuration has them."""

    smallest: float
    largest: float
    per_decade: int
    points: int


class Check(TypedDict):
    """A gradient beside its finite differences."""

    x: Row
    eps: float
    symbolic: Row
    numerical: Row
    largest_absolute_error: float


class Best(TypedDict):
    eps: float
    error: float


class Slopes(TypedDict):
    rounding: float
    truncation: float


class Errors(TypedDict):
    """The error of one kind of difference, by the perturbation."""

    error: Row
    best: Best
    slopes: Slopes


class FiniteDifferences(Settings):
    eps: Row
    forward: Errors
    central: Errors
    machine_epsilon: float


Curves = dict[str, Row]  # the functions and their gradients at `x`


def main(components: str, spec: Settings, seed: int) -> None:
    def uniform(low: float, high: float) -> Any:
        return np.random.default_rng(seed).uniform(low, high, size=5)

    wide, narrow = uniform(-10, 10), uniform(-2, 2)
    rng = np.random.default_rng(seed)
    y, y_hat = rng.integers(2, size=5).astype(float), rng.uniform(0, 1, size=5)
    curve = np.linspace(-10, 10, 401)
    write_json(
        components,
        {
            "sigmoid": {"x": wide, "sigmoid": sigmoid(wide), "sigmoid_grad": sigmoid_grad(wide)},
            "sigmoid_check": compare(narrow, sigmoid_grad(narrow), central_difference(sigmoid, narrow, EPS), EPS),
            "relu": {
                "relu": relu(wide),
                "relu_grad": relu_grad(wide),
                **compare(wide, relu_grad(wide), central_difference(relu, wide, EPS), EPS),
            },
            "bce": {
                "y": y.astype(int),
                "y_hat": y_hat,
                "bce_loss": bce_loss(y, y_hat),
                "bce_loss_grad": bce_loss_grad(y, y_hat),
                **compare(
                    y_hat, bce_loss_grad(y, y_hat), central_difference(lambda p: bce_loss(y, p), y_hat, EPS), EPS
                ),
            },
            "saturation": {
                "largest_sigmoid_grad": sigmoid_grad(np.zeros(1))[0],
                "far": FAR,
                "sigmoid_grad_far": sigmoid_grad(np.full(1, FAR))[0],
                "farther": FARTHER,
                "sigmoid_grad_farther": sigmoid_grad(np.array([-FARTHER, FARTHER])),
                "exp_farther": np.exp(-FARTHER),
                "sigmoid_far_left": sigmoid(np.full(1, -800.0))[0],
                "relu_grad_at_zero": relu_grad(np.zeros(1))[0],
            },
            "curves": {
                "x": curve,
                "sigmoid": sigmoid(curve),
                "sigmoid_grad": sigmoid_grad(curve),
                "relu": relu(curve),
                "relu_grad": relu_grad(curve),
            },
            "finite_differences": finite_differences(spec, seed),
        },
    )


def compare(x: Any, symbolic: Any, numerical: Any, eps: float) -> Check:
    """A gradient beside its finite differences with perturbations of eps in all, at x."""
    return {
        "x": x,
        "eps": eps,
        "symbolic": symbolic,
        "numerical": numerical,
        "largest_absolute_error": np.abs(symbolic - numerical).max(),
    }


def finite_differences(spec: Settings, seed: int) -> FiniteDifferences:
    """The mean absolute error of the sigmoid's derivative over many points, against the perturbation."""
    x = np.random.default_rng(seed).uniform(-2, 2, size=spec["points"])
    low, high = np.log10(spec["smallest"]), np.log10(spec["largest"])
    eps = np.logspace(low, high, round((high - low) * spec["per_decade"]) + 1)
    found: dict[str, Errors] = {}
    for name, difference in (("forward", forward_difference), ("central", central_difference)):
        error = np.array([np.abs(difference(sigmoid, x, e) - sigmoid_grad(x)).mean() for e in eps])
        best = int(np.argmin(error))
        found[name] = {
            "error": error,
            "best": {"eps": eps[best], "error": error[best]},
            "slopes": {
                "rounding": slope(eps, error, (eps > 1e-14) & (eps < eps[best] / 10)),
                "truncation": slope(eps, error, (eps > eps[best] * 10) & (eps < 0.1)),
            },
        }
    return {
        **spec,
        "eps": eps,
        "forward": found["forward"],
        "central": found["central"],
        "machine_epsilon": float(np.finfo(float).eps),
    }


def slope(eps: Any, error: Any, where: Any) -> float:
    """The power of eps that the error follows there."""
    return float(np.polyfit(np.log(eps[where]), np.log(error[where]), 1)[0])


if __name__ == "__main__":
    run(main, snakemake)
