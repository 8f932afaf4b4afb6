"""The report, from configuration to PDF: rules in the order in which data flows."""

import hashlib
import os
import platform
import shlex
import sys
from pathlib import Path

os.environ["PYTHONPATH"] = workflow.basedir
sys.path.insert(0, workflow.basedir)
sys.executable = shlex.quote(sys.executable)  # Snakemake runs scripts with it unquoted: a folder may have a space

from snakemake.logging import logger

from reporting import faces
from reporting.document import captions, rehearse
from reporting.notebook import code_cells
from reporting.sections import ReportError
from reporting.values import Unknown
from scripts import configuration, guard, machine
from scripts.artifacts import ArtifactError, altered, read_json
from scripts.console import Console
from scripts.fingerprint import code, locked

machine.settle()
turn = guard.take_turn(workflow.basedir)
shell.prefix("exec ")  # a job is a child of this process, and not of a shell between

if lost := faces.missing():
    sys.exit(lost)

try:
    settings = configuration.read("config/config.yaml")
    rubric = configuration.read_rubric("config/rubric.yaml")
    published = read_json("config/published.json")
except (configuration.ConfigurationError, ArtifactError) as error:
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
TEXTS = sorted(str(path) for path in Path("templates").rglob("*.*") if path.name not in ("review.html", "notebook.md"))
# What the report says that it was made with.
NAMED = {"numpy": "NumPy", "scipy": "SciPy", "scikit-learn": "scikit-learn", "matplotlib": "Matplotlib"}
MADE_WITH = {"Python": platform.python_version()} | {name: locked()[package][0] for package, name in NAMED.items()}

try:
    known = dict.fromkeys([*ARTIFACTS, "made"], Unknown()) | {"config": settings}
    text = rehearse(Path(), known, rubric, FIGURES)
    CELLS = code_cells(Path(), text)
except ReportError as error:
    sys.exit(str(error))

OWNED = [
    "results/digits.npz",
    "results/fonts.json",
    "results/citations.json",
    *(f"results/{artifact}.json" for artifact in ARTIFACTS),
    *(f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("svg", "png")),
    "report/report.html",
    "report/report.pdf",
]
USES = {f"results/{artifact}.json": asked for artifact, asked in text.artifacts.items()}
USES |= {f"results/figures/{figure}.svg": asked for figure, asked in text.pictures.items()}

FORGED = altered(OWNED)
console = Console(workflow, USES, FORGED)
logger.handlers[:] = [console]
console.say(machine.caveat())
console.say(
    guard.names("ignored, since no rule makes them", guard.strangers([*OWNED, "results/notebook_outputs.json"]))
)
console.say(guard.names("made anew, since they are not as they were made", FORGED))


rule all:
    input:
        OWNED,


onsuccess:
    console.end(success=True)


onerror:
    console.end(success=False)


wildcard_constraints:
    name="[a-z][a-z0-9_]*",


include: "rules/experiments.smk"
include: "rules/figures.smk"
include: "rules/document.smk"
