"""The layers' outputs and gradients for the assignment's inputs, and every gradient checked, up to a whole net's."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import check_grad

from nnlib.functions import LOSSES, Array
from nnlib.gradcheck import check_gradient
from nnlib.layers import Layer, Linear, ReLU, Sigmoid
from nnlib.net import build
from scripts.artifacts import write_json
from scripts.job import run


def main(layers: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(3, 5))
    write_json(
        layers,
        {
            "linear": outputs(Linear(5, 7, rng), x),
            "sigmoid": outputs(Sigmoid(), np.random.default_rng(seed).normal(size=(3, 5))),
            "relu": outputs(ReLU(), np.random.default_rng(seed).uniform(-10, 10, size=(3, 5))),
            "check_grad": scipy_checks(seed),
            **net_checks(seed),
        },
    )


def outputs(layer: Layer, x: Array) -> dict[str, Any]:
    """The layer's output, and dL/dx where dL/dy is 1 everywhere."""
    y = layer.forward(x)
    return {"x": x, "y": y, "dx": layer.backward(x, np.ones_like(y))}


def scipy_checks(seed: int) -> dict[str, float]:
    """The errors that SciPy's check_grad finds; the scalar is twice the sum of a layer's output."""

    def error(value: Callable[[Array], Array], gradient: Callable[[Array], Array], at: Array) -> float:
        return float(check_grad(lambda v: 2 * np.sum(value(v)), lambda v: gradient(v).ravel(), at))

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
    for name, shape in (("W", (5, 7)), ("b", (7,))):
        x = rng.uniform(size=(3, 5))
        layer = Linear(5, 7, rng)

        def value(v: Array, layer: Linear = layer, x: Array = x, name: str = name, shape: Any = shape) -> Array:
            setattr(layer, name, v.reshape(shape))
            return layer.forward(x)

        def gradient(v: Array, layer: Linear = layer, x: Array = x, name: str = name, value: Any = value) -> Array:
            value(v)
            layer.backward(x, twice)
            return np.asarray(getattr(layer, f"d{name}"))

        errors[f"linear_d{name}"] = error(value, gradient, rng.uniform(-10, 10, size=np.prod(shape)))
    for layer_name, activation, low in (("sigmoid", Sigmoid(), -10), ("relu", ReLU(), 1)):

        def passed_back(v: Array, activation: Layer = activation) -> Array:
            return activation.backward(v, np.full(v.shape, 2.0))

        at = np.random.default_rng(seed).uniform(low, 10, size=5)
        errors[f"{layer_name}_dx"] = error(activation.forward, passed_back, at)
    return errors


def net_checks(seed: int) -> dict[str, Any]:
    """The gradient of a whole net's summed loss by its input and by each parameter, against central differences."""
    errors: dict[str, dict[str, float]] = {}
    for loss_name, names in (
        ("bce", ["Linear 5x4", "ReLU", "Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"]),
        ("bce_with_logits", ["Linear 5x4", "ReLU", "Linear 4x3", "ReLU", "Linear 3x1"]),
    ):
        rng = np.random.default_rng(seed)
        net, loss = build(names, rng, "glorot"), LOSSES[loss_name]
        linear = [layer for layer in net.layers if isinstance(layer, Linear)]
        for layer in linear:
            layer.b = rng.normal(size=layer.b.shape)  # at 0, a layer fed by dead units sits on ReLU's kink
        x, y = rng.normal(size=(6, 5)), rng.integers(2, size=(6, 1)).astype(float)
        output, trace = net.forward(x)
        dx = net.backward(trace, loss.gradient(y, output))

        def total(x: Array, net: Any = net, loss: Any = loss, y: Array = y) -> float:
            return float(loss.value(y, net.forward(x)[0]).sum())

        found = [("x", check_gradient(total, dx, x))]
        for number, layer in enumerate(linear, 1):
            for name in ("W", "b"):
                kept = getattr(layer, name).copy()

                def at(v: Array, layer: Linear = layer, name: str = name, total: Any = total, x: Array = x) -> float:
                    setattr(layer, name, v)
                    return float(total(x))

                found.append((f"{name}{number}", check_gradient(at, getattr(layer, f"d{name}").copy(), kept)))
                setattr(layer, name, kept)
        errors[loss_name] = {name: check.error for name, check in found}
    return {
        "net": {name: list(found.values()) for name, found in errors.items()},
        "net_names": list(errors["bce"]),
        "net_linear_layers": len(errors["bce"]) // 2,
        "net_largest_error": max(max(found.values()) for found in errors.values()),
    }


if __name__ == "__main__":
    run(main, snakemake)
