"""Train some repeats of one network; keep the learning curves of each, and what became of it."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.net import Net, build
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.job import run
from scripts.chunks import make_chunk
from scripts.measures import answers_alike, dead_units, diverged, lost, plateau_epochs, trained, trained_on, wrong
from scripts.poison import Parameters, parameters, poison, put
from scripts.repeats import Numbers, repeated, samples, side_by_side
from scripts.settings import Setting

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


def main(digits: str, chunk: str, spec: Setting, seed: int, train_fraction: float, repeats: str) -> None:
    make_chunk(chunk, [spec], "0-0", repeats, partial(followed, samples(digits), seed, train_fraction))


def followed(everything: Samples, seed: int, train_fraction: float, spec: Setting, repeats: range) -> Numbers:
    """Train a network from some seeds: its curves (epochs, R), and what became of each run (R,)."""
    nets, train, test = repeated(everything, spec, seed, repeats, train_fraction)
    dead: list[Array] = []
    before = list(map(parameters, nets))  # the last epoch
    poisoned: dict[int, Parameters] = {}  # what a net had before the epoch in which it came to NaN

    def each(nets: Sequence[Net]) -> None:
        dead.append(np.array([dead_units(net, own.x) for net, own in zip(nets, train, strict=True)]))
        for r, net in enumerate(nets):
            now = parameters(net)
            if not np.isfinite(now[0][0]).all():
                poisoned.setdefault(r, before[r])
            before[r] = now

    loss, size = LOSSES[spec["loss"]], spec["minibatch_size"]
    histories = fit_stack(
        nets,
        train,
        test,
        loss=loss,
        epochs=spec["epochs"],
        learning_rate=spec["learning_rate"],
        minibatch_size=size,
        after_epoch=each,
    )
    runs = list(zip(histories, nets, train, test, strict=True))
    ends = side_by_side(trained(net, own, rest, loss) for _, net, own, rest in runs)
    return {
        **side_by_side(map(vars, histories)),
        **{f"trained_{metric}": values for metric, values in ends.items()},
        "dead_units": np.array(dead),
        "lost": np.array([lost(history, net, own) for history, net, own, _ in runs]),
        "diverged": np.array(list(map(diverged, histories))),
        "answers_alike": np.array([answers_alike(net, own) for _, net, own, _ in runs]),
        "cause": np.array([cause(spec, own, poisoned.get(r)) for r, own in enumerate(train)], "U10"),
        "plateau_epochs": np.array(list(map(plateau_epochs, histories)), float),
        "perfect_on_trained_on": np.array([wrong(net, trained_on(own, size), loss) == 0 for _, net, own, _ in runs]),
        "perfect_on_train": np.array([wrong(net, own, loss) == 0 for _, net, own, _ in runs]),
    }


def cause(spec: Setting, train: Samples, before: Parameters | None) -> str:
    """How a network, as it was before the epoch in which it came to NaN, classified the first sample without a finite
    gradient: right, wrong, or with a logit that is not finite; nothing where it did not come to NaN."""
    if before is None:
        return ""
    put(alone := build(spec["layers"], np.random.default_rng(), spec["scheme"]), before)
    found = poison(alone, train, LOSSES[spec["loss"]], spec["learning_rate"], spec["minibatch_size"])
    if found is None:
        return ""
    if not np.isfinite(found["logit"]):
        return "not_finite"
    return "right" if (found["logit"] > 0) == (found["label"] == 1) else "wrong"


if __name__ == "__main__":
    run(main, snakemake)
