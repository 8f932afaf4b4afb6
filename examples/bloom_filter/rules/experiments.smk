"""Experiments: from the configuration to artifacts."""


rule rates:
    output:
        rates="results/rates.json",
    params:
        spec=settings["rates"],
        seed=settings["seed"],
    script:
        "../scripts/experiments/rates.py"


rule sizes:
    output:
        sizes="results/sizes.json",
    params:
        spec=settings["sizes"],
        seed=settings["seed"],
    script:
        "../scripts/experiments/sizes.py"
