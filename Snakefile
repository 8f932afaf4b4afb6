"""The report, from configuration to PDF: rules in the order in which data flows."""

import os
import shlex
import sys
from pathlib import Path

os.environ["PYTHONPATH"] = workflow.basedir
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # results do not depend on the cores
sys.path.insert(0, workflow.basedir)
sys.executable = shlex.quote(sys.executable)  # Snakemake runs scripts with it unquoted: a folder may have a space

from snakemake.logging import logger

from reporting.document import rehearse
from reporting.sections import ReportError
from reporting.values import Unknown
from scripts import configuration
from scripts.faults import Faults
from scripts.fingerprint import code

logger.addHandler(Faults())

try:
    settings = configuration.read("config/config.yaml")
    rubric = configuration.read_rubric("config/rubric.yaml")
except configuration.ConfigurationError as error:
    sys.exit(str(error))

DESCENTS, NETWORKS = list(settings["descents"]), list(settings["networks"])
FIGURES = [
    "digits",
    "landscape",
    "step_size_scan",
    "basins",
    "decay_map",
    "functions",
    "gradient_flow",
    "sweep",
    "dead_units",
    "finite_differences",
    *(f"descents/{name}" for name in DESCENTS),
    *(f"networks/{name}" for name in NETWORKS),
]
# An artifact is made by the rule that its path names: results/networks/NAME.json by the rule networks.
ARTIFACTS = [
    "digits",
    "landscape",
    *(f"descents/{name}" for name in DESCENTS),
    "step_size_scan",
    "basins",
    "decay_map",
    "components",
    "gradient_flow",
    "one_layer_model",
    "layers",
    *(f"networks/{name}" for name in NETWORKS),
    *(f"seeds/{name}" for name in NETWORKS),
    "comparisons",
    "sweep",
    "reproduction",
]
# What the document says, and the code that it shows.
SOURCES = sorted(
    map(str, [*Path("templates").rglob("*.*"), *Path("nnlib").glob("*.py"), Path("scripts/one_layer_model.py")])
)

try:
    rehearse(Path(), dict.fromkeys([*ARTIFACTS, "made"], Unknown()) | {"config": settings}, rubric, FIGURES)
except ReportError as error:
    sys.exit(str(error))


rule all:
    input:
        expand("results/{artifact}.json", artifact=ARTIFACTS),
        expand("results/figures/{figure}.{kind}", figure=FIGURES, kind=["svg", "png"]),
        "report/report.html",
        "report/report.pdf",


wildcard_constraints:
    name="[a-z][a-z0-9_]*",


rule digits:
    output:
        samples="results/digits.npz",
        facts="results/digits.json",
    params:
        train_fraction=settings["digits"]["train_fraction"],
        seed=settings["seed"],
        code=code("scripts/digits.py"),
    script:
        "scripts/digits.py"


rule landscape:
    output:
        facts="results/landscape.json",
    params:
        code=code("scripts/landscape.py"),
    script:
        "scripts/landscape.py"


rule descents:
    input:
        landscape="results/landscape.json",
    output:
        descent="results/descents/{name}.json",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="descents/{name}"),
        code=code("scripts/descents.py"),
    script:
        "scripts/descents.py"


rule step_size_scan:
    input:
        landscape="results/landscape.json",
    output:
        scan="results/step_size_scan.json",
    params:
        spec=settings["step_size_scan"],
        code=code("scripts/step_size_scan.py"),
    script:
        "scripts/step_size_scan.py"


rule basins:
    input:
        landscape="results/landscape.json",
    output:
        basins="results/basins.json",
    params:
        spec=settings["basins"],
        code=code("scripts/basins.py"),
    script:
        "scripts/basins.py"


rule decay_map:
    input:
        landscape="results/landscape.json",
    output:
        decay_map="results/decay_map.json",
    params:
        spec=settings["decay_map"],
        code=code("scripts/decay_map.py"),
    script:
        "scripts/decay_map.py"


rule components:
    output:
        components="results/components.json",
    params:
        spec=settings["finite_differences"],
        seed=settings["seed"],
        code=code("scripts/components.py"),
    script:
        "scripts/components.py"


rule gradient_flow:
    output:
        gradient_flow="results/gradient_flow.json",
    params:
        spec=settings["gradient_flow"],
        seed=settings["seed"],
        code=code("scripts/gradient_flow.py"),
    script:
        "scripts/gradient_flow.py"


rule one_layer_model:
    output:
        model="results/one_layer_model.json",
    params:
        seed=settings["seed"],
        code=code("scripts/one_layer_model.py"),
    script:
        "scripts/one_layer_model.py"


rule layers:
    output:
        layers="results/layers.json",
    params:
        seed=settings["seed"],
        code=code("scripts/layers.py"),
    script:
        "scripts/layers.py"


rule networks:
    input:
        digits="results/digits.npz",
    output:
        network="results/networks/{name}.json",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="networks/{name}"),
        seed=settings["seed"],
        code=code("scripts/networks.py"),
    script:
        "scripts/networks.py"


rule seeds:
    input:
        digits="results/digits.npz",
    output:
        seeds="results/seeds/{name}.json",
    params:
        name="{name}",
        spec=lookup(within=settings, dpath="networks/{name}"),
        seed=settings["seed"],
        repeats=settings["seeds"],
        train_fraction=settings["digits"]["train_fraction"],
        code=code("scripts/seeds.py"),
    script:
        "scripts/seeds.py"


rule comparisons:
    input:
        seeds=expand("results/seeds/{name}.json", name=NETWORKS),
    output:
        comparisons="results/comparisons.json",
    params:
        pairs=settings["comparisons"],
        code=code("scripts/comparisons.py"),
    script:
        "scripts/comparisons.py"


rule sweep:
    input:
        digits="results/digits.npz",
    output:
        sweep="results/sweep.json",
    params:
        spec=settings["sweep"],
        seed=settings["seed"],
        train_fraction=settings["digits"]["train_fraction"],
        code=code("scripts/sweep.py"),
    script:
        "scripts/sweep.py"


rule reproduction:
    input:
        published="config/published.json",
        digits="results/digits.json",
        components="results/components.json",
        one_layer_model="results/one_layer_model.json",
        layers="results/layers.json",
        networks=expand("results/networks/{name}.json", name=NETWORKS),
    output:
        reproduction="results/reproduction.json",
    params:
        code=code("scripts/reproduction.py"),
    script:
        "scripts/reproduction.py"


rule figure_digits:
    input:
        digits="results/digits.json",
    output:
        svg="results/figures/digits.svg",
        png="results/figures/digits.png",
    params:
        code=code("scripts/figure_digits.py"),
    script:
        "scripts/figure_digits.py"


rule figure_landscape:
    input:
        landscape="results/landscape.json",
    output:
        svg="results/figures/landscape.svg",
        png="results/figures/landscape.png",
    params:
        code=code("scripts/figure_landscape.py"),
    script:
        "scripts/figure_landscape.py"


rule figure_descents:
    input:
        landscape="results/landscape.json",
        descent="results/descents/{name}.json",
    output:
        svg="results/figures/descents/{name}.svg",
        png="results/figures/descents/{name}.png",
    params:
        code=code("scripts/figure_descents.py"),
    script:
        "scripts/figure_descents.py"


rule figure_step_size_scan:
    input:
        landscape="results/landscape.json",
        scan="results/step_size_scan.json",
    output:
        svg="results/figures/step_size_scan.svg",
        png="results/figures/step_size_scan.png",
    params:
        code=code("scripts/figure_step_size_scan.py"),
    script:
        "scripts/figure_step_size_scan.py"


rule figure_basins:
    input:
        landscape="results/landscape.json",
        basins="results/basins.json",
    output:
        svg="results/figures/basins.svg",
        png="results/figures/basins.png",
    params:
        code=code("scripts/figure_basins.py"),
    script:
        "scripts/figure_basins.py"


rule figure_decay_map:
    input:
        decay_map="results/decay_map.json",
        descent="results/descents/decayed.json",
    output:
        svg="results/figures/decay_map.svg",
        png="results/figures/decay_map.png",
    params:
        code=code("scripts/figure_decay_map.py"),
    script:
        "scripts/figure_decay_map.py"


rule figure_components:
    input:
        components="results/components.json",
    output:
        functions_svg="results/figures/functions.svg",
        functions_png="results/figures/functions.png",
        errors_svg="results/figures/finite_differences.svg",
        errors_png="results/figures/finite_differences.png",
    params:
        code=code("scripts/figure_components.py"),
    script:
        "scripts/figure_components.py"


rule figure_gradient_flow:
    input:
        gradient_flow="results/gradient_flow.json",
    output:
        svg="results/figures/gradient_flow.svg",
        png="results/figures/gradient_flow.png",
    params:
        code=code("scripts/figure_gradient_flow.py"),
    script:
        "scripts/figure_gradient_flow.py"


rule figure_sweep:
    input:
        sweep="results/sweep.json",
    output:
        svg="results/figures/sweep.svg",
        png="results/figures/sweep.png",
    params:
        code=code("scripts/figure_sweep.py"),
    script:
        "scripts/figure_sweep.py"


rule figure_dead_units:
    input:
        seeds=expand(
            "results/seeds/{name}.json",
            name=["two_layer", "two_layer_fast", "two_layer_diverging_logits", "two_layer_big_batch"],
        ),
    output:
        svg="results/figures/dead_units.svg",
        png="results/figures/dead_units.png",
    params:
        code=code("scripts/figure_dead_units.py"),
    script:
        "scripts/figure_dead_units.py"


rule figure_networks:
    input:
        network="results/networks/{name}.json",
        seeds="results/seeds/{name}.json",
    output:
        svg="results/figures/networks/{name}.svg",
        png="results/figures/networks/{name}.png",
    params:
        code=code("scripts/figure_networks.py"),
    script:
        "scripts/figure_networks.py"


rule fonts:
    output:
        fonts_json="results/fonts.json",
    params:
        code=code("scripts/fonts.py"),
    script:
        "scripts/fonts.py"


# Snakemake deletes a job's outputs before it runs. What is marked `update` it keeps, and brings back where the job fails.
rule document:
    input:
        fonts="results/fonts.json",
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
        figures=expand("results/figures/{figure}.svg", figure=FIGURES),
        sources=["config/config.yaml", *SOURCES],
    output:
        document=update("report/report.html"),
    params:
        settings=settings,
        rubric=rubric,
        code=code("scripts/document.py"),
    script:
        "scripts/document.py"


rule pdf:
    input:
        document="report/report.html",
    output:
        pdf=update("report/report.pdf"),
    params:
        rubric=rubric,
        code=code("scripts/pdf.py"),
    script:
        "scripts/pdf.py"
