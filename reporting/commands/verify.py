"""Check a report from its PDF alone: python -m reporting.commands.verify report/report.pdf [--recompute K | all].

The PDF is made anew from the text and the results that it carries, and compared byte for byte. With --recompute,
experiments chosen at random, or all, run anew from the attached configuration. Attached code is never run: all is made
with the code of the project that this runs in.

Before, it is looked at, and with --quick no more: the attached files match the manifest; every printed value, formatted
anew from its artifact, is what the page shows; every claim holds; every passage is on its page; the manifest is what
the text makes, composed anew; nothing is in the PDF that no report has.

All of this is about the report as it was before it was signed. Of a signed one the signature is checked as well, and
with --trust FILE somebody in FILE must vouch for whose it is.

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
    from reporting.press.evidence import GENERATOR, MEBIBYTE, VERSION, Evidence, EvidenceError, read, unpack
    from reporting.verify.anew import lay_out
    from reporting.verify.bounded import bounded
    from reporting.verify.page import page, within_limits
    from reporting.verify.rebuild import rebuild
    from reporting.verify.recompute import recompute
    from reporting.verify.signature import Signature, certificates, judge, system
    from reporting.verify.signing import split
    from reporting.verify.verification import Outcome, verify
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use .venv/bin/python, or make verify REPORT=...", file=sys.stderr)
    sys.exit(2)

MARKED = "verify.html"
LARGEST_CONFIGURATION = MEBIBYTE
MOST_FAULTS = 40  # of a kind that are printed


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        evidence, outcomes, signature = bounded(look, options.pdf, options.trust)
    except EvidenceError as error:
        told = str(error)
        print(told if told.startswith(f"{options.pdf}: ") else f"{options.pdf}: {told}", file=sys.stderr)
        return 2
    words = ["Consistent."]
    if not options.quick:
        document, word, anew = rebuild(evidence)
        outcomes.append(document)
        words = [word]
        if anew:
            mark(evidence.pdf, anew)
    if options.recompute:
        experiments, word = recompute(evidence, options.recompute)
        outcomes.append(experiments)
        words.append(word)
    if signature or options.trust:
        signatures, word = signed(signature, options)
        outcomes.append(signatures)
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
    parser.add_argument(
        "--trust",
        metavar="FILE",
        type=trusted,
        default=(),
        help="ask for a signature for which a certificate in FILE, PEM, vouches",
    )
    return parser.parse_args(arguments)


def look(pdf: str, roots: Sequence[bytes] = ()) -> tuple[Evidence, list[Outcome], Signature | None]:
    """What a report carries, all that can be seen without making it anew, and its signature; raises EvidenceError.

    The report is the one that was signed. Who vouches for whose it is must be of `roots`, else of those of the system.
    """
    evidence = read(pdf)
    report, added = split(evidence.pdf)
    if added:
        evidence = unpack(report)
    settings, fault = configured(evidence)
    if other := another_version(evidence, fault):
        raise EvidenceError(f"{pdf}: {other}")
    outcomes = verify(evidence, settings)
    if fault:
        outcomes[0].faults.append(fault)
    return evidence, outcomes, judge(report, added, roots or system()) if added else None


def mark(given: bytes, anew: bytes) -> None:
    """Write a page that shows where the pages of a report differ from those of the one made anew."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("given.pdf", "anew.pdf")]
        for path, pdf in zip(paths, (given, anew), strict=True):
            path.write_bytes(pdf)
        try:
            before, after = (within_limits(str(path)) for path in paths)
            text = bounded(page, before, after, "the report", "the one made anew")
            Path(MARKED).write_text(text, encoding="utf-8")
        except EvidenceError:
            return  # what is wrong with it is said already
        except OSError as error:
            print(f"{MARKED}: {error.strerror}", file=sys.stderr)
            return
    print(f"{MARKED} shows where its pages differ from those of the one made anew.")


def count(text: str) -> float:
    if text == "all":
        return math.inf
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor all")
    return int(text)


def trusted(path: str) -> list[bytes]:
    try:
        return certificates(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise argparse.ArgumentTypeError(f"{path}: holds no certificate in PEM") from None


def signed(found: Signature | None, options: argparse.Namespace) -> tuple[Outcome, str]:
    """What is to say of a signature, and in a line; options.trust asks for one that is trusted."""
    if not found:
        return Outcome("signatures", 1, 0, ["the report is not signed"]), ""
    if found.faults:
        return Outcome("signatures", 1, 0, [*found.faults]), ""
    if not found.checked:
        word = f"It is signed, which is not checked without pyHanko; make verify REPORT={options.pdf} says by whom"
        return Outcome("signatures", 1, 0, [word] if options.trust else []), f"{word}."
    print("\n".join(found.whose))
    if options.trust and found.distrust:
        return Outcome("signatures", 1, 0, [found.distrust]), ""
    return Outcome("signatures", 1, 1, []), f"The signature covers all of it; {found.distrust or 'it is trusted'}."


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
