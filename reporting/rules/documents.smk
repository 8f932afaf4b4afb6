"""The documents, in the process that the user started: the text is read, the console speaks, one build runs at a time."""

import hashlib
import platform

import reporting
from reporting.cite.paths import Unknown
from reporting.compose.errors import ReportError
from reporting.pipeline import lock
from reporting.pipeline.console import Console
from reporting.pipeline.fingerprint import LOCK, MODULES, OWNERS, code, locked
from reporting.pipeline.rehearsal import TEXT, rehearsed


localrules:
    fonts,
    document,
    pdf,
    report,


# Figures are drawn in seconds, less than a job takes to begin elsewhere.
workflow.localrules(*(each.name for each in workflow.rules if each.name.startswith("figure_")))

DRAWABLE = names("results/figures/", ".svg")
MADE = [path for path in made("results/") if not path.startswith("results/figures/")]
ARTIFACTS = names("results/", ".json")

# Of the templates, the page takes some and the notebook others. No page shows the cells that templates/cells.md has.
NOTEBOOK_ONLY = ["templates/cells.md", "templates/notebook.md"]
HAS_NOTEBOOK = Path("templates/notebook.md").exists()
LICENCE = [path for path in ["LICENSE"] if Path(path).exists()]
CELLS_TEXT = Path("templates/cells.md").read_text("utf-8") if HAS_NOTEBOOK else ""
BESIDE_CELLS = re.sub("^```run .*?^```$", "", CELLS_TEXT, flags=re.DOTALL | re.M)
TEXTS = [path for path in sources("templates", ".md", ".css") if path not in NOTEBOOK_ONLY]
PAGE = ["reporting/templates/report.html", "reporting/templates/style.css"]
# What the report says that it was made with.
MADE_WITH = {"proven-report": reporting.__version__, "python": platform.python_version()}
MADE_WITH |= {package: locked(LOCK)[package][0] for package in PACKAGES}
# All the code that a build runs, by the names that seals have for it.
SCRIPTS = [patches.script_of(each) for each in workflow.rules if each.output]
if lost := [script for script in SCRIPTS if not located(script).is_file()]:
    sys.exit(f"{lost[0]}: is not there, but a rule has it for a script")
SCRIPTS += [*map(part, sorted(ENGINE.glob("jobs/*.py"))), "scripts/checks.py"]
CODE = {name for path in SCRIPTS for name in code(path) if name.endswith(".py")}
CODE |= {part(path) for path in ENGINE.rglob("*") if path.suffix in (".py", ".smk")}
CODE -= {name for name in CODE if name.startswith(("reporting/commands/", "reporting/new/", "reporting/verify/"))}
# What the PDF carries beside the results: all that a build reads. Wherever its jobs run, it is the same.
SOURCES = [*PIPELINE, *sources("profiles/default", ".yaml"), *sources("templates", ".md", ".css", ".html")]
SOURCES += map(placed, sorted({*CODE, *PAGE}))
try:
    known = dict.fromkeys([*ARTIFACTS, "made"], Unknown()) | {"config": settings}
    text = rehearsed(Path(), known, rubric, DRAWABLE)
    FIGURES = [figure for figure in DRAWABLE if figure in text.pictures]
except ReportError as error:
    sys.exit(str(error))
for each in (configuration.FILES, MODULES, OWNERS, TEXT):
    each.write()

OWNED = [
    *MADE,
    *(f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("svg", "png", "pdf")),
    *(f"results/{name}" for name in ("fonts.json", "citations.json", "report.html", "report.pdf")),
    "report/report.html",
    "report/report.pdf",
    "report/ro-crate-metadata.json",
]
USES = {f"results/{artifact}.json": asked for artifact, asked in text.artifacts.items()}
USES |= {f"results/figures/{figure}.svg": asked for figure, asked in text.pictures.items()}

console = Console(workflow, USES, settings, cells, read, rehearse_with)
console.say(numerics.warning())
console.say(lock.orphaned_files([*OWNED, "results/notebook_outputs.json"]))
patches.attach_console(workflow, console)
patches.decide_reruns(console.choose)


onsuccess:
    console.end(success=True)


onerror:
    console.end(success=False)


rule fonts:
    output:
        fonts_json="results/fonts.json",
    priority: 1  # it takes as long as several figures
    script:
        "../jobs/fonts.py"


rule document:
    input:
        fonts="results/fonts.json",
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
        figures=expand("results/figures/{figure}.svg", figure=FIGURES),
        sources=["config/config.yaml", *TEXTS, *map(placed, PAGE)],
    output:
        document="results/report.html",
        citations="results/citations.json",
    params:
        settings=settings,
        rubric=rubric,
        shown={
            path: hashlib.sha256(part.encode()).hexdigest()
            for path, part in [("templates/cells.md", BESIDE_CELLS), *text.listings.items()]
        },
        made_with=MADE_WITH,
    script:
        "../jobs/document.py"


rule pdf:
    input:
        document="results/report.html",
        fonts="results/fonts.json",
        citations="results/citations.json",
        figures=expand("results/figures/{figure}.pdf", figure=FIGURES),
        evidence=[*expand("results/{artifact}.json", artifact=ARTIFACTS), *SOURCES],
    output:
        pdf="results/report.pdf",
    params:
        rubric=rubric,
    script:
        "../jobs/pdf.py"


# All of them or none. Snakemake deletes a job's outputs before it runs, but not those that are marked `update`: where
# anything fails, the last good report stays.
rule report:
    input:
        html="results/report.html",
        pdf="results/report.pdf",
        citations="results/citations.json",
        sources=[*PIPELINE, *LICENCE],
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
    output:
        public_html=update("report/report.html"),
        public_pdf=update("report/report.pdf"),
        metadata=update("report/ro-crate-metadata.json"),
    params:
        about=settings["report"],
        has_notebook=HAS_NOTEBOOK,
    script:
        "../jobs/report.py"


if HAS_NOTEBOOK:

    include: "notebook.smk"
