"""Compare two reports by the evidence that they carry: make review OLD=old.pdf NEW=new.pdf.

It ends with status 0 if the page is written, and 2 if one of the files is no report of this project.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

try:
    import jinja2
    from markupsafe import Markup

    from reporting.compose.printed import printable
    from reporting.compose.self_contained import POLICY
    from reporting.pipeline.project import ENGINE
    from reporting.pipeline.settings import ConfigurationError, load
    from reporting.press.evidence import EvidenceError, read
    from reporting.verify.bounded import bounded
    from reporting.verify.comparison import Side, review
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use .venv/bin/python, or make review OLD=...", file=sys.stderr)
    sys.exit(2)


SPACES = "\n\t\u00a0\u2009\u202f"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare two reports by the evidence that they carry.")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("-o", "--output", default="review.html", help="the page to write (review.html)")
    options = parser.parse_args(arguments)
    try:
        before, after = within_limits(options.old), within_limits(options.new)
        text = bounded(page, before, after, options.old, options.new)
        Path(options.output).write_text(text, encoding="utf-8")
    except EvidenceError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.output}: {error.strerror}", file=sys.stderr)
        return 2
    print(options.output)
    return 0


def within_limits(path: str) -> Side:
    """A report, which needs no more to be read than any report does; raises EvidenceError."""
    try:
        return bounded(side, path)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None


def side(path: str) -> Side:
    """A report with its configuration, whose keys are those of the version that made it; raises EvidenceError."""
    evidence = read(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "config.yaml")
        copy.write_bytes(evidence.files.get("config/config.yaml", b""))
        try:
            settings = load(copy)
        except ConfigurationError as error:
            raise EvidenceError(f"{path}: {str(error).replace(str(copy), 'config/config.yaml')}") from None
    if not isinstance(settings, dict):
        raise EvidenceError(f"{path}: config/config.yaml: is no configuration")
    return Side(evidence, settings)


def page(before: Side, after: Side, old: str, new: str) -> str:
    """The review as one HTML page that needs no other file."""
    changes = review(before, after)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, finalize=readable
    )
    template = environment.from_string((ENGINE / "templates" / "review.html").read_text(encoding="utf-8"))
    style = Markup((ENGINE / "templates" / "style.css").read_text(encoding="utf-8"))
    empty = not any(changes.values())
    return template.render(policy=Markup(POLICY), style=style, changes=changes, empty=empty, old=old, new=new)


def readable(value: object) -> object:
    """A text of a report with what turns its direction, or what is no character, spelt out."""
    return printable(value, SPACES) if isinstance(value, str) and not isinstance(value, Markup) else value


if __name__ == "__main__":
    sys.exit(main())
