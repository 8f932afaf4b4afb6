"""Send a gradient back through ever more layers with sigmoids or ReLUs; write how much of it is left."""

from typing import Any

import numpy as np

from nnlib.net import build
from scripts.artifacts import write_json
from scripts.job import run
from scripts.repeats import BAND

ACTIVATIONS = {"sigmoid": "Sigmoid", "relu": "ReLU"}


def main(gradient_flow: str, spec: dict[str, Any], seed: int) -> None:
    write_json(gradient_flow, gradients_left(spec, seed))


def gradients_left(spec: dict[str, Any], seed: int) -> dict[str, Any]:
    """The share of a gradient's length that is left, by activation and depth, over the seeds."""
    width, depths = spec["width"], list(range(1, spec["depth"] + 1))
    left = {
        name: [[ratio(activation, depth, width, [seed, repeat]) for depth in depths] for repeat in range(spec["seeds"])]
        for name, activation in ACTIVATIONS.items()
    }
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
        "factor_per_layer": {
            name: float((values[-1] / values[0]) ** (1 / (len(depths) - 1))) for name, values in median.items()
        },
    }


def ratio(activation: str, depth: int, width: int, seed: list[int]) -> float:
    """The norm of dL/dx over that of dL/dy, for a net of `depth` layers with Glorot's weights."""
    rng = np.random.default_rng(seed)
    net = build([f"Linear {width}x{width}", activation] * depth, rng, "glorot")
    y, trace = net.forward(rng.normal(size=(width, width)))
    dy = rng.normal(size=y.shape)
    return float(np.linalg.norm(net.backward(trace, dy)) / np.linalg.norm(dy))


if __name__ == "__main__":
    run(main, snakemake)
