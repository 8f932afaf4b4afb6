"""The whole page: cover, contents, sections, appendices, in one self-contained HTML file."""

import html
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

from markupsafe import Markup

from reporting.compose import frame, tree
from reporting.compose.errors import ReportError
from reporting.compose.grounds import grounds
from reporting.compose.html import Writer, entries, part
from reporting.compose.printed import Passages
from reporting.compose.sections import Report, read
from reporting.compose.self_contained import POLICY, ExternalError, check_page
from reporting.compose.tree import Captioned

if TYPE_CHECKING:
    from reporting.glyphs.fonts import Fonts

PAGE = Path(str(files("reporting"))) / "templates"


class CitedValue(TypedDict):
    path: str
    format: str
    text: str


class CitedClaim(TypedDict):
    """A claim of a question, or the reason why this has none."""

    question: str
    name: NotRequired[str]
    expression: NotRequired[str]
    reason: NotRequired[str]


class CitedSentence(TypedDict):
    question: str
    text: str
    grounds: list[str]


class CitedPassage(TypedDict):
    name: str
    runs: list[str | dict[str, str]]  # text, and what stands for a picture


class Citations(TypedDict):
    """What a report cites: every printed value and every picture in order, every claim, every passage of text."""

    values: list[CitedValue]
    claims: list[CitedClaim]
    sentences: list[CitedSentence]
    passages: list[CitedPassage]
    heads: list[str]  # of tables
    pictures: list[str]


class Page(NamedTuple):
    """The report as HTML, and what it cites."""

    markup: str
    citations: Citations


def page(
    root: Path,
    artifacts: Mapping[str, Any],
    rubric: Mapping[str, Any],
    figures: Mapping[str, Path],
    fonts: "Fonts",
) -> Page:
    """The report as HTML with what it cites; raises ReportError for whatever is wrong with its text.

    `root` holds the templates and the sources that listings show; `artifacts` is what the templates may cite,
    `rubric` the questions, `figures` the pictures by name, `fonts` their style sheet and characters.
    """
    report = read(root, artifacts, rubric, figures)
    report.values.entries = entries(report)
    finished = report.values.fill(compose(report, fonts["style_sheet"]))
    check_glyphs(finished, set(fonts["characters"]))
    check_self_contained(finished)
    return Page(finished, citations(report, finished))


def citations(report: Report, markup: str) -> Citations:
    passages = Passages(markup)
    claims: list[CitedClaim] = [
        {"question": scope.name, "name": name, "expression": claim.expression}
        for scope in report.scopes.values()
        for name, own in scope.claims.items()
        for claim in own
    ]
    claims += [{"question": scope.name, "reason": scope.reason} for scope in report.scopes.values() if scope.reason]
    return {
        "values": [{"path": path, "format": form, "text": text} for path, form, text in report.values.printed],
        "claims": claims,
        "sentences": [
            {
                "question": scope.name,
                "text": report.values.as_plain_text(said.sentence.text),
                "grounds": list(map(str, grounds(said.sentence))),
            }
            for scope in report.scopes.values()
            for said in scope.sentences
        ],
        "passages": [{"name": name, "runs": runs} for name, runs in passages.runs.items()],
        "heads": passages.heads,
        "pictures": passages.pictures,
    }


def captions(report: Report) -> dict[str, str]:
    """The captions of the figures, by picture, as text with their values, formulas as they are spoken."""
    writer = Writer(report)
    found: dict[str, str] = {}
    for block in tree.walk([block for section in report.sections for block in section.blocks]):
        if isinstance(block, Captioned) and block.kind == "figure":
            said = report.values.as_plain_text(html.unescape(writer.alternative_text(block.caption)))
            caption = " ".join(f"{report.labels[block.target]}. {said}".split())
            found |= dict.fromkeys(block.words, caption)
    return found


def rehearse(root: Path, artifacts: Mapping[str, Any], rubric: Mapping[str, Any], figures: Iterable[str]) -> Report:
    """What the text shows and cites; raises ReportError for what is wrong with it, as far as that can be told before
    there are results."""
    report = read(root, artifacts, rubric, dict.fromkeys(figures))
    check_self_contained(compose(report, ""))
    return report


def compose(report: Report, fonts: str) -> str:
    """The page, but for its values."""
    parts = [part(section, report) for section in report.sections]
    around = PAGE / "report.html"
    if (own := report.root / "templates" / "report.html").exists():
        around = own
        for line, fault in frame.faults(report.source(own)):
            raise ReportError(f"templates/report.html, line {line}: {fault}")
    return report.fill(
        around,
        policy=Markup(POLICY),
        style=Markup(fonts + style(report)),
        summary=Markup(Writer(report).blocks(report.summary)),
        sections=[part for part in parts if not part.number.isupper()],
        appendices=[part for part in parts if part.number.isupper()],
        has_notebook=(report.root / "templates" / "notebook.md").exists(),
        Markup=Markup,
    )


def style(report: Report) -> str:
    """The style sheet of every page, and what the report adds to it."""
    path = report.root / "templates" / "style.css"
    own = report.source(path) if path.exists() else ""
    for line, fault in frame.style_faults(own):
        raise ReportError(f"templates/style.css, line {line}: {fault}")
    return (PAGE / "style.css").read_text(encoding="utf-8") + own


def check_self_contained(markup: str) -> None:
    try:
        check_page(markup)
    except ExternalError as error:
        raise ReportError(str(error)) from None


def check_glyphs(markup: str, characters: set[str]) -> None:
    """Raise ReportError for a character of the text that the fonts do not have."""
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", markup, flags=re.DOTALL))
    for character in sorted(set(text) - characters - set("\n\t ")):
        around = text[max(0, text.index(character) - 30) :][:60]
        raise ReportError(
            f"no glyph for {character!r} (U+{ord(character):04X}) in the fonts: {' '.join(around.split())!r}"
        )
