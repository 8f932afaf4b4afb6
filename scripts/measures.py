"""What is measured of a network beside its losses: whether it is lost, its dead units, how long it stood still."""

from itertools import pairwise

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.layers import Linear, ReLU
from nnlib.net import Net
from nnlib.training import History, Samples, loss_and_accuracy

PLATEAU = 0.01  # as near to ln 2 as this the training loss stands still,
GUESSING = 0.6  # while the test accuracy is below this


def diverged(history: History) -> bool:
    """Whether a training loss is not finite: from there on the weights are NaN."""
    return not np.isfinite(history.train_loss).all()


def answers_alike(net: Net, samples: Samples) -> bool:
    """Whether the network gives all samples the very same output, as one does that has a whole layer of dead units."""
    output = output_of(net, samples.x)
    return bool((output == output[0]).all())


def lost(history: History, net: Net, train: Samples) -> bool:
    """Whether a trained network is lost: it diverged, or it answers all training samples alike."""
    return diverged(history) or answers_alike(net, train)


def evaluated(net: Net, samples: Samples, loss: Loss) -> tuple[float, float]:
    """The loss and the accuracy over all samples, those too that fill no minibatch."""
    with np.errstate(all="ignore"):
        return loss_and_accuracy(loss, samples.y, output_of(net, samples.x))


def trained(net: Net, train: Samples, test: Samples, loss: Loss) -> dict[str, float]:
    """The metrics of a trained network, over all samples."""
    (train_loss, train_accuracy), (test_loss, test_accuracy) = (evaluated(net, part, loss) for part in (train, test))
    return {
        "train_loss": train_loss,
        "train_accuracy": train_accuracy,
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
    }


def output_of(net: Net, x: Array) -> Array:
    with np.errstate(all="ignore"):
        return net.forward(x)[0]


def hidden_units(net: Net) -> int:
    """How many ReLU units a network has."""
    linear = (layer for layer, after in pairwise(net.layers) if isinstance(after, ReLU))
    return sum(layer.W.shape[1] for layer in linear if isinstance(layer, Linear))


def dead_units(net: Net, x: Array) -> float:
    """How many of them put out 0 for all samples x (N, I); NaN if the network is NaN."""
    with np.errstate(all="ignore"):
        output, trace = net.forward(x)
    layers = [*(x for _, x in trace[1:]), output]
    relu = (y for (layer, _), y in zip(trace, layers, strict=True) if isinstance(layer, ReLU))
    dead = sum(float((y == 0).all(axis=0).sum()) for y in relu)
    return np.nan if np.isnan(output).any() else dead


def plateau_epochs(history: History) -> int:
    """For how many epochs from the first on the training loss is that of always answering 1/2, and the answers are
    hardly better than guesses."""
    near = np.abs(history.train_loss - np.log(2)) < PLATEAU
    off = ~(near & (history.test_accuracy < GUESSING))
    return int(off.argmax()) if off.any() else len(off)


def wrong(net: Net, samples: Samples, loss: Loss) -> int:
    """How many answers are wrong."""
    _, accuracy = evaluated(net, samples, loss)
    return round((1 - accuracy) * output_of(net, samples.x).size)


def trained_on(samples: Samples, minibatch_size: int) -> Samples:
    """The samples that fill minibatches: the order is fixed, and no step ever sees the rest."""
    count = len(samples.x) // minibatch_size * minibatch_size
    return Samples(samples.x[:count], samples.y[:count])


def count(number: float) -> int | None:
    """A number of units as an integer; null stands for those of a network that is NaN."""
    return int(number) if np.isfinite(number) else None


def first(where: Array) -> int | None:
    """The number of the first that is true; null stands for never."""
    return int(np.argmax(where)) if where.any() else None
