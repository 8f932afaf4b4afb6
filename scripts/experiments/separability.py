"""Ask linear programs whether a hyperplane divides the digits by their label; write what they answer.

A hyperplane divides two sets of points, with none on it, if and only if no point is a mixture of the one set and of the
other as well: one program looks for the hyperplane, another for such mixtures, and one of them has no solution.
"""

from typing import Any, TypedDict

import numpy as np
import scipy.optimize

from nnlib.functions import Array
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.repeats import samples, splits

SOLVED, INFEASIBLE = 0, 2  # what SciPy calls these statuses


class Divided(TypedDict):
    """Whether a hyperplane divides some samples, and if not, the mixtures that coincide."""

    samples: int
    unknowns: int
    separable: bool
    common_point: bool
    mixed_ones: int | None
    mixed_zeros: int | None
    largest_gap: float | None


class Separability(TypedDict):
    train: Divided
    test: Divided
    all: Divided
    control: Divided
    seeds: dict[str, int]


def main(digits: str, separability: str, seed: int, repeats: int, train_fraction: float) -> None:
    write_json(separability, separable_sets(samples(digits), seed, repeats, train_fraction))


def separable_sets(everything: Samples, seed: int, repeats: int, train_fraction: float) -> Separability:
    """Whether a hyperplane divides the training set, the test set, all digits, and the training sets of all seeds; and,
    as a control, the training set with labels by which one does."""
    count = int(train_fraction * len(everything.x))
    train, test = (Samples(*(part[which] for part in everything)) for which in (np.s_[:count], np.s_[count:]))
    many, _ = splits(everything, seed, range(repeats), train_fraction)
    return {
        "train": divided(train),
        "test": divided(test),
        "all": divided(everything),
        "control": divided(Samples(train.x, above_median(train.x))),
        "seeds": {
            "count": repeats,
            "separable": sum(hyperplane(own) is not None for own in many),
        },
    }


def above_median(x: Array) -> Any:
    """Labels that a hyperplane divides by construction: whether a digit has more ink than half of them."""
    ink = x.mean(axis=1, keepdims=True)
    return (ink > np.median(ink)).astype(float)


def divided(samples: Samples) -> Divided:
    """Whether a hyperplane divides the samples by their label, and the mixtures that coincide if none does."""
    found, mixtures = hyperplane(samples), common_point(samples)
    result: Divided = {
        "samples": len(samples.x),
        "unknowns": samples.x.shape[1] + 1,
        "separable": found is not None,
        "common_point": mixtures is not None,
        "mixed_ones": None,
        "mixed_zeros": None,
        "largest_gap": None,
    }
    if mixtures is not None:
        ones, zeros = (samples.x[samples.y[:, 0] == label] for label in (1, 0))
        gap = np.abs(mixtures[0] @ ones - mixtures[1] @ zeros).max()
        result |= {
            "mixed_ones": int((mixtures[0] > 0).sum()),
            "mixed_zeros": int((mixtures[1] > 0).sum()),
            "largest_gap": gap,
        }
    return result


def hyperplane(samples: Samples) -> Array | None:
    """Weights w and a bias b with w x + b >= 1 for every sample of label 1 and <= -1 for every other; None if there
    are none."""
    side = 2 * samples.y - 1
    rows = side * np.hstack([samples.x, np.ones_like(side)])
    return solution(np.zeros(rows.shape[1]), A_ub=-rows, b_ub=-np.ones(len(rows)), bounds=(None, None))


def common_point(samples: Samples) -> tuple[Array, Array] | None:
    """Shares, from 0 on and 1 in all, of the samples of label 1, and of the others, whose mixtures are one point; None
    if there are none."""
    one = samples.y[:, 0] == 1
    side = np.where(one, 1.0, -1.0)
    shares = solution(
        np.zeros(len(side)),
        A_eq=np.vstack([side * samples.x.T, one, ~one]),
        b_eq=np.concatenate([np.zeros(samples.x.shape[1]), [1, 1]]),
        bounds=(0, None),
    )
    return None if shares is None else (shares[one], shares[~one])


def solution(costs: Array, **constraints: Any) -> Array | None:
    """A solution of the linear program; None if it is infeasible. Raises ValueError where SciPy cannot say."""
    found = scipy.optimize.linprog(costs, **constraints, method="highs")
    if found.status not in (SOLVED, INFEASIBLE):
        raise ValueError(f"the linear program: {found.message}")
    return np.asarray(found.x) if found.status == SOLVED else None


if __name__ == "__main__":
    run(main, snakemake)
