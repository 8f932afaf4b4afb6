"""Experiments: from the configuration to artifacts."""

# The networks that others are compared with, and those whose numbers the assignment prints.
COMPARED = sorted({pair[side] for pair in settings["comparisons"].values() for side in ("first", "second")})
PUBLISHED = [run["id"] for run in published["1.6.runs"] if run["id"] in NETWORKS]


rule digits:
    output:
        samples="results/digits.npz",
        facts="results/digits.json",
    log:
        "results/logs/digits.log",
    params:
        train_fraction=settings["digits"]["train_fraction"],
        seed=settings["seed"],
        code=code("scripts/digits.py"),
    script:
        "../scripts/digits.py"


rule landscape:
    output:
        facts="results/landscape.json",
    log:
        "results/logs/landscape.log",
    params:
        code=code("scripts/landscape.py"),
    script:
        "../scripts/landscape.py"


rule descents:
    input:
        landscape="results/landscape.json",
    output:
        descent="results/descents/{name}.json",
    log:
        "results/logs/descents/{name}.log",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="descents/{name}"),
        code=code("scripts/descents.py"),
    script:
        "../scripts/descents.py"


rule step_size_scan:
    input:
        landscape="results/landscape.json",
    output:
        scan="results/step_size_scan.json",
    log:
        "results/logs/step_size_scan.log",
    params:
        spec=settings["step_size_scan"],
        code=code("scripts/step_size_scan.py"),
    script:
        "../scripts/step_size_scan.py"


rule basins:
    input:
        landscape="results/landscape.json",
    output:
        basins="results/basins.json",
    log:
        "results/logs/basins.log",
    params:
        spec=settings["basins"],
        code=code("scripts/basins.py"),
    script:
        "../scripts/basins.py"


rule decay_map:
    input:
        landscape="results/landscape.json",
    output:
        decay_map="results/decay_map.json",
    log:
        "results/logs/decay_map.log",
    params:
        spec=settings["decay_map"],
        code=code("scripts/decay_map.py"),
    script:
        "../scripts/decay_map.py"


rule components:
    output:
        components="results/components.json",
    log:
        "results/logs/components.log",
    params:
        spec=settings["finite_differences"],
        seed=settings["seed"],
        code=code("scripts/components.py"),
    script:
        "../scripts/components.py"


rule gradient_flow:
    output:
        gradient_flow="results/gradient_flow.json",
    log:
        "results/logs/gradient_flow.log",
    params:
        spec=settings["gradient_flow"],
        seed=settings["seed"],
        code=code("scripts/gradient_flow.py"),
    script:
        "../scripts/gradient_flow.py"


rule one_layer_model:
    output:
        model="results/one_layer_model.json",
    log:
        "results/logs/one_layer_model.log",
    params:
        seed=settings["seed"],
        code=code("scripts/one_layer_model.py"),
    script:
        "../scripts/one_layer_model.py"


rule layers:
    output:
        layers="results/layers.json",
    log:
        "results/logs/layers.log",
    params:
        seed=settings["seed"],
        code=code("scripts/layers.py"),
    script:
        "../scripts/layers.py"


rule networks:
    input:
        digits="results/digits.npz",
    output:
        network="results/networks/{name}.json",
    log:
        "results/logs/networks/{name}.log",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="networks/{name}"),
        seed=settings["seed"],
        code=code("scripts/networks.py"),
    script:
        "../scripts/networks.py"


rule seeds:
    input:
        digits="results/digits.npz",
    output:
        seeds="results/seeds/{name}.json",
    log:
        "results/logs/seeds/{name}.log",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="networks/{name}"),
        seed=settings["seed"],
        repeats=settings["seeds"],
        train_fraction=settings["digits"]["train_fraction"],
        code=code("scripts/seeds.py"),
    script:
        "../scripts/seeds.py"


rule comparisons:
    input:
        seeds=expand("results/seeds/{name}.json", name=COMPARED),
    output:
        comparisons="results/comparisons.json",
    log:
        "results/logs/comparisons.log",
    params:
        pairs=settings["comparisons"],
        code=code("scripts/comparisons.py"),
    script:
        "../scripts/comparisons.py"


rule sweep:
    input:
        digits="results/digits.npz",
    output:
        sweep="results/sweep.json",
    log:
        "results/logs/sweep.log",
    params:
        spec=settings["sweep"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        code=code("scripts/sweep.py"),
    script:
        "../scripts/sweep.py"


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
    log:
        "results/logs/reproduction.log",
    params:
        code=code("scripts/reproduction.py"),
    script:
        "../scripts/reproduction.py"
