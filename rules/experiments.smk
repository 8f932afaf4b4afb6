"""Experiments: from the configuration to artifacts."""

from scripts.chunks import chunks, spans
from scripts.settings import scanned_settings, sweep_settings, tuned_settings

NETWORKS = list(settings["networks"])

# The networks that others are compared with, and those whose numbers the hand-in printed.
COMPARED = sorted({pair[side] for pair in settings["comparisons"].values() for side in ("first", "second")})
PUBLISHED = [run["id"] for run in data["published"]["1.6.runs"] if run["id"] in NETWORKS]

# What is trained in chunks, in jobs of their own: their names, which do not change with the number of repeats, and the
# settings of each sweep without that number, so that a chunk does not depend on it.
SWEEPS = {"sweep": sweep_settings, "tuned": tuned_settings, "rate_scan": scanned_settings}
SPECS = {kind: {key: value for key, value in settings[kind].items() if key != "seeds"} for kind in SWEEPS}
CHUNKS = {
    kind: chunks(settings[kind]["seeds"], len(listed(settings[kind])), settings["chunks"][kind])
    for kind, listed in SWEEPS.items()
}
SEED_CHUNKS = spans(settings["seeds"], settings["chunks"]["seeds"]["repeats"])


wildcard_constraints:
    settings=r"\d+-\d+",
    repeats=r"\d+-\d+",


# These take seconds, less than a job takes to begin on a cluster.
localrules:
    comparisons,
    components,
    descents,
    digits,
    gradient_flow,
    landscape,
    layers,
    one_layer_model,
    overview,
    rate_scan,
    reproduction,
    seeds,
    sweep,
    tuned,


# Priorities let the longest jobs start first, and what they wait for.
rule digits:
    output:
        samples="results/digits.npz",
        facts="results/digits.json",
    priority: 3
    params:
        train_fraction=settings["digits"]["train_fraction"],
        seed=settings["seed"],
    script:
        "../scripts/experiments/digits.py"


rule landscape:
    output:
        facts="results/landscape.json",
    script:
        "../scripts/experiments/landscape.py"


rule descents:
    input:
        landscape="results/landscape.json",
    output:
        descent="results/descents/{name}.json",
    params:
        name="{name}",
        spec=lambda wildcards: settings["descents"][wildcards.name],
    script:
        "../scripts/experiments/descents.py"


rule step_size_scan:
    input:
        landscape="results/landscape.json",
    output:
        scan="results/step_size_scan.json",
    params:
        spec=settings["step_size_scan"],
    script:
        "../scripts/experiments/step_size_scan.py"


rule basins:
    input:
        landscape="results/landscape.json",
    output:
        basins="results/basins.json",
    params:
        spec=settings["basins"],
    script:
        "../scripts/experiments/basins.py"


rule decay_map:
    input:
        landscape="results/landscape.json",
    output:
        decay_map="results/decay_map.json",
    params:
        spec=settings["decay_map"],
    script:
        "../scripts/experiments/decay_map.py"


rule components:
    output:
        components="results/components.json",
    params:
        spec=settings["finite_differences"],
        seed=settings["seed"],
    script:
        "../scripts/experiments/components.py"


rule gradient_flow:
    output:
        gradient_flow="results/gradient_flow.json",
    params:
        spec=settings["gradient_flow"],
        seed=settings["seed"],
    script:
        "../scripts/experiments/gradient_flow.py"


rule one_layer_model:
    output:
        model="results/one_layer_model.json",
    params:
        seed=settings["seed"],
    script:
        "../scripts/experiments/one_layer_model.py"


rule layers:
    output:
        layers="results/layers.json",
    params:
        seed=settings["seed"],
    script:
        "../scripts/experiments/layers.py"


rule networks:
    input:
        digits="results/digits.npz",
    output:
        network="results/networks/{name}.json",
    params:
        name="{name}",
        spec=lambda wildcards: settings["networks"][wildcards.name],
        seed=settings["seed"],
    script:
        "../scripts/experiments/networks.py"


rule seed_chunks:
    input:
        digits="results/digits.npz",
    output:
        chunk="results/seed_chunks/{name}/{repeats}.npz",
    priority: 2
    params:
        spec=lambda wildcards: settings["networks"][wildcards.name],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        repeats="{repeats}",
    script:
        "../scripts/experiments/seed_chunks.py"


rule seeds:
    input:
        chunks=expand("results/seed_chunks/{{name}}/{repeats}.npz", repeats=SEED_CHUNKS),
    output:
        seeds="results/seeds/{name}.json",
    params:
        name="{name}",
        spec=lambda wildcards: settings["networks"][wildcards.name],
        repeats=settings["seeds"],
    script:
        "../scripts/experiments/seeds.py"


rule comparisons:
    input:
        seeds=expand("results/seeds/{name}.json", name=COMPARED),
    output:
        comparisons="results/comparisons.json",
    params:
        pairs=settings["comparisons"],
    script:
        "../scripts/experiments/comparisons.py"


rule sweep_chunks:
    input:
        digits="results/digits.npz",
    output:
        chunk="results/sweep_chunks/{settings}/{repeats}.npz",
    priority: 3
    params:
        sweep=SPECS["sweep"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        settings="{settings}",
        repeats="{repeats}",
    script:
        "../scripts/experiments/sweep_chunks.py"


rule sweep:
    input:
        digits="results/digits.npz",
        chunks=expand("results/sweep_chunks/{chunk}.npz", chunk=CHUNKS["sweep"]),
    output:
        sweep="results/sweep.json",
    params:
        spec=settings["sweep"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/sweep.py"


rule tuned_chunks:
    input:
        digits="results/digits.npz",
    output:
        chunk="results/tuned_chunks/{settings}/{repeats}.npz",
    priority: 3
    params:
        tuned=SPECS["tuned"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        settings="{settings}",
        repeats="{repeats}",
    script:
        "../scripts/experiments/tuned_chunks.py"


rule tuned:
    input:
        digits="results/digits.npz",
        chunks=expand("results/tuned_chunks/{chunk}.npz", chunk=CHUNKS["tuned"]),
    output:
        tuned="results/tuned.json",
    params:
        spec=settings["tuned"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/tuned.py"


rule rate_scan_chunks:
    input:
        digits="results/digits.npz",
    output:
        chunk="results/rate_scan_chunks/{settings}/{repeats}.npz",
    priority: 3
    params:
        rate_scan=SPECS["rate_scan"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        settings="{settings}",
        repeats="{repeats}",
    script:
        "../scripts/experiments/rate_scan_chunks.py"


rule rate_scan:
    input:
        chunks=expand("results/rate_scan_chunks/{chunk}.npz", chunk=CHUNKS["rate_scan"]),
    output:
        rate_scan="results/rate_scan.json",
    params:
        spec=settings["rate_scan"],
    script:
        "../scripts/experiments/rate_scan.py"


rule equal_weights:
    input:
        digits="results/digits.npz",
    output:
        equal_weights="results/equal_weights.json",
    priority: 3
    params:
        spec=settings["equal_weights"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/equal_weights.py"


rule first_signals:
    input:
        digits="results/digits.npz",
    output:
        first_signals="results/first_signals.json",
    params:
        spec=settings["first_signals"],
        seed=settings["seed"],
        repeats=settings["seeds"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/first_signals.py"


rule gradient_noise:
    input:
        digits="results/digits.npz",
    output:
        gradient_noise="results/gradient_noise.json",
    params:
        spec=settings["gradient_noise"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/gradient_noise.py"


rule separability:
    input:
        digits="results/digits.npz",
    output:
        separability="results/separability.json",
    params:
        seed=settings["seed"],
        repeats=settings["seeds"],
        train_fraction=settings["digits"]["train_fraction"],
    script:
        "../scripts/experiments/separability.py"


rule overview:
    input:
        networks=expand("results/networks/{name}.json", name=NETWORKS),
        seeds=expand("results/seeds/{name}.json", name=NETWORKS),
    output:
        overview="results/overview.json",
    script:
        "../scripts/experiments/overview.py"


rule reproduction:
    input:
        published="config/published.json",
        digits="results/digits.json",
        components="results/components.json",
        one_layer_model="results/one_layer_model.json",
        layers="results/layers.json",
        networks=expand("results/networks/{name}.json", name=PUBLISHED),
    output:
        reproduction="results/reproduction.json",
    script:
        "../scripts/experiments/reproduction.py"
