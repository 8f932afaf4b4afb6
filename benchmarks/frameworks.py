"""The same work in scikit-learn, PyTorch and JAX, of which the last two are no dependencies.

Double precision, one thread, and the evaluation of the test set after each epoch, as in nnlib. The first call of a work
compiles.
"""

import warnings
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.tasks import Task, Work, parameters
from nnlib.functions import Array, bce_loss


def arrays(task: Task) -> list[Any]:
    """x and y of the training minibatches (R, steps, B, ...), then of the test samples (R, N, ...)."""
    found = []
    for part, minibatches in ((task.train, True), (task.test, False)):
        for k in (0, 1):
            a = np.stack([samples[k] for samples in part])
            a = a[:, : a.shape[1] // task.minibatch_size * task.minibatch_size]
            found.append(a.reshape(len(a), -1, task.minibatch_size, a.shape[-1]) if minibatches else a)
    return found


def scikit_learn(task: Task) -> Work:
    """One after the other; the weights are its own, and no training accuracy is taken. Its gradient is a mean over the
    minibatch, not a sum, which the step makes up for."""
    MLPClassifier = import_module("sklearn.neural_network").MLPClassifier

    B, epochs = task.minibatch_size, task.epochs

    def one(r: int) -> tuple[float, float]:
        train, test = task.train[r], task.test[r]
        n = len(train.x) // B * B
        model = MLPClassifier((32,), solver="sgd", momentum=0, alpha=0, shuffle=False, batch_size=B, random_state=0)
        model.set_params(learning_rate_init=task.rates[r] * B, max_iter=epochs, n_iter_no_change=epochs)
        try:
            model.fit(train.x[:n], train.y[:n, 0])
        except ValueError:  # it diverged, and trains no further
            return np.nan, np.nan
        for _ in range(epochs):  # at the end, which takes as long as after each epoch
            p = model.predict_proba(test.x)[:, 1:]
            metrics = float(bce_loss(test.y, p).mean()), float(((test.y > 0.5) == (p > 0.5)).mean())
        return metrics

    def work() -> Array:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):  # it would train on
            return np.array([one(r) for r in range(len(task.nets))])

    return work


def pytorch(task: Task) -> Work:
    """One network by the loop of PyTorch's tutorials: a module, a loss, an optimizer."""
    torch: Any = import_module("torch")

    torch.set_num_threads(1)
    W1, b1, W2, b2 = map(torch.tensor, parameters(task.nets[0]))
    x_train, y_train, x_test, y_test = (torch.tensor(a[0]) for a in arrays(task))
    bare, threshold = task.loss == "bce_with_logits", 0.0 if task.loss == "bce_with_logits" else 0.5

    def work() -> Array:
        first, last = (torch.nn.Linear(*W.shape, dtype=torch.float64) for W in (W1, W2))
        net = torch.nn.Sequential(first, torch.nn.ReLU(), last, *([] if bare else [torch.nn.Sigmoid()]))
        for layer, W, b in ((first, W1, b1), (last, W2, b2)):
            layer.load_state_dict({"weight": W.T, "bias": b})
        loss_function = (torch.nn.BCEWithLogitsLoss if bare else torch.nn.BCELoss)(reduction="sum")
        optimizer = torch.optim.SGD(net.parameters(), lr=task.rates[0])
        history = []
        for _ in range(task.epochs):
            loss_sum, right = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.int64)
            for x, y in zip(x_train, y_train, strict=True):
                p = net(x)
                loss = loss_function(p, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss_sum += loss.detach()
                right += ((p > threshold) == (y > 0.5)).sum()
            with torch.no_grad():
                p = net(x_test)
                test = loss_function(p, y_test) / len(p), ((p > threshold) == (y_test > 0.5)).double().mean()
            n = y_train.numel()
            history.append([float(a) for a in (loss_sum / n, right / n, *test)])
        return np.array([history[-1][2:]])

    return work


def pytorch_stack(task: Task) -> Work:
    """All networks at once, by batched products: the gradient of the sum of their losses has that of each."""
    torch: Any = import_module("torch")

    torch.set_num_threads(1)
    start = [torch.tensor(np.stack(a)) for a in zip(*map(parameters, task.nets), strict=True)]
    x_train, y_train, x_test, y_test = map(torch.tensor, arrays(task))
    rates = torch.tensor(task.rates, dtype=torch.float64)[:, None, None]
    bare, threshold = task.loss == "bce_with_logits", 0.0 if task.loss == "bce_with_logits" else 0.5
    functional = torch.nn.functional
    loss = functional.binary_cross_entropy_with_logits if bare else functional.binary_cross_entropy

    def forward(net: Any, x: Any) -> Any:
        W1, b1, W2, b2 = net
        z = torch.baddbmm(b2, torch.baddbmm(b1, x, W1).relu(), W2)
        return z if bare else z.sigmoid()

    def metrics(p: Any, y: Any) -> Any:
        return torch.stack(
            [loss(p, y, reduction="none").mean((1, 2)), ((p > threshold) == (y > 0.5)).double().mean((1, 2))], dim=1
        )

    def work() -> Array:
        net = [a.clone() if a.dim() == 3 else a[:, None].clone() for a in start]
        for a in net:
            a.requires_grad_()
        history = []
        for _ in range(task.epochs):
            outputs = []
            for step in range(x_train.shape[1]):
                p = forward(net, x_train[:, step])
                gradients = torch.autograd.grad(loss(p, y_train[:, step], reduction="sum"), net)
                outputs.append(p.detach())
                with torch.no_grad():
                    for a, da in zip(net, gradients, strict=True):
                        a -= rates * da
            with torch.no_grad():
                train = metrics(torch.cat(outputs, dim=1), y_train.flatten(1, 2))
                history.append((train, metrics(forward(net, x_test), y_test)))
        return np.asarray(history[-1][1])

    return work


def xla(task: Task) -> Work:
    """Everything compiled: a scan over epochs of a scan over minibatches, mapped over the networks."""
    jax: Any = import_module("jax")

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    bare, threshold = task.loss == "bce_with_logits", 0.0 if task.loss == "bce_with_logits" else 0.5

    def loss(net: Any, x: Any, y: Any) -> Any:
        W1, b1, W2, b2 = net
        z = jax.nn.relu(x @ W1 + b1) @ W2 + b2
        if bare:
            p, value = z, jnp.maximum(z, 0) - y * z + jnp.log1p(jnp.exp(-jnp.abs(z)))
        else:
            p = jax.nn.sigmoid(z)
            value = -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))
        return value.sum(), jnp.array([value.mean(), ((p > threshold) == (y > 0.5)).mean()])

    def train(net: Any, rate: Any, x_train: Any, y_train: Any, x_test: Any, y_test: Any) -> Any:
        def step(net: Any, minibatch: Any) -> Any:
            dnet, metrics = jax.grad(loss, has_aux=True)(net, *minibatch)
            return [a - rate * da for a, da in zip(net, dnet, strict=True)], metrics

        def epoch(net: Any, _: Any) -> Any:
            net, metrics = jax.lax.scan(step, net, (x_train, y_train))
            return net, (metrics.mean(axis=0), loss(net, x_test, y_test)[1])

        return jax.lax.scan(epoch, net, length=task.epochs)

    start = [jnp.array(np.stack(a)) for a in zip(*map(parameters, task.nets), strict=True)]
    given = [jnp.array(task.rates), *map(jnp.array, arrays(task))]
    if len(task.nets) == 1:
        compiled = jax.jit(train)
        start, given = [a[0] for a in start], [a[0] for a in given]
    else:
        compiled = jax.jit(jax.vmap(train))
    return lambda: np.asarray(compiled(start, *given)[1][1]).reshape(len(task.nets), task.epochs, 2)[:, -1]
