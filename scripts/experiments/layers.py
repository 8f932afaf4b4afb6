"""The layers' outputs and gradients for the assignment's inputs, and every gradient checked, up to a whole net's."""

from collections.abc import Callable
from typing import NotRequired, TypedDict

import numpy as np
from scipy.optimize import check_grad

from nnlib.functions import LOSSES, Array
from nnlib.gradcheck import numerical_gradient
from nnlib.layers import Layer, Linear, ReLU, Sigmoid
from nnlib.net import build
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.numbers import Table

EPS = 1e-5
# The sigmoid's gradient as it was first handed in: how a formula rounds shows in the last digits of its error.
HANDED_IN = "exp(-x) / (1 + exp(-x))**2"


class Outputs(TypedDict):
    """A layer's output y at x, and dL/dx where dL/dy is 1 everywhere; the weights of one that has some."""

    x: Table
    y: Table
    dx: Table
    W: NotRequired[Table]


class ByFormula(TypedDict):
    """A number by another formula than the report's."""

    value: float
    formula: str


class Compared(TypedDict):
    """How far a gradient is from central differences: the largest absolute error of its entries, and the errors' length
    relative to the gradient's."""

    entries: int
    absolute: float
    relative: float


class HiddenLayerNet(TypedDict):
    parameters: int
    largest_absolute_error: float
    largest_relative_error: float


class NetChecks(TypedDict):
    """The errors of nets' gradients, by loss, in the order of `net_names`."""

    net: dict[str, list[float]]
    net_relative: dict[str, list[float]]
    net_names: list[str]
    net_linear_layers: int
    net_largest_absolute_error: float
    net_largest_relative_error: float
    hidden_layer_net: HiddenLayerNet


class Layers(NetChecks):
    """The artifact; a gradient that is checked alone is called as in the hand-in."""

    linear: Outputs
    sigmoid: Outputs
    relu: Outputs
    check_grad: dict[str, float]
    as_first_handed_in: dict[str, ByFormula]
    relu_on_both_sides: float
    wrong_gradients: dict[str, float]


class SigmoidAsHandedIn(Sigmoid):
    def backward(self, x: Array, dy: Array) -> Array:
        gradient: Array = np.exp(-x) / (1 + np.exp(-x)) ** 2
        return gradient * dy


def main(layers: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(3, 5))
    found: Layers = {
        "linear": outputs(Linear(5, 7, rng), x),
        "sigmoid": outputs(Sigmoid(), np.random.default_rng(seed).normal(size=(3, 5))),
        "relu": outputs(ReLU(), np.random.default_rng(seed).uniform(-10, 10, size=(3, 5))),
        "check_grad": scipy_checks(seed),
        "as_first_handed_in": {
            "sigmoid_dx": {"value": activation_check(SigmoidAsHandedIn(), -10, seed), "formula": HANDED_IN}
        },
        "relu_on_both_sides": relu_on_both_sides(seed),
        "wrong_gradients": wrong_gradients(seed),
        **net_checks(seed),
    }
    write_json(layers, found)


def outputs(layer: Layer, x: Array) -> Outputs:
    y = layer.forward(x)
    found: Outputs = {"x": x, "y": y, "dx": layer.backward(x, np.ones_like(y))}
    return {**found, "W": layer.W} if isinstance(layer, Linear) else found


def error(value: Callable[[Array], Array], gradient: Callable[[Array], Array], at: Array) -> float:
    """What SciPy's check_grad finds; the scalar is twice the sum of the value."""
    return float(check_grad(lambda v: 2 * np.sum(value(v)), lambda v: gradient(v).ravel(), at))


def activation_check(activation: Layer, low: float, seed: int) -> float:
    at = np.random.default_rng(seed).uniform(low, 10, size=5)
    return error(activation.forward, lambda v: activation.backward(v, np.full(v.shape, 2.0)), at)


def scipy_checks(seed: int) -> dict[str, float]:
    """The errors of the layers' gradients."""
    twice = 2 * np.ones((3, 7))
    rng = np.random.default_rng(seed)
    layer = Linear(5, 7, rng)
    errors = {
        "linear_dx": error(
            lambda v: layer.forward(v.reshape(3, 5)),
            lambda v: layer.backward(v.reshape(3, 5), twice),
            rng.uniform(-10, 10, size=15),
        )
    }
    for name, size in (("W", 35), ("b", 7)):
        x, layer = rng.uniform(size=(3, 5)), Linear(5, 7, rng)
        errors[f"linear_d{name}"] = parameter_check(layer, name, x, rng.uniform(-10, 10, size=size))
    errors["sigmoid_dx"] = activation_check(Sigmoid(), -10, seed)
    errors["relu_dx"] = activation_check(ReLU(), 1, seed)
    return errors


def parameter_check(layer: Linear, name: str, x: Array, at: Array) -> float:
    """The error of the gradient by the weights or the bias, which are `at` there."""
    shape = getattr(layer, name).shape

    def value(v: Array) -> Array:
        setattr(layer, name, v.reshape(shape))
        return layer.forward(x)

    def gradient(v: Array) -> Array:
        layer.backward(x, np.full_like(value(v), 2.0))
        return np.asarray(getattr(layer, f"d{name}"))

    return error(value, gradient, at)


def relu_on_both_sides(seed: int) -> float:
    """SciPy's error for ReLU, of inputs on both sides of 0: with those of `check_grad`, which are all positive, a
    gradient that is 1 everywhere would pass."""
    return float(check_grad(*scalar(ReLU()), np.random.default_rng(seed).uniform(-10, 10, size=5)))


def scalar(layer: Layer) -> tuple[Callable[[Array], float], Callable[[Array], Array]]:
    """Twice the sum of an activation's output, and its gradient."""
    return lambda v: 2 * float(np.sum(layer.forward(v))), lambda v: layer.backward(v, np.full(v.shape, 2.0))


def wrong_gradients(seed: int) -> dict[str, float]:
    """The errors that SciPy's check_grad finds of gradients that are wrong on purpose."""
    at = np.random.default_rng(seed).uniform(-10, 10, size=5)
    rng = np.random.default_rng(seed)
    layer, x = Linear(5, 7, rng), rng.uniform(size=(3, 5))
    twice = np.full((3, 7), 2.0)

    def with_weights(W: Array) -> float:
        layer.W = W.reshape(5, 7)
        return 2 * float(np.sum(layer.forward(x)))

    def with_bias(b: Array) -> float:
        layer.b = b
        return 2 * float(np.sum(layer.forward(x)))

    return {
        "linear_dx_of_ones": float(
            check_grad(lambda v: 2 * np.sum(layer.forward(v.reshape(3, 5))), np.ones_like, x.ravel())
        ),
        "linear_dW_of_one_sample": float(
            check_grad(with_weights, lambda W: np.outer(x[0], twice[0]).ravel(), layer.W.ravel())
        ),
        "linear_db_of_one_sample": float(check_grad(with_bias, lambda b: twice[0], layer.b)),
        "sigmoid_dx_without_its_second_factor": float(
            check_grad(scalar(Sigmoid())[0], lambda v: 2 * Sigmoid().forward(v), at)
        ),
        "relu_dx_of_ones": float(check_grad(scalar(ReLU())[0], lambda v: np.full(v.shape, 2.0), at)),
    }


def net_checks(seed: int) -> NetChecks:
    """The gradients of whole nets by their input and by each parameter, against central differences: of a net with both
    losses, and of the one with a hidden layer that the report trains."""
    deep = ["Linear 5x4", "ReLU", "Linear 4x3", "ReLU", "Linear 3x1"]
    checks = {
        "bce": net_errors([*deep, "Sigmoid"], "bce", seed),
        "bce_with_logits": net_errors(deep, "bce_with_logits", seed),
    }
    every = [check for found in checks.values() for check in found.values()]
    hidden = net_errors(["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"], "bce", seed)
    return {
        "net": {name: [check["absolute"] for check in found.values()] for name, found in checks.items()},
        "net_relative": {name: [check["relative"] for check in found.values()] for name, found in checks.items()},
        "net_names": list(checks["bce"]),
        "net_linear_layers": len(checks["bce"]) // 2,
        "net_largest_absolute_error": max(check["absolute"] for check in every),
        "net_largest_relative_error": max(check["relative"] for check in every),
        "hidden_layer_net": {
            "parameters": sum(check["entries"] for name, check in hidden.items() if name != "x"),
            "largest_absolute_error": max(check["absolute"] for check in hidden.values()),
            "largest_relative_error": max(check["relative"] for check in hidden.values()),
        },
    }


def net_errors(names: list[str], loss_name: str, seed: int) -> dict[str, Compared]:
    """The errors of the gradients of a net's summed loss, for some random samples: by the input x, W1, b1, W2, ..."""
    rng = np.random.default_rng(seed)
    net, loss = build(names, rng, "glorot"), LOSSES[loss_name]
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    for layer in linear:
        layer.b = rng.normal(size=layer.b.shape)  # at 0, a layer fed by dead units sits on ReLU's kink
    x, y = rng.normal(size=(6, linear[0].W.shape[0])), rng.integers(2, size=(6, 1)).astype(float)
    output, trace = net.forward(x)
    dx = net.backward(trace, loss.gradient(y, output))

    def total(x: Array) -> float:
        return float(loss.value(y, net.forward(x)[0]).sum())

    found = {"x": compared_numerically(total, dx, x)}
    for number, layer in enumerate(linear, 1):
        for name in ("W", "b"):
            kept = getattr(layer, name).copy()

            def at(v: Array, layer: Linear = layer, name: str = name) -> float:
                setattr(layer, name, v)
                return total(x)

            found[f"{name}{number}"] = compared_numerically(at, getattr(layer, f"d{name}").copy(), kept)
            setattr(layer, name, kept)
    return found


def compared_numerically(f: Callable[[Array], float], gradient: Array, x: Array) -> Compared:
    """How far a gradient of f at x is from central differences."""
    error = gradient - numerical_gradient(f, x, EPS)
    return {
        "entries": x.size,
        "absolute": float(np.abs(error).max()),
        "relative": float(np.linalg.norm(error) / np.linalg.norm(gradient)),
    }


if __name__ == "__main__":
    run(main, snakemake)
