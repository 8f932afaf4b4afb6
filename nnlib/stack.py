"""R nets trained at once: each bit for bit as `fit` trains it, in less time."""

from collections.abc import Callable, Sequence

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.net import Net
from nnlib.tape import Replay
from nnlib.training import (
    History,
    Samples,
    ignore,
    loss_and_accuracy,
    train_step,
    whole_minibatches,
)


@np.errstate(all="ignore")  # the histories record divergences
def fit_stack(
    nets: Sequence[Net],
    train: Sequence[Samples],
    test: Sequence[Samples],
    *,
    loss: Loss,
    epochs: int,
    learning_rate: float | Array,
    minibatch_size: int,
    after_epoch: Callable[[Sequence[Net]], None] = ignore,
) -> list[History]:
    """Train the nets in place, each with samples of its own; and with a learning rate
    of its own, if there are R.

    Raises ValueError where nets, samples or learning rates do not belong together.
    """
    check_stack(nets, train, test, learning_rate)
    B = minibatch_size
    train, test = (
        [whole_minibatches(own, B) for own in each] for each in (train, test)
    )
    x, y = (np.stack(part) for part in zip(*train, strict=True))
    steps = [
        (loss, learning_rate, *(a[:, i : i + B].copy() for a in (x, y)))
        for i in range(0, x.shape[1], B)
    ]
    replay = Replay(train_step, nets, *steps[0])
    history = np.empty((len(nets), epochs, 4))
    for epoch in range(epochs):
        outputs = np.concatenate(replay.each(steps), axis=1)
        for r, output in enumerate(outputs):
            history[r, epoch, :2] = loss_and_accuracy(loss, train[r].y, output)
            output, _ = nets[r].forward(test[r].x)
            history[r, epoch, 2:] = loss_and_accuracy(loss, test[r].y, output)
        after_epoch(nets)
    return [History(*metrics.T) for metrics in history]


def check_stack(
    nets: Sequence[Net],
    train: Sequence[Samples],
    test: Sequence[Samples],
    learning_rate: float | Array,
) -> None:
    """Raise ValueError, which says what, where something does not belong together."""
    R, rates = len(nets), np.shape(learning_rate)
    if not R or not len(train) == len(test) == R or rates not in ((), (R,)):
        raise ValueError(
            f"{len(train)} training sets, {len(test)} test sets and learning rates of "
            f"shape {rates} do not fit {R} nets"
        )
    for r, net in enumerate(nets):
        if net in nets[:r]:
            raise ValueError(f"net {r} is there twice")
        if str(net) != str(nets[0]):
            first, other = (", ".join(map(str, a.layers)) for a in (nets[0], net))
            raise ValueError(f"net 0 is {first}; net {r} is {other}")
