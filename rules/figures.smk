"""Figures: from artifacts to pictures."""


def picture(figure):
    """A PNG with what `snakemake --report` says of it: its section, its questions and its caption."""

    def questions(wildcards):
        return sorted(text.pictures[figure.format(**wildcards)])

    def labels(wildcards):
        name, page = figure.format(**wildcards), Path("report/report.html")
        caption = captions(page.read_text(encoding="utf-8")).get(name, "") if page.exists() else ""
        return {"figure": name, "questions": ", ".join(questions(wildcards)), "caption": caption}

    return report(
        f"results/figures/{figure}.png",
        category=lambda wildcards: (
            f"Section {questions(wildcards)[0][:3]}" if questions(wildcards) else "Without question"
        ),
        labels=labels,
    )


rule figure_digits:
    input:
        digits="results/digits.json",
    output:
        svg="results/figures/digits.svg",
        png=picture("digits"),
    log:
        "results/logs/figure_digits.log",
    params:
        code=code("scripts/figure_digits.py"),
    script:
        "../scripts/figure_digits.py"


rule figure_landscape:
    input:
        landscape="results/landscape.json",
    output:
        svg="results/figures/landscape.svg",
        png=picture("landscape"),
    log:
        "results/logs/figure_landscape.log",
    params:
        code=code("scripts/figure_landscape.py"),
    script:
        "../scripts/figure_landscape.py"


rule figure_descents:
    input:
        landscape="results/landscape.json",
        descent="results/descents/{name}.json",
    output:
        svg="results/figures/descents/{name}.svg",
        png=picture("descents/{name}"),
    log:
        "results/logs/figure_descents/{name}.log",
    params:
        code=code("scripts/figure_descents.py"),
    script:
        "../scripts/figure_descents.py"


rule figure_step_size_scan:
    input:
        landscape="results/landscape.json",
        scan="results/step_size_scan.json",
    output:
        svg="results/figures/step_size_scan.svg",
        png=picture("step_size_scan"),
    log:
        "results/logs/figure_step_size_scan.log",
    params:
        code=code("scripts/figure_step_size_scan.py"),
    script:
        "../scripts/figure_step_size_scan.py"


rule figure_basins:
    input:
        landscape="results/landscape.json",
        basins="results/basins.json",
    output:
        svg="results/figures/basins.svg",
        png=picture("basins"),
    log:
        "results/logs/figure_basins.log",
    params:
        code=code("scripts/figure_basins.py"),
    script:
        "../scripts/figure_basins.py"


rule figure_decay_map:
    input:
        decay_map="results/decay_map.json",
        descent="results/descents/decayed.json",
    output:
        svg="results/figures/decay_map.svg",
        png=picture("decay_map"),
    log:
        "results/logs/figure_decay_map.log",
    params:
        code=code("scripts/figure_decay_map.py"),
    script:
        "../scripts/figure_decay_map.py"


rule figure_components:
    input:
        components="results/components.json",
    output:
        functions_svg="results/figures/functions.svg",
        functions_png=picture("functions"),
        errors_svg="results/figures/finite_differences.svg",
        errors_png=picture("finite_differences"),
    log:
        "results/logs/figure_components.log",
    params:
        code=code("scripts/figure_components.py"),
    script:
        "../scripts/figure_components.py"


rule figure_gradient_flow:
    input:
        gradient_flow="results/gradient_flow.json",
    output:
        svg="results/figures/gradient_flow.svg",
        png=picture("gradient_flow"),
    log:
        "results/logs/figure_gradient_flow.log",
    params:
        code=code("scripts/figure_gradient_flow.py"),
    script:
        "../scripts/figure_gradient_flow.py"


rule figure_sweep:
    input:
        sweep="results/sweep.json",
    output:
        svg="results/figures/sweep.svg",
        png=picture("sweep"),
    log:
        "results/logs/figure_sweep.log",
    params:
        code=code("scripts/figure_sweep.py"),
    script:
        "../scripts/figure_sweep.py"


rule figure_dead_units:
    input:
        seeds=expand(
            "results/seeds/{name}.json",
            name=["two_layer", "two_layer_fast", "two_layer_diverging_logits", "two_layer_big_batch"],
        ),
    output:
        svg="results/figures/dead_units.svg",
        png=picture("dead_units"),
    log:
        "results/logs/figure_dead_units.log",
    params:
        code=code("scripts/figure_dead_units.py"),
    script:
        "../scripts/figure_dead_units.py"


rule figure_networks:
    input:
        network="results/networks/{name}.json",
        seeds="results/seeds/{name}.json",
    output:
        svg="results/figures/networks/{name}.svg",
        png=picture("networks/{name}"),
    log:
        "results/logs/figure_networks/{name}.log",
    params:
        code=code("scripts/figure_networks.py"),
    script:
        "../scripts/figure_networks.py"
