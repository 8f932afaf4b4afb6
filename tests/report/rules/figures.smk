"""Figures: from artifacts to pictures."""


rule figure_birthdays:
    input:
        birthdays=expand("results/birthdays/{name}.json", name=settings["birthdays"]),
    output:
        **drawn("birthdays"),
    script:
        "../scripts/figures/birthdays.py"


rule figure_law:
    input:
        law="results/law.json",
    output:
        **drawn("law"),
    script:
        "../scripts/figures/law.py"


rule figure_planets:
    input:
        birthdays="results/birthdays/{name}.json",
    output:
        **drawn("planets/{name}"),
    script:
        "../scripts/figures/planets.py"
