"""The documents alone: verify/rebuild.py makes them anew in a folder that holds what a PDF carries, where the results
are given."""

from reporting.pipeline.project import ROOT


include: str(ROOT / "Snakefile")


patches.leave_out(
    workflow,
    [
        each.name
        for each in workflow.rules
        if each.name not in ("fonts", "document", "pdf") and not each.name.startswith("figure_")
    ],
)
