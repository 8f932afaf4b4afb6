"""Compare two reports by the evidence that they carry: python scripts/review.py OLD.pdf NEW.pdf -o review.html.

It ends with status 0 if the page is written, and 2 if one of the files is no report of this project.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

try:
    import jinja2
    from markupsafe import Markup

    from reporting.comparison import Side, review
    from reporting.evidence import EvidenceError, read
    from scripts.verify import configured
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use .venv/bin/python, or make review OLD=...", file=sys.stderr)
    sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare two reports by the evidence that they carry.")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("-o", "--output", default="review.html", help="the page to write (review.html)")
    options = parser.parse_args(arguments)
    try:
        text = page(side(options.old), side(options.new), options.old, options.new)
        Path(options.output).write_text(text, encoding="utf-8")
    except EvidenceError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.output}: {error.strerror}", file=sys.stderr)
        return 2
    print(options.output)
    return 0


def side(path: str) -> Side:
    """A report with its configuration; raises EvidenceError."""
    evidence = read(path)
    with tempfile.TemporaryDirectory() as folder:
        settings, fault = configured(evidence, Path(folder))
    if settings is None:
        raise EvidenceError(f"{path}: {fault}")
    return Side(evidence, settings)


def page(before: Side, after: Side, old: str, new: str) -> str:
    """The review as one HTML page that needs no other file."""
    changes = review(before, after)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string((ROOT / "templates" / "review.html").read_text(encoding="utf-8"))
    style = Markup((ROOT / "templates" / "style.css").read_text(encoding="utf-8"))
    return template.render(changes=changes, empty=not any(changes.values()), style=style, old=old, new=new)


if __name__ == "__main__":
    sys.exit(main())
