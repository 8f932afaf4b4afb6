"""How this report prints its values, and what they may be, beside the formats and domains that every report has."""

import re
from collections.abc import Callable
from typing import Any

from reporting.cite.domains import COUNT, SHARE, SIZE, Domain, out_of
from reporting.cite.values import number


def architecture(layers: list[str]) -> str:
    """64–32R–1S: the features from layer to layer, R for ReLU, S for Sigmoid."""
    features = [re.findall(r"\d+", layer) for layer in layers]
    return str(features[0][0]) + "".join(
        f"–{pair[1]}" if pair else layer[0] for layer, pair in zip(layers, features, strict=True)
    )


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")  # of W₁, a layer's weights
FORMATS: dict[str, Callable[[Any], str]] = {
    "epoch": lambda value: f"{value:3d}",
    "loss": number(4),
    "accuracy": number(4),
    "coordinate": number(4),
    "function value": number(6),
    "step size": number(3),
    "loss name": lambda value: {"bce": "ŷ", "bce_with_logits": "z"}[value],
    "scheme name": lambda value: {"assignment": "assignment’s", "glorot": "Glorot’s", "zeros": "zero"}[value],
    "architecture": architecture,
    "parameter": lambda value: value.translate(SUBSCRIPTS),
}
DOMAINS: dict[str, Domain] = {
    "y_hat": SHARE,
    "sigmoid": SHARE,
    "above_global": SIZE,
    "bce": SIZE,
    "loss": SIZE,
    "relu": SIZE,
    "accuracy": SHARE,
    "epoch": COUNT,
    "epochs": COUNT,
    "dead_units": out_of("hidden_units"),
    "died": out_of("hidden_units"),
    "perfect_on_test": out_of("count"),
    "reached": out_of("starts"),
    "starts": COUNT,
    "seeds": COUNT,
    "share_lost": SHARE,
    "lost": out_of("count"),
    "diverged": out_of("count"),
    "matched": out_of("total"),
    "share_of_ones": SHARE,
}
