"""The settings of networks, as the configuration has them, those of each sweep, and in which of them two differ."""

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from scripts.experiments import rate_scan, sweep, tuned

SETTINGS = ("layers", "scheme", "loss", "epochs", "learning_rate", "minibatch_size")


class Architecture(TypedDict):
    """Layers, and how their weights are drawn."""

    layers: list[str]
    scheme: str


class Setting(Architecture):
    """An architecture and how it is trained."""

    loss: str
    epochs: int
    learning_rate: float
    minibatch_size: int


class Network(Setting):
    """A network of the configuration."""

    title: str


def sweep_settings(spec: "sweep.Settings") -> list[Setting]:
    """Every minibatch size with every learning rate; then every learning rate of the reference with every size, less as
    a minibatch has more samples."""
    sizes, reference = spec["minibatch_sizes"], spec["reference"]
    grid = [(size, rate) for size in sizes for rate in spec["learning_rates"]]
    grid += [
        (size, rate * reference["minibatch_size"] / size) for rate in reference["learning_rates"] for size in sizes
    ]
    return [
        {
            "layers": spec["layers"],
            "scheme": spec["scheme"],
            "loss": spec["loss"],
            "epochs": spec["epochs"],
            "learning_rate": rate,
            "minibatch_size": size,
        }
        for size, rate in grid
    ]


def tuned_settings(spec: "tuned.Settings") -> list[Setting]:
    """The shallow network and the deep one, with all initial weights and learning rates."""
    return [
        {
            "layers": layers,
            "scheme": scheme,
            "loss": spec["loss"],
            "epochs": spec["epochs"],
            "learning_rate": rate,
            "minibatch_size": spec["minibatch_size"],
        }
        for layers in (spec["shallow"], spec["deep"])
        for scheme in spec["schemes"]
        for rate in spec["learning_rates"]
    ]


def scanned_settings(spec: "rate_scan.Settings") -> list[Setting]:
    """Every network with every learning rate."""
    return [
        {
            **network,
            "scheme": spec["scheme"],
            "epochs": spec["epochs"],
            "learning_rate": rate,
            "minibatch_size": spec["minibatch_size"],
        }
        for network in spec["networks"].values()
        for rate in spec["learning_rates"]
    ]


def differences(first: Network, second: Network) -> list[str]:
    """The settings in which two networks differ; that the loss on logits does without the last sigmoid is no second."""
    bare: list[dict[str, Any]] = [
        {**spec, "layers": spec["layers"][: -1 if spec["loss"] == "bce" else None]} for spec in (first, second)
    ]
    return [key for key in SETTINGS if bare[0][key] != bare[1][key]]
