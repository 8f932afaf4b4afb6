"""Send a gradient back through ever more layers with sigmoids or ReLUs; write how much of it is left."""

from typing import TypedDict

import numpy as np

from nnlib.functions import Array, relu_grad, sigmoid_grad
from nnlib.net import build
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.numbers import Row
from scripts.repeats import BAND, Band

ACTIVATIONS = {"sigmoid": ("Sigmoid", sigmoid_grad), "relu": ("ReLU", relu_grad)}


class Settings(TypedDict):
    """The nets that a gradient passes, as the configuration has them."""

    width: int
    depth: int
    seeds: int


class ByLayer(TypedDict):
    root_mean_square: Row
    active_share: Row


class OwnGradients(TypedDict):
    """The gradients of an activation itself."""

    largest: float
    mean: float
    root_mean_square: float
    active_share: float
    by_layer: ByLayer


class GradientFlow(Settings):
    depths: list[int]
    band: float
    left: dict[str, Band]
    activations: dict[str, OwnGradients]
    factor_per_layer: dict[str, float]


def main(gradient_flow: str, spec: Settings, seed: int) -> None:
    write_json(gradient_flow, gradients_left(spec, seed))


def gradients_left(spec: Settings, seed: int) -> GradientFlow:
    """The share of a gradient's length that is left, by activation and depth, over the seeds; and the gradients of the
    activations themselves, over all units of the deepest nets."""
    width, depths = spec["width"], list(range(1, spec["depth"] + 1))
    left, own = {}, {}
    for name, (activation, gradient) in ACTIVATIONS.items():
        passed = [
            [passed_back(activation, depth, width, [seed, repeat]) for depth in depths]
            for repeat in range(spec["seeds"])
        ]
        left[name] = [[ratio for ratio, _ in ratios] for ratios in passed]
        own[name] = own_gradients(np.array([gradient(inputs) for *_, (_, inputs) in passed]))
    median = {name: np.median(values, axis=0) for name, values in left.items()}
    return {
        **spec,
        "depths": depths,
        "band": BAND,
        "left": {
            name: {
                "low": np.quantile(values, (1 - BAND) / 2, axis=0),
                "median": median[name],
                "high": np.quantile(values, (1 + BAND) / 2, axis=0),
            }
            for name, values in left.items()
        },
        "activations": own,
        "factor_per_layer": {
            name: float((values[-1] / values[0]) ** (1 / (len(depths) - 1))) for name, values in median.items()
        },
    }


def own_gradients(gradient: Array) -> OwnGradients:
    """What the gradient of an activation (seeds, depth, samples, width) is at most, on average and in the root mean
    square, and the share of the inputs where it is not 0."""
    return {
        "largest": gradient.max(),
        "mean": gradient.mean(),
        "root_mean_square": np.sqrt(np.mean(gradient**2)),
        "active_share": (gradient > 0).mean(),
        "by_layer": {
            "root_mean_square": np.sqrt(np.mean(gradient**2, axis=(0, 2, 3))),
            "active_share": (gradient > 0).mean(axis=(0, 2, 3)),
        },
    }


def passed_back(activation: str, depth: int, width: int, seed: list[int]) -> tuple[float, Array]:
    """The norm of dL/dx over that of dL/dy, for a net of `depth` layers with Glorot's weights; and the inputs of its
    activations (depth, samples, width)."""
    rng = np.random.default_rng(seed)
    net = build([f"Linear {width}x{width}", activation] * depth, rng, "glorot")
    y, trace = net.forward(rng.normal(size=(width, width)))
    dy = rng.normal(size=y.shape)
    inputs = np.array([x for layer, x in trace if str(layer) == activation])
    return float(np.linalg.norm(net.backward(trace, dy)) / np.linalg.norm(dy)), inputs


if __name__ == "__main__":
    run(main, snakemake)
