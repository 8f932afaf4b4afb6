"""The same work in PyTorch and JAX, which are no dependencies, for `benchmarks/training.py`.

Double precision, one thread, and the evaluation of the test set after each epoch, as in nnlib. A work trains once and
ends when the metrics of every epoch are there; its first call compiles.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from nnlib.layers import Linear
from nnlib.net import Net
from nnlib.training import Samples

Work = Callable[[], object]


def works(nets: Sequence[Net], sets: Sequence[tuple[Samples, Samples]], rule: dict[str, Any]) -> dict[str, Work | None]:
    """What is measured by name, of the first net or of all of them in a stack; None where it is not installed."""
    rows: dict[str, tuple[str, Callable[..., Work], int]] = {
        "PyTorch, eager": ("torch", pytorch, 1),
        "PyTorch, a stack": ("torch", pytorch_stack, len(nets)),
        "JAX, compiled": ("jax", jax_work, 1),
        "JAX, a stack": ("jax", jax_work, len(nets)),
    }
    return {
        name: make(import_module(module), nets[:n], sets[:n], **rule) if find_spec(module) else None
        for name, (module, make, n) in rows.items()
    }


def parameters(net: Net) -> list[Any]:
    """W and b of the linear layers, of which there are two, with ReLU between and Sigmoid at the end."""
    return [a for layer in net.layers if isinstance(layer, Linear) for a in (layer.W, layer.b)]


def stacked(sets: Sequence[tuple[Samples, Samples]], minibatch_size: int) -> list[Any]:
    """x and y of the training minibatches (R, steps, B, ...), then of the test samples (R, N, ...)."""
    arrays = []
    for part in (0, 1):
        for k in (0, 1):
            a = np.stack([samples[part][k] for samples in sets])
            a = a[:, : a.shape[1] // minibatch_size * minibatch_size]
            arrays.append(a.reshape(len(a), -1, minibatch_size, a.shape[-1]) if part == 0 else a)
    return arrays


def pytorch(
    torch: Any,
    nets: Sequence[Net],
    sets: Sequence[tuple[Samples, Samples]],
    *,
    epochs: int,
    learning_rate: float,
    minibatch_size: int,
) -> Work:
    """The loop of PyTorch's tutorials: a module, a loss, an optimizer."""
    torch.set_num_threads(1)
    W1, b1, W2, b2 = map(torch.tensor, parameters(nets[0]))
    x_train, y_train, x_test, y_test = (torch.tensor(a[0]) for a in stacked(sets, minibatch_size))

    def work() -> object:
        first, last = (torch.nn.Linear(*W.shape, dtype=torch.float64) for W in (W1, W2))
        net = torch.nn.Sequential(first, torch.nn.ReLU(), last, torch.nn.Sigmoid())
        for layer, W, b in ((first, W1, b1), (last, W2, b2)):
            layer.load_state_dict({"weight": W.T, "bias": b})
        loss_function, optimizer = (
            torch.nn.BCELoss(reduction="sum"),
            torch.optim.SGD(net.parameters(), lr=learning_rate),
        )
        history = []
        for _ in range(epochs):
            loss_sum, right = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.int64)
            for x, y in zip(x_train, y_train, strict=True):
                p = net(x)
                loss = loss_function(p, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss_sum += loss.detach()
                right += ((p > 0.5) == (y > 0.5)).sum()
            with torch.no_grad():
                p = net(x_test)
                test = loss_function(p, y_test) / len(p), ((p > 0.5) == (y_test > 0.5)).double().mean()
            n = y_train.numel()
            history.append([float(a) for a in (loss_sum / n, right / n, *test)])
        return history

    return work


def pytorch_stack(
    torch: Any,
    nets: Sequence[Net],
    sets: Sequence[tuple[Samples, Samples]],
    *,
    epochs: int,
    learning_rate: float,
    minibatch_size: int,
) -> Work:
    """The gradient of one network's loss, taken for all networks at once by `torch.func.vmap`."""
    torch.set_num_threads(1)
    start = tuple(torch.tensor(np.stack(a)) for a in zip(*map(parameters, nets), strict=True))
    x_train, y_train, x_test, y_test = map(torch.tensor, stacked(sets, minibatch_size))

    def loss(net: Any, x: Any, y: Any) -> Any:
        W1, b1, W2, b2 = net
        p = torch.sigmoid(torch.relu(x @ W1 + b1) @ W2 + b2)
        value = torch.nn.functional.binary_cross_entropy(p, y, reduction="sum")
        return value, torch.stack([value.detach(), ((p > 0.5) == (y > 0.5)).double().sum()]) / len(y)

    gradient = torch.func.vmap(torch.func.grad(loss, has_aux=True))
    metrics = torch.func.vmap(lambda *given: loss(*given)[1])

    def work() -> object:
        net, history = start, []
        for _ in range(epochs):
            total = torch.zeros(len(nets), 2, dtype=torch.float64)
            for step in range(x_train.shape[1]):
                dnet, of_minibatch = gradient(net, x_train[:, step], y_train[:, step])
                net = tuple(a - learning_rate * da for a, da in zip(net, dnet, strict=True))
                total += of_minibatch
            with torch.no_grad():
                history.append((total / x_train.shape[1], metrics(net, x_test, y_test)))
        return history

    return work


def jax_work(
    jax: Any,
    nets: Sequence[Net],
    sets: Sequence[tuple[Samples, Samples]],
    *,
    epochs: int,
    learning_rate: float,
    minibatch_size: int,
) -> Work:
    """Everything compiled: a scan over epochs of a scan over minibatches, mapped over the networks."""
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def loss(net: Any, x: Any, y: Any) -> Any:
        W1, b1, W2, b2 = net
        p = jax.nn.sigmoid(jax.nn.relu(x @ W1 + b1) @ W2 + b2)
        value = -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))
        return value.sum(), jnp.array([value.mean(), ((p > 0.5) == (y > 0.5)).mean()])

    def train(net: Any, x_train: Any, y_train: Any, x_test: Any, y_test: Any) -> Any:
        def step(net: Any, minibatch: Any) -> Any:
            dnet, metrics = jax.grad(loss, has_aux=True)(net, *minibatch)
            return [a - learning_rate * da for a, da in zip(net, dnet, strict=True)], metrics

        def epoch(net: Any, _: Any) -> Any:
            net, metrics = jax.lax.scan(step, net, (x_train, y_train))
            return net, (metrics.mean(axis=0), loss(net, x_test, y_test)[1])

        return jax.lax.scan(epoch, net, length=epochs)

    start = [jnp.array(np.stack(a)) for a in zip(*map(parameters, nets), strict=True)]
    arrays = [jnp.array(a) for a in stacked(sets, minibatch_size)]
    if len(nets) == 1:
        start, arrays = [a[0] for a in start], [a[0] for a in arrays]
    compiled = jax.jit(train if len(nets) == 1 else jax.vmap(train))
    return lambda: jax.block_until_ready(compiled(start, *arrays))
