"""The notebook, where a report has one: its cells executed, and written with the text."""


localrules:
    notebook_outputs,
    notebook,


# The code of the cells is a parameter: an edit of the text alone executes nothing.
rule notebook_outputs:
    input:
        artifacts=expand(
            "results/{artifact}.json", artifact=[name for name in ARTIFACTS if name not in NOT_IN_NOTEBOOK]
        ),
    output:
        outputs="results/notebook_outputs.json",
    params:
        cells=lambda wildcards: cells(),
    script:
        "../jobs/notebook_outputs.py"


rule notebook:
    input:
        artifacts=expand("results/{artifact}.json", artifact=ARTIFACTS),
        outputs="results/notebook_outputs.json",
        sources=["config/config.yaml", *TEXTS, *NOTEBOOK_ONLY],
    output:
        notebook=update("report/report.ipynb"),
    params:
        settings=settings,
        rubric=rubric,
        figures=FIGURES,
        made_with=MADE_WITH,
    script:
        "../jobs/notebook.py"
