"""Compare the gradients of minibatches with that of the whole training set; write by size how far they agree."""

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import Samples, fit
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.repeats import samples, splits
from scripts.settings import Architecture


class Settings(Architecture):
    """The network, its training and the minibatches, as the configuration has them."""

    loss: str
    learning_rate: float
    minibatch_size: int
    after: list[int]
    minibatch_sizes: list[int]
    minibatches: int
    seeds: int


class GradientNoise(Settings):
    after_epochs: dict[str, dict[str, dict[str, float]]]  # by epochs and minibatch size: cosine and length
    steps_an_epoch: dict[str, int]


def main(digits: str, gradient_noise: str, spec: Settings, seed: int, train_fraction: float) -> None:
    write_json(gradient_noise, minibatch_gradients(samples(digits), spec, seed, train_fraction))


def minibatch_gradients(everything: Samples, spec: Settings, seed: int, train_fraction: float) -> GradientNoise:
    """By epochs and minibatch size: the median over minibatches and seeds of the cosine of the angle between
    a minibatch's gradient and the whole one, and of the length of the minibatch's, summed over its samples."""
    train, test = splits(everything, seed, range(spec["seeds"]), train_fraction)
    found: dict[int, dict[int, list[Array]]] = {a: {b: [] for b in spec["minibatch_sizes"]} for a in spec["after"]}
    for repeat in range(spec["seeds"]):
        net = build(spec["layers"], np.random.default_rng([seed, repeat, 1]), spec["scheme"])
        own, rest = train[repeat], test[repeat]
        trained = 0
        for epochs in spec["after"]:
            if epochs > trained:
                fit(
                    net,
                    own,
                    rest,
                    loss=LOSSES[spec["loss"]],
                    epochs=epochs - trained,
                    learning_rate=spec["learning_rate"],
                    minibatch_size=spec["minibatch_size"],
                )
                trained = epochs
            whole = flat_gradient(net, own, spec["loss"])
            for size in spec["minibatch_sizes"]:
                found[epochs][size].append(angles(net, own, spec, size, whole))
    return {
        **spec,
        "after_epochs": {
            str(epochs): {
                str(size): dict(zip(("cosine", "length"), np.median(np.concatenate(each), axis=0), strict=True))
                for size, each in sizes.items()
            }
            for epochs, sizes in found.items()
        },
        "steps_an_epoch": {str(size): len(train[0].x) // size for size in spec["minibatch_sizes"]},
    }


def angles(net: Net, train: Samples, spec: Settings, size: int, whole: Array) -> Array:
    """Cosine and length of the gradients of the first minibatches, (minibatches, 2)."""
    rows = []
    for start in range(0, len(train.x) - size + 1, size)[: spec["minibatches"]]:
        own = flat_gradient(net, Samples(train.x[start : start + size], train.y[start : start + size]), spec["loss"])
        length = np.linalg.norm(own)
        rows.append((own @ whole / (length * np.linalg.norm(whole)), length))
    return np.array(rows)


def flat_gradient(net: Net, part: Samples, loss: str) -> Array:
    """The gradient of the summed loss by all weights and biases, in one vector."""
    output, trace = net.forward(part.x)
    net.backward(trace, LOSSES[loss].gradient(part.y, output))
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    return np.concatenate([a.ravel() for layer in linear for a in (layer.dW, layer.db)])


if __name__ == "__main__":
    run(main, snakemake)
