"""What only this report can tell of its experiments: the engine asks for it here.

faults              what is wrong with a configuration that the schema allows
concerns            whether a setting takes part in an artifact
deviation           where the artifacts have the standard deviation of a value over seeds
TOLERANCES, ...     how far numbers that are computed anew may be off
"""

import difflib
import itertools
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.digits import FEATURES, SAMPLES, train_size
from nnlib.net import build
from reporting.cite.paths import parse, path_text
from scripts.settings import differences

if TYPE_CHECKING:
    from scripts.experiments import equal_weights, gradient_noise, rate_scan, sweep, tuned

# How far a number that is computed anew may be from the attached one on another machine, relative and absolute, by the
# rule that makes it. Measured between processors with and without vector instructions: rounding grows to any size in
# runs on the edge of divergence, which are among the many seeds, and is all there is in errors of finite differences.
TOLERANCES: dict[str, tuple[float, float]] = {
    "networks": (1e-6, 1e-9),
    **dict.fromkeys(("seeds", "sweep", "tuned", "rate_scan", "equal_weights"), (0.25, 0.15)),
    "comparisons": (1e-6, 0.02),
    "overview": (1e-6, 0.02),
    "separability": (1e-6, 1e-9),
    "first_signals": (1e-6, 1e-9),
    "gradient_noise": (1e-6, 1e-6),
    "components": (0.1, 0.01),
    "layers": (1e-9, 1e-6),
    "one_layer_model": (1e-9, 1e-9),
}
SAME_MACHINE_ONLY = {"reproduction"}  # it counts digits of rounding errors
SHARED = ("seed", "seeds", "digits")  # settings on which all experiments depend
DERIVED = ("comparisons", "reproduction")  # artifacts that are made of those of networks


def faults(settings: dict[str, Any]) -> Iterator[str]:
    """What a schema cannot tell: layers that do not chain, a minibatch too large, a run twice."""
    train = train_size(settings["digits"]["train_fraction"])
    smaller = min(train, SAMPLES - train)
    for name, spec in settings["networks"].items():
        yield from network_faults(f"networks.{name}", spec)
        yield from minibatch_faults(f"networks.{name}.minibatch_size", spec["minibatch_size"], smaller)
    yield from sweep_faults(settings["sweep"], train)
    yield from tuned_faults(settings["tuned"], train)
    yield from rate_scan_faults(settings["rate_scan"], smaller)
    yield from equal_weights_faults(settings["equal_weights"], smaller)
    yield from network_faults("first_signals", settings["first_signals"])
    yield from gradient_noise_faults(settings["gradient_noise"], smaller)
    for name, pair in settings["comparisons"].items():
        for side in ("first", "second"):
            if pair[side] not in settings["networks"]:
                close = difflib.get_close_matches(pair[side], settings["networks"], 1)
                guess = f"; did you mean {close[0]}?" if close else ""
                yield f"comparisons.{name}.{side}: there is no network {pair[side]}{guess}"
        first, second = (settings["networks"].get(pair[side]) for side in ("first", "second"))
        if first and second and len(keys := differences(first, second)) != 1:
            yield f"comparisons.{name}: the two differ in {', '.join(keys) or 'nothing'}, must differ in one setting"
    for kind in ("descents", "networks"):
        for (name, spec), (other, before) in pairs(settings[kind]):
            if {**before, "title": ""} == {**spec, "title": ""}:
                yield f"{kind}.{name}: has the settings of {kind}.{other}; a run is given once"
            elif spec["title"] == before["title"]:
                yield f"{kind}.{name}.title: is that of {kind}.{other} too; a reader cannot tell them apart"
    for key in ("step_size_scan", "finite_differences"):
        if (low := settings[key]["smallest"]) >= (high := settings[key]["largest"]):
            yield f"{key}.smallest: is {low}, must be less than largest, which is {high}"


def pairs(runs: dict[str, Any]) -> Iterator[tuple[tuple[str, Any], tuple[str, Any]]]:
    """Each run with each that stands before it."""
    return ((later, before) for before, later in itertools.combinations(runs.items(), 2))


def sweep_faults(spec: "sweep.Settings", train: int) -> Iterator[str]:
    yield from network_faults("sweep", spec)
    yield from rising_faults("sweep", spec["learning_rates"])
    smaller = smaller_part(spec["validation_fraction"], train)
    for number, size in enumerate(spec["minibatch_sizes"]):
        yield from minibatch_faults(f"sweep.minibatch_sizes.{number}", size, smaller)
    for number, rate in enumerate(spec["reference"]["learning_rates"]):
        if rate not in spec["learning_rates"]:
            yield f"sweep.reference.learning_rates.{number}: is {rate}, must be one of sweep.learning_rates"
    if (size := spec["reference"]["minibatch_size"]) not in spec["minibatch_sizes"]:
        yield f"sweep.reference.minibatch_size: is {size}, must be one of sweep.minibatch_sizes"


def tuned_faults(spec: "tuned.Settings", train: int) -> Iterator[str]:
    for name, layers in (("shallow", spec["shallow"]), ("deep", spec["deep"])):
        yield from network_faults("tuned", {"layers": layers, "loss": spec["loss"]}, name)
    yield from rising_faults("tuned", spec["learning_rates"])
    smaller = smaller_part(spec["validation_fraction"], train)
    yield from minibatch_faults("tuned.minibatch_size", spec["minibatch_size"], smaller)


def rate_scan_faults(spec: "rate_scan.Settings", smaller: int) -> Iterator[str]:
    for name, network in spec["networks"].items():
        yield from network_faults(f"rate_scan.networks.{name}", network)
    yield from rising_faults("rate_scan", spec["learning_rates"])
    yield from minibatch_faults("rate_scan.minibatch_size", spec["minibatch_size"], smaller)


def equal_weights_faults(spec: "equal_weights.Settings", smaller: int) -> Iterator[str]:
    for name, layers in (("layers", spec["layers"]), ("linear_layers", spec["linear_layers"])):
        yield from network_faults("equal_weights", {"layers": layers, "loss": spec["loss"]}, name)
    yield from minibatch_faults("equal_weights.minibatch_size", spec["minibatch_size"], smaller)
    for key, most in (("window", spec["window"]), ("after", max(spec["after"]))):
        if most >= spec["epochs"]:
            yield f"equal_weights.{key}: is {most}, must be less than epochs, which is {spec['epochs']}"


def gradient_noise_faults(spec: "gradient_noise.Settings", smaller: int) -> Iterator[str]:
    yield from network_faults("gradient_noise", spec)
    for number, size in enumerate(spec["minibatch_sizes"]):
        yield from minibatch_faults(f"gradient_noise.minibatch_sizes.{number}", size, smaller)
    yield from minibatch_faults("gradient_noise.minibatch_size", spec["minibatch_size"], smaller)
    if spec["after"] != sorted(spec["after"]):
        yield "gradient_noise.after: must rise"


def smaller_part(validation_fraction: float, train: int) -> int:
    """How many samples are in the smaller of the sets to train on and to choose settings by."""
    held_out = int(validation_fraction * train)
    return min(held_out, train - held_out)


def rising_faults(key: str, rates: list[float]) -> Iterator[str]:
    if any(b <= a for a, b in pairwise(rates)):
        yield f"{key}.learning_rates: must rise, each given once"


def network_faults(key: str, spec: "rate_scan.ScannedNetwork", layers: str = "layers") -> Iterator[str]:
    """Layers, given under that name, that do not chain, or that do not fit the digits or the loss."""
    first, last = spec["layers"][0], spec["layers"][-1]
    try:
        build(spec["layers"], np.random.default_rng(), "zeros")
    except ValueError as error:
        yield f"{key}.{layers}: {error}"
    if not first.startswith(f"Linear {FEATURES}x"):
        yield f"{key}.{layers}: the first is {first}, must be Linear {FEATURES}xO: a digit has {FEATURES} features"
    if spec["loss"] == "bce" and last != "Sigmoid":
        yield f"{key}.loss: bce takes probabilities, but the last layer is {last}; end with Sigmoid"
    if spec["loss"] == "bce_with_logits" and not last.startswith("Linear"):
        yield f"{key}.loss: bce_with_logits takes logits, but the last layer is {last}; end with a Linear"


def minibatch_faults(key: str, size: int, samples: int) -> Iterator[str]:
    if size > samples:
        yield f"{key}: is {size}, must be at most {samples}: the smaller of its two sets of samples has no more"


def concerns(key: str, artifact: str) -> bool:
    """Whether a setting may have changed an artifact."""
    kind, _, name = artifact.partition("/")
    first, run, *_ = (*parse(key), None)
    if first in SHARED or (artifact in DERIVED and first == "networks"):
        return True
    return first in (kind, "networks" if kind == "seeds" else kind) and name in ("", run)


def deviation(path: str) -> str | None:
    """The path of the standard deviation over seeds of what is at a path."""
    match parse(path):
        case ("networks", run, "summary", "final" | "trained" as end, metric):
            return path_text(("seeds", run, end, metric, "deviation"))
        case ("seeds", *inner, "mean"):
            return path_text(("seeds", *inner, "deviation"))
    return None
