"""The sections of the report, read: each is a tree whose figures are numbered and whose rules hold, or its first fault
is named."""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from reporting.cite import mutations
from reporting.cite.claims import ClaimError, check
from reporting.cite.typed import letters, stated_result, typed_constants, typed_in_code, typed_number, typed_word
from reporting.cite.values import UNFIT, Values, unfit
from reporting.compose import grounds, template, tree
from reporting.compose.errors import ReportError
from reporting.compose.grounds import Scope, Stated
from reporting.compose.listing import ListingError, listing
from reporting.compose.self_contained import ExternalError, inside
from reporting.compose.template import TemplateError
from reporting.compose.tree import Answer, Block, Captioned, Cell, Claims, Markup, Output, Question, Text, TextError
from reporting.glyphs.math import MathError, drawn, formula

WORDS = {"fig": "Figure", "tab": "Table", "lst": "Listing"}


@dataclass
class Section:
    """A section's number (1.1, or A for an appendix), its title, what is in it, and its points."""

    number: str
    title: Text
    blocks: list[Block]
    points: int


@dataclass
class Report:
    """The report's text, read, and what its sections have in common: labels, references, what they cite and show."""

    root: Path
    values: Values
    rubric: Mapping[str, Any]
    figures: Mapping[str, Path | None]  # None before it is drawn
    sections: list[Section] = field(default_factory=list)
    summary: list[Block] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # target -> Figure 1
    references: dict[str, str] = field(default_factory=dict)  # target -> where it was first referred to
    counters: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, set[str]] = field(default_factory=dict)  # each with the questions that show it
    artifacts: dict[str, set[str]] = field(default_factory=dict)  # each with the questions that cite it
    code: dict[str, str] = field(default_factory=dict)  # of each listing, by its target
    listings: dict[str, str] = field(default_factory=dict)  # the code that is shown of each file
    questions: list[str] = field(default_factory=list)
    scopes: dict[str, Scope] = field(default_factory=dict)  # by question, section or summary
    faults: list[str] = field(default_factory=list)  # of claims and grounds, which are told all at once
    lines: dict[Path, list[int]] = field(default_factory=dict)  # by template: where the lines of its text stand in it

    def label(self, kind: str, name: str, where: str) -> None:
        """Give a new figure, table or listing the next number."""
        target = f"{kind}-{name}"
        if target in self.labels:
            raise ReportError(f"{where}: the {WORDS[kind].lower()} {name} is there already")
        self.counters[kind] = self.counters.get(kind, 0) + 1
        self.labels[target] = f"{WORDS[kind]}\u00a0{self.counters[kind]}"

    def worth(self, question: str) -> str:
        """2 points, or 1 point."""
        points = self.rubric["points"][question]
        return f"{points} {'point' if points == 1 else 'points'}"

    def source(self, path: Path) -> str:
        """The text of a template; raises ReportError."""
        try:
            text = template.read(path, self.root if path.is_relative_to(self.root) else path.parent)
        except TemplateError as error:
            raise ReportError(str(error)) from None
        try:
            template.check(text)
        except TemplateError as error:
            raise ReportError(f"{self.location(path, error.line, text)}: {error}") from None
        return text

    def fill(self, path: Path, **names: Any) -> str:
        """The text of a template with places for its values; raises ReportError."""
        source = self.source(path)
        try:
            text, self.lines[path] = template.fill(source, self.root / "templates", self.given(names))
        except TemplateError as error:
            raise ReportError(f"{self.location(path, error.line, source)}: {error}") from None
        if found := self.values.forged(text, names.values()):
            raise ReportError(f"{self.filled(path, text.count(chr(10), 0, found.start()) + 1)}: has {unfit(found)}")
        return text

    def parse(self, path: Path, **names: Any) -> list[Block]:
        """The text of a template as a tree; raises ReportError."""
        text = self.fill(path, **names)
        try:
            return tree.parse(text)
        except TextError as error:
            raise ReportError(f"{self.filled(path, error.line)}: {error}") from None

    def given(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """What a template may use."""
        values = self.values
        return {
            "value": values.value,
            "each": values.each,
            "anchor": values.anchor,
            "literal": values.literal,
            "raw": values.look_up,
            "shown": lambda name: name in self.pictures,
            "list": list,
            **names,
        }

    def filled(self, path: Path, line: int) -> str:
        """The place of a line of a template's filled text."""
        return self.location(path, self.lines[path][line - 1], self.source(path))

    def location(self, path: Path, line: int, source: str) -> str:
        """The question that a line of a template is in, if it is in one, the file and the line."""
        before = tree.QUESTION.findall("\n".join(source.split("\n")[:line]))
        file = f"{os.path.relpath(path, self.root)}, line {line}"
        return f"question {before[-1]} ({file})" if before else file

    def check_references(self) -> None:
        """Raise ReportError for a dead reference or a figure without one."""
        for target, where in self.references.items():
            if target not in self.labels:
                raise ReportError(f"{where}: refers to #{target}, which is not there")
        for target, label in self.labels.items():
            if target.startswith(("fig-", "tab-")) and target not in self.references:
                raise ReportError(f"{label} ({target[4:]}): no sentence refers to it; write [](#{target}) in one")

    def check_grounds(self) -> None:
        """Let each sentence know what it rests on; raises ReportError, a line each, for all that is wrong with claims
        and grounds."""
        for scope in self.scopes.values():
            for line, fault in grounds.faults(scope, self.labels, self.scopes):
                self.faults.append(f"{self.filled(scope.path, line)}: {fault}")
            for name, claims in scope.claims.items():
                for fault in mutations.faults(name, claims, self.values):
                    self.faults.append(f"{self.filled(scope.path, scope.lines[name])}: {fault}")
        if self.faults:
            raise ReportError("\n".join(self.faults))
        for scope in self.scopes.values():
            for said in scope.sentences:
                said.sentence.rests_on = grounds.explained(said, scope, self.labels, self.values)

    def check_questions(self) -> None:
        """Raise ReportError unless every question of the rubric is there, in its order."""
        points = list(self.rubric["points"])
        missing = [question for question in points if question not in self.questions]
        if missing:
            raise ReportError(
                f"question {missing[0]}: no section has it; every question of config/rubric.yaml is answered"
            )
        if self.questions != points:
            late = next(n for n, (a, b) in enumerate(zip(self.questions, points, strict=True)) if a != b)
            raise ReportError(f"question {self.questions[late]}: stands where {points[late]} is due")


def read(
    root: Path, artifacts: Mapping[str, Any], rubric: Mapping[str, Any], figures: Mapping[str, Path | None]
) -> Report:
    """The report's text, in the order of the files' names, as `order` says; raises ReportError."""
    report = Report(root, Values(artifacts), rubric, figures)
    for path in sorted((root / "templates/sections").glob("[!.]*.md"), key=order):
        report.sections.append(Reader(path, report).section())
    report.check_questions()
    report.summary = Reader(root / "templates/summary.md", report).summary()
    report.check_references()
    report.check_grounds()
    return report


def order(path: Path) -> list[tuple[bool, int, str]]:
    """Where a section stands, by its file's name: 1.2 before 1.10, and numbers before letters."""
    parts = path.stem.split(".")
    return [(False, int(part), part) if part.isdecimal() else (True, 0, part) for part in parts]


class Reader:
    """Reads one file and holds it against the rules; what is there goes into the report."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.report = report
        self.file = self.where = str(path.relative_to(report.root))
        self.scope = report.scopes.setdefault(path.stem, Scope(path.stem, path))
        self.points = 0
        self.words = 0  # of an answer
        self.free = False  # whether numbers may be typed here: in titles around answers and in what is asked
        self.place = ""  # where each sentence has a ground: in an answer, a caption or the summary

    def section(self) -> Section:
        blocks = self.report.parse(self.path)
        heading = blocks[0] if blocks else None
        if not isinstance(heading, Markup) or heading.node.type != "heading":
            raise ReportError(f"{self.where}: must start with its title, as in # Training")
        number = self.path.stem
        if not self.report.rubric["points"] and not number.isupper():
            self.place = "answer"  # without questions, the section answers
        self.read(blocks)
        if number.isupper():
            self.report.labels[f"app-{number}"] = f"Appendix\u00a0{number}"
        return Section(number, tree.texts(heading)[0], blocks[1:], self.points)

    def summary(self) -> list[Block]:
        """A text that has no title of its own."""
        blocks = self.report.parse(self.path)
        self.place = "summary"
        self.read(blocks)
        return blocks

    def read(self, blocks: Sequence[Block], around: tuple[type, ...] = ()) -> None:
        """Check the blocks, in the order of reading; `around` are the kinds of the blocks around them."""
        for block in blocks:
            match block:
                case Question():
                    self.question(block)
                case Answer():
                    self.answer(block, around)
                case Captioned():
                    self.captioned(block, around)
                case Claims():
                    self.claims(block)
                case Output():
                    self.cites(self.report.values.paths(block.text))
                case Markup():
                    self.markup(block)
                case Cell():
                    pass

    def question(self, block: Question) -> None:
        name = block.name
        self.where = f"question {name}"
        if name not in self.report.rubric["points"]:
            raise ReportError(f"{self.where}: not in config/rubric.yaml, which lists the questions with their points")
        if name in self.report.questions:
            raise ReportError(f"{self.where}: is there twice")
        self.report.questions.append(name)
        self.report.labels[f"q-{name}"] = name
        self.points += self.report.rubric["points"][name]
        self.answered = self.declared = False
        self.words = 0
        section, self.scope = self.scope, self.report.scopes.setdefault(name, Scope(name, self.path))
        self.free = True
        self.text(block.title)
        self.read(block.blocks, (Question,))
        self.check_answered()
        self.where, self.scope = self.file, section

    def answer(self, block: Answer, around: tuple[type, ...]) -> None:
        if around != (Question,) or self.answered:
            raise ReportError(f"{self.where}: an answer stands in its question, once")
        self.answered = True
        self.free = False
        self.place = "answer"
        self.read(block.blocks, (*around, Answer))
        self.place = ""

    def check_answered(self) -> None:
        if not self.answered:
            raise ReportError(f"{self.where}: has no ::: answer")
        if not self.declared:
            raise ReportError(f"{self.where}: has no ```claims; declare what the answer asserts, or `none:` and why")
        if not any(said.place == "answer" for said in self.scope.sentences):
            raise ReportError(f"{self.where}: the answer is empty")
        rubric, name = self.report.rubric, self.scope.name
        longest = rubric["longer_answers"].get(name, rubric["longest_answer"])
        if self.words > longest and name not in rubric["derivations"]:
            self.report.faults.append(f"{self.where}: the answer has {self.words} words, at most {longest} are allowed")

    def claims(self, block: Claims) -> None:
        """Check the claims, each of which is `NAME: EXPRESSION`; what is wrong with them is told at the end."""
        self.declared = True
        for line, text in block.lines:
            try:
                self.claim(line, text)
            except ClaimError as error:
                self.report.faults.append(f"{self.where}: {error}")
        if self.scope.reason and self.scope.claims:
            self.report.faults.append(f"{self.where}: `none:` says that nothing is claimed, but there are claims")

    def claim(self, line: int, text: str) -> None:
        name, _, expression = map(str.strip, text.partition(":"))
        if name == "none":
            if not expression:
                raise ClaimError("`none:` needs a reason")
            self.scope.reason = expression
            return
        if not grounds.NAME.fullmatch(name) or name in grounds.RESERVED or not expression:
            raise ClaimError(f"the claim {text} has no name that a sentence can give; write NAME: EXPRESSION")
        self.scope.lines.setdefault(name, line)
        claims = self.scope.claims.setdefault(name, [])
        claim = check(expression, self.report.values)
        if not claim.cited:
            raise ClaimError(f"the claim {expression} cites nothing; a claim is about the results")
        claims.append(claim)
        self.cites(claim.cited)

    def asked(self) -> list[str]:
        """The question that this is in, if it is in one."""
        return self.report.questions[-1:] if self.where.startswith("question ") else []

    def cites(self, paths: Iterable[str]) -> None:
        """Remember which artifacts the question cites."""
        for path in paths:
            self.report.artifacts.setdefault(self.report.values.artifact(path), set()).update(self.asked())

    def captioned(self, block: Captioned, around: tuple[type, ...]) -> None:
        free, self.free = self.free, False
        self.report.label(tree.SHORT[block.kind], block.name, self.where)
        place, self.place = self.place, block.target
        self.text(block.caption)
        self.place = ""
        if block.kind == "figure":
            for name in block.words:
                self.picture(name)
        elif block.kind == "listing":
            self.listing(block)
        self.read(block.blocks, (*around, Captioned))
        self.free, self.place = free, place

    def picture(self, name: str) -> None:
        self.report.pictures.setdefault(name, set()).update(self.asked())
        if name not in self.report.figures:
            close = difflib.get_close_matches(name, self.report.figures, 3)
            raise ReportError(f"{self.where}: no figure {name}; near it there are {', '.join(close) or 'none'}")

    def listing(self, block: Captioned) -> None:
        file, *names = block.words
        try:
            code = listing(inside(self.report.root, self.report.root / file), names)
        except (ListingError, ExternalError, OSError) as error:
            raise ReportError(f"{self.where}: {error}") from None
        except (SyntaxError, ValueError):
            raise ReportError(f"{self.where}: {file} is not a module of Python") from None
        if found := UNFIT.search(code):
            raise ReportError(f"{self.where}: {file} has {unfit(found)}")
        self.report.code[block.target] = code
        self.report.listings[file] = self.report.listings.get(file, "") + code

    def markup(self, block: Markup) -> None:
        """What Markdown has itself."""
        free, texts = self.free, iter(block.texts)
        for token in block.tokens:
            if token.type == "heading_open":
                self.free = free or not (self.place == "summary" or (self.place and self.asked()))
            elif token.type == "heading_close":
                self.free = free
            elif token.type == "ordered_list_open" and not self.free and (start := token.attrs.get("start")):
                raise ReportError(f"{self.where}: the number '{start}' is typed; a list starts with its first item")
            elif token.type.startswith("math_block"):
                self.formula(token.content, display=True)
                self.words += self.place == "answer"
            elif token.type == "inline":
                self.text(next(texts))
            elif token.type in ("fence", "code_block"):
                if not self.free and (found := typed_number(token.content)):
                    raise ReportError(f"{self.where}: the number {found!r} is typed in code; show it as ```output")
                self.cites(self.report.values.paths(token.content))

    def text(self, text: Text) -> None:
        """The content of a paragraph or a title."""
        for token in text.tokens:
            self.cites(self.report.values.paths(token.content))
            if token.type.startswith("math_inline"):
                self.formula(token.content, "double" in token.type)
            elif token.type == "text" and not self.free and (found := typed_number(token.content)):
                raise ReportError(f"{self.where}: the number {found!r} is typed; cite it, with <%= value(...) %>")
            elif token.type == "code_inline" and not self.free and (found := typed_in_code(token.content)):
                raise ReportError(
                    f"{self.where}: the number {found!r} is typed in code; cite it, with <%= value(...) %>"
                )
            elif token.type == "image":
                raise ReportError(f"{self.where}: a picture is a ::: figure; {token.attrs['src']} is none")
            elif token.type == "ground" and not (self.place and text.is_paragraph):
                raise ReportError(
                    f"{self.where}: [{token.content}] is a ground; it stands in an answer, a caption or the summary"
                )
            elif href := str(token.attrs.get("href", "")):
                if "title" in token.attrs:
                    raise ReportError(f"{self.where}: the link to {href} has a title, which nobody sees in print")
                if not href.startswith(("#", "https://")):
                    raise ReportError(f"{self.where}: a link goes to # or to https://, not to {href}")
                if href.startswith("#"):
                    self.report.references.setdefault(href[1:], self.where)
        if not self.free:
            self.joined(text.tokens)
        if self.place and text.is_paragraph:
            self.scope.sentences += [Stated(sentence, self.place) for sentence in text.sentences]
        if self.place == "answer" and text.is_paragraph:
            self.words += sum(len(tree.WORD.findall(sentence.words)) for sentence in text.sentences)

    def joined(self, tokens: Sequence[Token]) -> None:
        """Raise ReportError for a number of which several tokens have a part each."""
        said = constants = ""
        for token in tokens:
            if token.type.startswith("math"):
                signs = drawn(token.content.strip(), "double" in token.type)
                said, constants = said + letters(signs), constants + (signs if signs.isdecimal() else "$")
            elif token.type == "code_inline":
                said, constants = said + token.content.replace("_", "x"), constants + "$"
            else:
                text = "\n" if token.type == "ground" or token.type.endswith("break") else token.content
                said, constants = said + text, constants + text
        if found := typed_word(said) or typed_constants(constants):
            raise ReportError(f"{self.where}: the number {found!r} is typed; cite it, with <%= value(...) %>")

    def formula(self, tex: str, display: bool) -> None:
        try:
            formula(tex.strip(), display)
            found = "" if self.free else stated_result(drawn(tex.strip(), display))
        except MathError as error:
            raise ReportError(f"{self.where}: {error}") from None
        if found:
            raise ReportError(
                f"{self.where}: the formula {tex!r} states the result {found}; cite it beside the formula"
            )
        if display and self.place == "answer":
            self.scope.derives = True
