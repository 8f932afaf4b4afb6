"""Compare two reports by the evidence that they carry: make review OLD=old.pdf NEW=new.pdf.

It ends with status 0 if the page is written, and 2 if one of the files is no report of this project.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

try:
    from reporting.press.evidence import EvidenceError
    from reporting.verify.bounded import bounded
    from reporting.verify.page import page, within_limits
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


if __name__ == "__main__":
    sys.exit(main())
