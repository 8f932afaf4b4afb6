"""The document: from artifacts, pictures and text to HTML and PDF."""


rule fonts:
    output:
        fonts_json="results/fonts.json",
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
        sources=["config/config.yaml", *SOURCES],
    output:
        document=update("report/report.html"),
        citations=update("results/citations.json"),
    params:
        settings=settings,
        rubric=rubric,
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
    params:
        rubric=rubric,
        code=code("scripts/pdf.py"),
    script:
        "../scripts/pdf.py"
