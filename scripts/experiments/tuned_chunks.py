"""Train some repeats of some settings of the two networks that are tuned alike; keep how good each network is."""

from functools import partial
from typing import TYPE_CHECKING

from reporting.pipeline.job import run
from scripts.chunks import make_chunk
from scripts.experiments.sweep_chunks import judged
from scripts.repeats import samples
from scripts.settings import tuned_settings

if TYPE_CHECKING:
    from scripts.experiments.tuned import Settings


def main(
    digits: str, chunk: str, tuned: "Settings", seed: int, train_fraction: float, settings: str, repeats: str
) -> None:
    train = partial(judged, samples(digits), seed, train_fraction, tuned["validation_fraction"])
    make_chunk(chunk, tuned_settings(tuned), settings, repeats, train)


if __name__ == "__main__":
    run(main, snakemake)
