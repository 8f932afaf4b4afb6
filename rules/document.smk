"""The document: from artifacts, pictures and text to HTML and PDF."""


rule fonts:
    output:
        fonts_json="results/fonts.json",
    log:
        "results/logs/fonts.log",
    params:
        code=code("scripts/fonts.py"),
    script:
        "../scripts/fonts.py"


# Snakemake deletes a job's outputs before it runs. What is marked `update` it keeps, and brings back where the job fails.
rule document:
    input:
        fonts="results/fonts.json",
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
        figures=expand("results/figures/{figure}.svg", figure=FIGURES),
        sources=["config/config.yaml", *TEXTS],
    output:
        document=update("report/report.html"),
        citations=update("results/citations.json"),
    log:
        "results/logs/document.log",
    params:
        settings=settings,
        rubric=rubric,
        listings={
            f"the listing of {path}": hashlib.sha256(shown.encode()).hexdigest()
            for path, shown in text.listings.items()
        },
        made_with=MADE_WITH,
        code=code("scripts/document.py"),
    script:
        "../scripts/document.py"


# What the PDF carries beside the artifacts: all that it takes to make them anew.
EVIDENCE = sorted(
    [
        "Snakefile",
        "requirements.lock",
        *(str(path) for room in ("config", "rules", "nnlib", "scripts") for path in Path(room).glob("[!.]*.*")),
    ]
)


rule pdf:
    input:
        document="report/report.html",
        citations="results/citations.json",
        evidence=[*expand("results/{artifact}.json", artifact=ARTIFACTS), *EVIDENCE],
    output:
        pdf=update("report/report.pdf"),
    log:
        "results/logs/pdf.log",
    params:
        rubric=rubric,
        code=code("scripts/pdf.py"),
    script:
        "../scripts/pdf.py"


# The code is a parameter: an edit of the text alone executes nothing.
rule notebook_outputs:
    input:
        artifacts=expand("results/{artifact}.json", artifact=[name for name in ARTIFACTS if name != "reproduction"]),
    output:
        outputs="results/notebook_outputs.json",
    log:
        "results/logs/notebook_outputs.log",
    params:
        cells=CELLS,
        code=code("scripts/notebook_outputs.py"),
    script:
        "../scripts/notebook_outputs.py"


rule notebook:
    input:
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
        outputs="results/notebook_outputs.json",
        sources=["config/config.yaml", "templates/notebook.md", *TEXTS],
    output:
        notebook=update("report/report.ipynb"),
    log:
        "results/logs/notebook.log",
    params:
        settings=settings,
        rubric=rubric,
        figures=FIGURES,
        made_with=MADE_WITH,
        code=code("scripts/notebook.py"),
    script:
        "../scripts/notebook.py"
