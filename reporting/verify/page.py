"""Two reports compared, as a page."""

import tempfile
from pathlib import Path

import jinja2
from markupsafe import Markup

from reporting.compose.printed import printable
from reporting.compose.self_contained import POLICY
from reporting.pipeline.project import ENGINE
from reporting.pipeline.settings import ConfigurationError, load
from reporting.press.evidence import EvidenceError, read
from reporting.verify.bounded import bounded
from reporting.verify.comparison import Side, review

SPACES = "\n\t\u00a0\u2009\u202f"


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
