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
from reporting.notebook import code_cells
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
    rehearsed = rehearse(Path(), dict.fromkeys([*ARTIFACTS, "made"], Unknown()) | {"config": settings}, rubric, FIGURES)
    CELLS = code_cells(Path(), rehearsed)
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


include: "rules/experiments.smk"
include: "rules/figures.smk"
include: "rules/document.smk"
