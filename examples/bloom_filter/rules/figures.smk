"""Figures: from artifacts to pictures."""


rule figure_rates:
    input:
        rates="results/rates.json",
    output:
        **drawn("rates"),
    script:
        "../scripts/figures/rates.py"


rule figure_used:
    input:
        rates="results/rates.json",
    output:
        **drawn("used"),
    script:
        "../scripts/figures/used.py"


rule figure_sizes:
    input:
        sizes="results/sizes.json",
    output:
        **drawn("sizes"),
    script:
        "../scripts/figures/sizes.py"
