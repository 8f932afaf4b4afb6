"""Before the experiments: the configuration, read and checked, and what rules of experiments and figures use."""

import functools
import os
import re
import sys
from pathlib import Path

from reporting.glyphs import faces
from reporting.pipeline import lock, numerics, patches, seal
from reporting.pipeline import settings as configuration
from reporting.pipeline.artifacts import ArtifactError, read_json
from reporting.pipeline.project import ENGINE, PATH, ROOT, located, part, placed

os.environ |= {"PROJECT": str(ROOT), "PYTHONPATH": PATH}

if not workflow.is_main_process:  # a job on another machine, whose Snakemake removes what it makes before and after
    joined = lock.join()


# What a report may say of itself after this: what wildcards stand for, by the folder that they are in, where that is no
# block of the configuration; the packages that it says it was made with; the artifacts that no cell of its notebook
# computes.
RUNS = {}
PACKAGES = ("numpy", "matplotlib")
NOT_IN_NOTEBOOK = set()


def sources(room, *endings):
    """The files of a room, less those that an editor keeps beside them."""
    paths = (path for path in Path(room).rglob("*") if path.suffix in endings and path.name[0] != ".")
    return sorted(map(str, paths))


# What says which jobs there are, as it is now that it is read.
PIPELINE = ["Snakefile", "requirements.lock", *sources("config", ".yaml", ".json"), *sources("rules", ".smk")]
read = seal.checksums([*PIPELINE, "pyproject.toml"])

numerics.pin()
patches.exit_quietly_on_interrupt()
patches.run_jobs_interruptibly(here=workflow.is_main_process)
patches.end_without_waiting()

if lost := faces.missing():
    sys.exit(lost)

try:
    settings = configuration.read("config/config.yaml")
    rubric = configuration.read_rubric("config/rubric.yaml")
    data = {Path(path).stem: read_json(path) for path in sources("config", ".json")}
except (configuration.ConfigurationError, ArtifactError) as error:
    sys.exit(str(error))


wildcard_constraints:
    name="[a-z][a-z0-9_]*",


def made(folder):
    """The files that the report's own rules make in a folder, with every run that wildcards stand for."""
    known = {**settings, **RUNS}
    for path in (str(path) for each in workflow.rules for path in each.output if str(path).startswith(folder)):
        place = Path(path.partition("{")[0])
        if "{" in path and place.name not in known:
            sys.exit(f"{place}: its names are neither a block {place.name} of config/config.yaml nor in RUNS")
        yield from (re.sub("{.*}", run, path) for run in (known[place.name] if "{" in path else [""]))


def names(folder, ending):
    """The names of such files: landscape, or walks/first."""
    return [path[len(folder) : -len(ending)] for path in made(folder) if path.endswith(ending)]


def rehearse_with(kept):
    """What is wrong between the text and the results that are kept, before the others are made."""
    from reporting.compose.document import rehearse

    try:
        there = {name: read_json(f"results/{name}.json") for name in ARTIFACTS if f"results/{name}.json" in kept}
        rehearse(Path(), known | there, rubric, FIGURES)
    except (ReportError, ArtifactError) as error:
        return str(error)
    return ""


@functools.cache
def cells():
    """The code of the notebook's cells, of which the page has nothing: it is found while jobs run."""
    from reporting.pipeline import rehearsal

    try:
        return rehearsal.rehearsed_cells(text.state, Path(), known, rubric, DRAWABLE) if HAS_NOTEBOOK else {}
    except ReportError as error:
        sys.exit(str(error))
    finally:
        rehearsal.CELLS.write()


@functools.cache
def shown_captions():
    """What stands under the figures, from all results as they are; nothing where the text does not fit these."""
    from reporting.compose.document import captions, rehearse
    from reporting.jobs.document import contents

    paths = [f"results/{artifact}.json" for artifact in ARTIFACTS]
    try:
        return captions(rehearse(Path(), contents(paths, settings, MADE_WITH), rubric, FIGURES))
    except (ReportError, ArtifactError, OSError):
        return {}


def picture(figure):
    """A PNG with what `snakemake --report` says of it: its section, its questions and its caption."""

    def questions(wildcards):
        return sorted(text.pictures.get(figure.format(**wildcards), ()))

    def labels(wildcards):
        name = figure.format(**wildcards)
        return {"figure": name, "questions": ", ".join(questions(wildcards)), "caption": shown_captions().get(name, "")}

    return report(
        f"results/figures/{figure}.png",
        category=lambda wildcards: (
            f"Section {questions(wildcards)[0][:3]}" if questions(wildcards) else "Without question"
        ),
        labels=labels,
    )


def drawn(figure, prefix=""):
    """A figure's files by kind: for the page, for `snakemake --report`, and for the PDF."""
    path = f"results/figures/{figure}"
    return {f"{prefix}svg": f"{path}.svg", f"{prefix}png": picture(figure), f"{prefix}pdf": f"{path}.pdf"}
