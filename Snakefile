"""The report, from configuration to PDF: rules in the order in which data flows.

The engine's rules are before and after those of this report: settings.smk reads the configuration, document.smk makes
HTML, PDF and notebook of what the experiments made.
"""

from reporting.pipeline.project import ENGINE


include: str(ENGINE / "rules" / "settings.smk")
include: "rules/experiments.smk"


# What the report says that it was made with.
PACKAGES = ("numpy", "scipy", "scikit-learn", "matplotlib")
# It compares artifacts with what was handed in once, and no cell can do that.
NOT_IN_NOTEBOOK = {"reproduction"}
# What a rule's wildcard `name` stands for in the folder seeds, of which the configuration has no block.
RUNS = {"seeds": NETWORKS}


include: "rules/figures.smk"
include: str(ENGINE / "rules" / "document.smk")


rule all:
    default_target: True
    input:
        OWNED,
