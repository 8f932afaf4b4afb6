"""Draw the share of groups in which two share a birthday, for one planet."""

from scripts.figures.birthdays import draw_shares

from reporting.drawing.plotting import save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run


def main(birthdays: str, svg: str, png: str, pdf: str) -> None:
    save(draw_shares([read_json(birthdays)]), svg, png, pdf)


if __name__ == "__main__":
    run(main, snakemake)
