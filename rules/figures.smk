"""Figures: from artifacts to pictures."""

# The networks whose dead units are compared, from short steps to long ones.
STEPS = [
    "two_layer_logits",
    "two_layer_fast_logits",
    "two_layer_diverging_logits",
    "two_layer_big_batch_logits",
]


rule figure_digits:
    input:
        digits="results/digits.json",
    output:
        **drawn("digits"),
    script:
        "../scripts/figures/digits.py"


rule figure_landscape:
    input:
        landscape="results/landscape.json",
    output:
        **drawn("landscape"),
    script:
        "../scripts/figures/landscape.py"


rule figure_descents:
    input:
        landscape="results/landscape.json",
        descent="results/descents/{name}.json",
    output:
        **drawn("descents/{name}"),
    script:
        "../scripts/figures/descents.py"


rule figure_step_size_scan:
    input:
        landscape="results/landscape.json",
        scan="results/step_size_scan.json",
    output:
        **drawn("step_size_scan"),
    script:
        "../scripts/figures/step_size_scan.py"


rule figure_basins:
    input:
        landscape="results/landscape.json",
        basins="results/basins.json",
    output:
        **drawn("basins"),
    script:
        "../scripts/figures/basins.py"


rule figure_decay_map:
    input:
        landscape="results/landscape.json",
        decay_map="results/decay_map.json",
        descent="results/descents/decayed.json",
    output:
        **drawn("decay_map"),
    script:
        "../scripts/figures/decay_map.py"


rule figure_components:
    input:
        components="results/components.json",
    output:
        **drawn("functions", "functions_"),
        **drawn("finite_differences", "errors_"),
    script:
        "../scripts/figures/components.py"


rule figure_gradient_flow:
    input:
        gradient_flow="results/gradient_flow.json",
    output:
        **drawn("gradient_flow"),
    script:
        "../scripts/figures/gradient_flow.py"


rule figure_sweep:
    input:
        sweep="results/sweep.json",
    output:
        **drawn("sweep"),
    script:
        "../scripts/figures/sweep.py"


rule figure_rate_scan:
    input:
        rate_scan="results/rate_scan.json",
    output:
        **drawn("rate_scan"),
    script:
        "../scripts/figures/rate_scan.py"


rule figure_equal_weights:
    input:
        equal_weights="results/equal_weights.json",
    output:
        **drawn("equal_weights"),
    script:
        "../scripts/figures/equal_weights.py"


rule figure_dead_units:
    input:
        networks=expand("results/networks/{name}.json", name=STEPS),
        seeds=expand("results/seeds/{name}.json", name=STEPS),
    output:
        **drawn("dead_units"),
    script:
        "../scripts/figures/dead_units.py"


rule figure_networks:
    input:
        network="results/networks/{name}.json",
        seeds="results/seeds/{name}.json",
    output:
        **drawn("networks/{name}"),
    script:
        "../scripts/figures/networks.py"


rule figure_runs:
    input:
        networks=expand("results/networks/{name}.json", name=NETWORKS),
        seeds=expand("results/seeds/{name}.json", name=NETWORKS),
    output:
        **drawn("networks"),
    script:
        "../scripts/figures/runs.py"
