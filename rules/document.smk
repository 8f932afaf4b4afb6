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
    log:
        "results/logs/document.log",
    params:
        settings=settings,
        rubric=rubric,
        listings={
            f"the listing of {path}": hashlib.sha256(shown.encode()).hexdigest()
            for path, shown in text.listings.items()
        },
        made_with={"Python": platform.python_version()}
        | {name: locked()[package][0] for package, name in NAMED.items()},
        code=code("scripts/document.py"),
    script:
        "../scripts/document.py"


rule pdf:
    input:
        document="report/report.html",
    output:
        pdf=update("report/report.pdf"),
    log:
        "results/logs/pdf.log",
    params:
        rubric=rubric,
        code=code("scripts/pdf.py"),
    script:
        "../scripts/pdf.py"
