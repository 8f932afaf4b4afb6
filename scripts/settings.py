"""The settings of networks, as the configuration has them, and in which of them two networks differ."""

from typing import Any, TypedDict

SETTINGS = ("layers", "scheme", "loss", "epochs", "learning_rate", "minibatch_size")


class Architecture(TypedDict):
    """Layers, and how their weights are drawn."""

    layers: list[str]
    scheme: str


class Network(Architecture):
    """A network and how it is trained."""

    title: str
    loss: str
    epochs: int
    learning_rate: float
    minibatch_size: int


def differences(first: Network, second: Network) -> list[str]:
    """The settings in which two networks differ; that the loss on logits does without the last sigmoid is no second."""
    bare: list[dict[str, Any]] = [
        {**spec, "layers": spec["layers"][: -1 if spec["loss"] == "bce" else None]} for spec in (first, second)
    ]
    return [key for key in SETTINGS if bare[0][key] != bare[1][key]]
