"""Check a report from its PDF alone: python -m reporting.commands.verify report/report.pdf [--recompute K | all].

The PDF is made anew from the text and the results that it carries, and compared byte for byte. With --recompute,
experiments chosen at random, or all, run anew from the attached configuration. Attached code is never run: all is made
with the code of the project that this runs in.

Before, it is looked at, and with --quick no more: the attached files match the manifest; every printed value, formatted
anew from its artifact, is what the page shows; every claim holds; every passage is on its page.

It ends with status 0 if all is so, 1 if something is not, which it names, and 2 if the file is no report of ours.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from reporting.compose.printed import quoted
    from reporting.pipeline.settings import SCHEMA, ConfigurationError
    from reporting.pipeline.settings import read as read_configuration
    from reporting.press.evidence import GENERATOR, MEBIBYTE, VERSION, Evidence, EvidenceError, read
    from reporting.verify.anew import lay_out
    from reporting.verify.bounded import bounded
    from reporting.verify.rebuild import rebuild
    from reporting.verify.recompute import recompute
    from reporting.verify.verification import Outcome, verify
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use .venv/bin/python, or make verify REPORT=...", file=sys.stderr)
    sys.exit(2)

LARGEST_CONFIGURATION = MEBIBYTE
MOST_FAULTS = 40  # of a kind that are printed


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        evidence, outcomes = bounded(look, options.pdf)
    except EvidenceError as error:
        told = str(error)
        print(told if told.startswith(f"{options.pdf}: ") else f"{options.pdf}: {told}", file=sys.stderr)
        return 2
    words = ["Consistent."]
    if not options.quick:
        document, word = rebuild(evidence)
        outcomes.append(document)
        words = [word]
    if options.recompute:
        experiments, word = recompute(evidence, options.recompute)
        outcomes.append(experiments)
        words.append(word)
    return tell(outcomes, " ".join(words))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a report from its PDF alone.")
    parser.add_argument("pdf", help="the report")
    parser.add_argument("--quick", action="store_true", help="look at it, without making it anew")
    parser.add_argument(
        "--recompute",
        metavar="K",
        type=count,
        default=0,
        help="run K experiments, chosen at random, anew from the attached configuration, or all",
    )
    return parser.parse_args(arguments)


def look(pdf: str) -> tuple[Evidence, list[Outcome]]:
    """What a PDF carries, and all that can be seen without making anything anew; raises EvidenceError."""
    evidence = read(pdf)
    settings, fault = configured(evidence)
    if other := another_version(evidence, fault):
        raise EvidenceError(f"{pdf}: {other}")
    outcomes = verify(evidence, settings)
    if fault:
        outcomes[0].faults.append(fault)
    return evidence, outcomes


def count(text: str) -> float:
    if text == "all":
        return math.inf
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor all")
    return int(text)


def configured(evidence: Evidence) -> tuple[dict[str, Any] | None, str]:
    """The attached configuration, or None and what is wrong with it; raises EvidenceError for one of another size."""
    if len(evidence.files.get("config/config.yaml", b"")) > LARGEST_CONFIGURATION:
        raise EvidenceError(f"config/config.yaml is larger than {LARGEST_CONFIGURATION // MEBIBYTE} MiB, which none is")
    with tempfile.TemporaryDirectory() as folder:
        configuration = {path: content for path, content in evidence.files.items() if path.startswith("config/")}
        lay_out(configuration, Path(folder))
        try:
            return read_configuration(Path(folder, "config", "config.yaml")), ""
        except ConfigurationError as error:
            return None, str(error).splitlines()[0].replace(f"{folder}/", "")


def another_version(evidence: Evidence, fault: str) -> str:
    """What to say of a report that another version of this project made, where this one cannot judge it."""
    same_schema = evidence.files.get("config/schema.yaml") == SCHEMA.read_bytes()
    if evidence.manifest["version"] == VERSION and (same_schema or not fault):
        return ""
    named = evidence.manifest["made"].get("with")
    parts = [part for part in named if isinstance(part, dict)] if isinstance(named, list) else []
    version = next((str(part.get("version")) for part in parts if part.get("name") == GENERATOR), "")
    which = f"version {quoted(version[:20])}" if version else "an earlier version"
    here = f" (for this one, {fault})" if fault else ""
    return f"{which} of this project made it; verify it with the checkout of that version{here}"


def tell(outcomes: Sequence[Outcome], word: str) -> int:
    """Print what holds and what does not, and where all does what that shows; the exit status."""
    width = max(len(outcome.kind) for outcome in outcomes)
    for found in outcomes:
        print(f"{found.kind:{width}}  {found.holding:5} of {found.total:5}")
    for found in outcomes:
        for fault in found.faults[:MOST_FAULTS]:
            print(f"MISMATCH in the {found.kind}: {fault}")
        if more := found.faults[MOST_FAULTS:]:
            print(f"... and {len(more)} more in the {found.kind}")
    wrong = [found for found in outcomes if found.faults]
    print(f"Not so: the {', the '.join(found.kind for found in wrong)}." if wrong else word)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
