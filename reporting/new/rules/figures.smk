"""Figures: from artifacts to pictures."""


rule figure_birthdays:
    input:
        birthdays=expand("results/birthdays/{name}.json", name=settings["birthdays"]),
    output:
        **drawn("birthdays"),
    script:
        "../scripts/figures/birthdays.py"
