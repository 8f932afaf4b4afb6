"""How large signals and gradients are in a network before it is trained; write them layer by layer."""

from typing import TypedDict

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.numbers import Row
from scripts.repeats import repeated, samples, side_by_side
from scripts.settings import Architecture


class Settings(TypedDict):
    """The network, as the configuration has it, and how its weights are drawn."""

    layers: list[str]
    loss: str
    schemes: list[str]


class Measured(TypedDict):
    """A number, or one for each layer: of a single network, and the median of those from many seeds."""

    single: Row | float
    median: Row | float


Signals = dict[str, Measured]  # of one scheme


def main(digits: str, first_signals: str, spec: Settings, seed: int, repeats: int, train_fraction: float) -> None:
    write_json(first_signals, measure_signals(samples(digits), spec, seed, repeats, train_fraction))


def measure_signals(
    everything: Samples, spec: Settings, seed: int, repeats: int, train_fraction: float
) -> dict[str, object]:
    """The signals by scheme of the initial weights, beside the settings and the number of seeds."""
    count = int(train_fraction * len(everything.x))
    train = Samples(*(part[:count] for part in everything))
    found: dict[str, Signals] = {}
    for scheme in spec["schemes"]:
        own: Architecture = {"layers": spec["layers"], "scheme": scheme}
        nets, many, _ = repeated(everything, own, seed, range(repeats), train_fraction)
        single = measured(build(spec["layers"], np.random.default_rng(seed), scheme), train, spec["loss"])
        each = side_by_side(measured(net, part, spec["loss"]) for net, part in zip(nets, many, strict=True))
        found[scheme] = {
            name: {"single": values, "median": np.median(each[name], axis=-1)} for name, values in single.items()
        }
    return {**spec, "count": repeats, **found}


def measured(net: Net, train: Samples, loss: str) -> dict[str, Array]:
    """The root mean square of each linear layer's input and of the output, the length of the mean loss's gradient by
    each weight matrix, layer by layer; and how far the output varies over the samples."""
    output, trace = net.forward(train.x)
    net.backward(trace, LOSSES[loss].gradient(train.y, output) / len(train.y))
    linear = [(layer, x) for layer, x in trace if isinstance(layer, Linear)]
    signals = [*(x for _, x in linear), output]
    return {
        "signals": np.array([np.sqrt(np.mean(x**2)) for x in signals]),
        "gradients": np.array([np.sqrt(np.sum(layer.dW**2)) for layer, _ in linear]),
        "output_deviation": output.std(),
    }


if __name__ == "__main__":
    run(main, snakemake)
