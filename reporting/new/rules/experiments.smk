"""Experiments: from the configuration to artifacts."""


rule birthdays:
    output:
        birthdays="results/birthdays/{name}.json",
    params:
        name="{name}",
        spec=lambda wildcards: settings["birthdays"][wildcards.name],
        seed=settings["seed"],
    script:
        "../scripts/experiments/birthdays.py"
