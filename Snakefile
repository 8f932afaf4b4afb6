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
# What a rule's wildcards stand for, by the folder that they are in, where that is no block of the configuration.
RUNS = {"seeds": NETWORKS, "seed_chunks": [f"{name}/{repeats}" for name in NETWORKS for repeats in SEED_CHUNKS]}
RUNS |= {f"{kind}_chunks": found for kind, found in CHUNKS.items()}


include: "rules/figures.smk"
include: str(ENGINE / "rules" / "document.smk")


rule all:
    default_target: True
    input:
        OWNED,
