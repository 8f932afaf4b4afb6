"""The one-layer model for one input: its loss, its gradient by the input, and the gradient checked."""

import numpy as np

from nnlib.functions import Array, bce_loss, bce_loss_grad, sigmoid, sigmoid_grad
from nnlib.gradcheck import numerical_gradient
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run

EPS = 1e-5


def one_layer(x: Array, y: Array, w: Array, b: float) -> tuple[Array, Array]:
    """The loss of a label y, and its gradient with respect to x; x (N,), w (N,)."""
    h = x @ w + b
    y_hat = sigmoid(h)
    dh = bce_loss_grad(y, y_hat) * sigmoid_grad(h)
    return bce_loss(y, y_hat), dh * w


def main(model: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, b, y = rng.normal(size=5), rng.normal(), np.array(1.0)
    x = rng.uniform(size=5)
    loss, gradient = one_layer(x, y, w, b)
    z = np.random.default_rng(seed).uniform(size=5)
    symbolic = one_layer(z, y, w, b)[1]
    numerical = numerical_gradient(lambda x: float(one_layer(x, y, w, b)[0]), z, EPS)
    write_json(
        model,
        {
            "w": w,
            "b": b,
            "x": x,
            "y": y,
            "loss": loss,
            "y_hat": sigmoid(x @ w + b),
            "gradient": gradient,
            "simplified": (sigmoid(x @ w + b) - y) * w,
            "simplified_error": np.abs(gradient - (sigmoid(x @ w + b) - y) * w).max(),
            "check": {
                "x": z,
                "eps": EPS,
                "symbolic": symbolic,
                "numerical": numerical,
                "largest_absolute_error": np.abs(symbolic - numerical).max(),
            },
        },
    )


if __name__ == "__main__":
    run(main, snakemake)
