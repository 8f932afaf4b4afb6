"""The whole page: cover, contents, sections, appendices, in one self-contained HTML file."""

import html
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from reporting.printed import Passages
from reporting.sealed import SealError, check_page
from reporting.sections import Composer, Report, ReportError, fill, plain, read, sections
from reporting.values import Values


class Page(NamedTuple):
    """The report as HTML, and what it cites: every printed value and every picture in order, every claim, every passage
    of text."""

    markup: str
    citations: dict[str, Any]


def page(
    root: Path,
    artifacts: Mapping[str, Any],
    rubric: Mapping[str, Any],
    figures: Mapping[str, Path],
    fonts: Mapping[str, str],
) -> Page:
    """The report as HTML with what it cites; raises ReportError for whatever is wrong with its text.

    `root` holds the templates and the sources that listings show; `artifacts` is what the templates may cite,
    `rubric` the questions, `figures` the pictures by name, `fonts` their style sheet and characters.
    """
    report = Report(root, Values(artifacts), rubric, figures)
    markup = compose(root, report, fonts["style_sheet"])
    finished = report.values.fill(report.resolve(markup))
    check_glyphs(finished, set(fonts["characters"]))
    check_sealed(finished)
    return Page(finished, citations(report, finished))


def citations(report: Report, markup: str) -> dict[str, Any]:
    passages = Passages(markup)
    return {
        "values": [{"path": path, "format": form, "text": text} for path, form, text in report.values.printed],
        "claims": [
            {"question": question, "reason": claim}
            if isinstance(claim, str)
            else {"question": question, "expression": claim.expression}
            for question, claim in report.claims
        ],
        "passages": [{"name": name, "runs": runs} for name, runs in passages.runs.items()],
        "heads": passages.heads,
        "pictures": passages.pictures,
    }


def captions(markup: str) -> dict[str, str]:
    """The captions of a finished page's figures as text, formulas as they are spoken."""
    found = re.findall(r'<figure class="figure" id="fig-([^"]+)">.*?<figcaption>(.*?)</figcaption>', markup, re.DOTALL)
    return {name: " ".join(html.unescape(plain(caption)).split()) for name, caption in found}


def rehearse(root: Path, artifacts: Mapping[str, Any], rubric: Mapping[str, Any], figures: Iterable[str]) -> Report:
    """What the text shows and cites; raises ReportError for what is wrong with it, as far as that can be told before
    there are results."""
    report = Report(root, Values(artifacts), rubric, dict.fromkeys(figures))
    check_sealed(report.resolve(compose(root, report, "")))
    return report


def compose(root: Path, report: Report, fonts: str) -> str:
    """The page, but for its values and the numbers of its figures."""
    parts = sections(root / "templates/sections", report)
    points = report.rubric["points"]
    missing = [question for question in points if question not in report.questions]
    if missing:
        raise ReportError(f"question {missing[0]}: no section has it; every question of config/rubric.yaml is answered")
    if report.questions != list(points):
        late = next(n for n, (a, b) in enumerate(zip(report.questions, points, strict=True)) if a != b)
        raise ReportError(f"question {report.questions[late]}: stands where {list(points)[late]} is due")
    return fill(
        root / "templates/report.html",
        report,
        style=Markup(fonts + read(root / "templates/style.css", root)),
        summary=Markup(Composer(root / "templates/summary.md", report).body()),
        sections=[part for part in parts if not part.number.isupper()],
        appendices=[part for part in parts if part.number.isupper()],
        Markup=Markup,
    )


def check_sealed(markup: str) -> None:
    try:
        check_page(markup)
    except SealError as error:
        raise ReportError(str(error)) from None


def check_glyphs(markup: str, characters: set[str]) -> None:
    """Raise ReportError for a character of the text that the fonts do not have."""
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", markup, flags=re.DOTALL))
    for character in sorted(set(text) - characters - set("\n\t ")):
        around = text[max(0, text.index(character) - 30) :][:60]
        raise ReportError(
            f"no glyph for {character!r} (U+{ord(character):04X}) in the fonts: {' '.join(around.split())!r}"
        )
