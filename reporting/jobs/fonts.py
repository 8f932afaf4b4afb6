"""Cut the document's fonts; write them as a style sheet, with the characters that they have."""

from reporting.glyphs.fonts import fonts
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run


def main(fonts_json: str) -> None:
    write_json(fonts_json, fonts())


if __name__ == "__main__":
    run(main, snakemake)
