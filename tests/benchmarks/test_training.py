"""Facts about benchmarks/training: the products alone are all that there are, and what is trained stays."""

from typing import Any

import numpy as np
import pytest

from benchmarks import training
from benchmarks.tasks import Task, parameters, prepare
from nnlib.net import build
from nnlib.training import Samples

LAYERS = ["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"]


def task(count: int) -> Task:
    rng = np.random.default_rng(0)
    samples = [Samples(rng.normal(size=(95, 64)), np.ones((95, 1))) for _ in range(count)]
    nets = [build(LAYERS, rng) for _ in range(count)]
    return Task(LAYERS, "assignment", "bce", 3, 10, nets, samples, samples, [0.01] * count)


@pytest.mark.parametrize("count", [1, 4])
def test_the_products_alone_are_five_a_step_and_two_an_epoch(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    work, product, shapes = training.products(task(count)), np.matmul, list[Any]()

    def counted(a: Any, b: Any, out: Any) -> None:
        shapes.append(out.shape)
        product(a, b, out=out)

    monkeypatch.setattr(np, "matmul", counted)
    work()
    assert len(shapes) == 3 * (9 * 5 + 2)


@pytest.mark.parametrize("count", [1, 4])
def test_a_work_can_be_done_again(count: int) -> None:
    given = task(count)
    before = [a.copy() for net in given.nets for a in parameters(net)]
    work = prepare(given)
    np.testing.assert_array_equal(work(), work())
    assert all(map(np.array_equal, before, [a for net in given.nets for a in parameters(net)]))
