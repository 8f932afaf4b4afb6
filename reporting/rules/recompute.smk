"""Experiments alone, in a folder that holds no more than a configuration: commands/verify.py makes them anew there."""


include: "settings.smk"
include: str(ROOT / "rules" / "experiments.smk")


patches.set_logs(workflow.rules)
