"""Settings and helpers for all tests."""

import atexit
import ctypes
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from reporting.commands import environment
from reporting.pipeline import seal

# How long one example takes says more about the machine than about the code.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")

PAGE = """<!doctype html><html lang="en"><title><%= value("title", "text") %></title><style><%= style %></style>
<div class="summary"><%= summary %></div>
<% for part in sections + appendices %>
<section id="part-<%= part.number %>"><h2><%= Markup(part.title) %></h2><%= Markup(part.body) %></section>
<% endfor %></html>"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
CHARACTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2030), 0x2212]))
RUBRIC: dict[str, Any] = {
    "longest_answer": 80,
    "longer_answers": {},
    "longest_body": 30,
    "derivations": [],
    "points": {"1.1.a": 2, "1.1.b": 1},
}
# A claim of every small report, and how its sentences are told from each other.
GIVEN = '```claims\ngiven: title == "A report"\n```\n'
END = re.compile(r"([.!?:][)\"”]*)(?=\s+[\"“‘(]?[A-Z$`\[<*-]|\s*$)")
FACTS = {"run": {"loss": [0.5, 0.25], "name": "first", "steps": 3}}
ROOT = Path(__file__).parents[1]
PARTS = (
    "Snakefile",
    "pyproject.toml",
    "requirements.lock",
    "rules",
    "profiles",
    "config",
    "nnlib",
    "scripts",
    "reporting",
    "templates",
)
HOSTILE = '<script>alert(1)</script> $x$ {{ 7*7 }} & "q"'
# An edit of a style, after which both documents are made anew.
STYLE = ("reporting/templates/style.css", "body { margin: 0 }", "body { margin: 0mm }")
# What a build says beside what is wrong.
USUAL = re.compile(
    r"Using workflow specific profile|\d+/\d+  |Stopped after \d+ of \d+ jobs?, "
    r"|.* still of the last good build, not of today's sources\.$|report/report\.ipynb .* make notebook makes it\.$"
)
# Starts Snakemake again and again. What it and the engine import is imported once: each start is a fork.
STARTER = """
import json, os, sys
import snakemake.cli, snakemake.linting.rules, snakemake.report
import fontTools.ttLib, jinja2, jsonschema, markdown_it, nbformat, pikepdf, pygments.lexers, pypdfium2, ruamel.yaml

for line in sys.stdin:
    root, first, words, folder = json.loads(line)
    if not os.fork():
        os.chdir(root)
        for stream, path in enumerate((os.devnull, f"{folder}/out", f"{folder}/err")):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), stream)
        sys.path[0] = root
        sys.argv = ["snakemake", *words]
        exec(first)
        sys.exit(snakemake.cli.main())
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
# Prints the jobs that would run and those of each cause, before it says why.
ASK = """
from reporting.pipeline import console, plan
said, runs, title = plan.consequences, [], plan.job_name
plan.consequences = lambda run, questions: runs.append(run) or said(run, questions)


def spied(workflow, found, uses):
    lines = list(plan.plan(workflow, found, uses))
    yield from (f"job {title(job)}" for job in workflow.dag.needrun_jobs() if job.output)
    yield from (f"explained {title(job)}" for run in runs for job in run)
    yield from lines


console.plan = spied
"""
NEW_RUN = "  pluto: {title: Pluto, days: 14160, groups: 20, largest: 160}\n"

# What some tests use beside the project's own needs, and Debian's packages that bring it.
DEBIAN = {
    "chromium": "chromium",
    "debootstrap": "debootstrap",
    "libatomic.so.1": "libatomic1",
    "pdfsig": "poppler-utils",
    "pdftotext": "poppler-utils",
    "qemu-x86_64": "qemu-user",
    "munged": "munge",
    "qpdf": "qpdf",
    "slurmctld": "slurm-wlm",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
LACKS = "this machine lacks "


def found(name: str) -> str | None:
    """Where a program is; a library has its name for a place."""
    if ".so." not in name:
        return next(filter(None, map(shutil.which, BROWSERS if name == "chromium" else [name])), None)
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    return name


def need(*names: str) -> None:
    """Skip a test on a machine that lacks something, or fail it if INSTALLED names the package that should be there."""
    missing = [name for name in names if not found(name)]
    installed = [DEBIAN[name] for name in missing if DEBIAN[name] in os.environ.get("INSTALLED", "").split()]
    if missing:
        (pytest.fail if installed else pytest.skip)(LACKS + ", ".join(missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests were skipped, and which command brings what they need."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.getreports("skipped"))
    lacking = {reason: count for reason, count in reasons.items() if reason.startswith(LACKS)}
    if lacking:
        names = sorted({name for reason in lacking for name in reason.removeprefix(LACKS).split(", ")})
        command = " ".join([environment.INSTALL["debian"], *sorted({DEBIAN[name] for name in names})])
        terminalreporter.write_line(
            f"{sum(lacking.values())} skipped: {LACKS}{', '.join(names)}. As root on Debian: {command}"
        )
    for reason in reasons.keys() - lacking.keys():
        terminalreporter.write_line(f"{reasons[reason]} skipped: {reason}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the whole assignment takes long. Files that need a build wait, but for the first, which makes it while
    others run."""
    for fixture in ("assignment", "built"):
        needing = [item for item in items if fixture in getattr(item, "fixturenames", ())]
        waiting = {item.path for item in needing}
        waiting -= {min(waiting, default=None)}
        items.sort(key=lambda item, waiting=waiting: item.path in waiting)  # type: ignore[misc]
        for item in needing if fixture == "assignment" else ():
            item.add_marker(pytest.mark.soak)


def grounded(text: str) -> str:
    """The text with that claim as the ground of each of its sentences."""
    parts = text.split("\n\n")
    for index, part in enumerate(map(str.rstrip, parts)):
        if part and not re.match(r"\s*(?:\$\$|```|\||#|:::|<% )", part):
            part = END.sub(r"\1 [given]", part)
            parts[index] = part if part.endswith("[given]") else f"{part}. [given]"
    return "\n\n".join(parts)


@pytest.fixture
def write_page(tmp_path: Path) -> Callable[..., str]:
    """A small report, from its sections' text to HTML: questions 1.1.a and 1.1.b, figures `one` and `two`."""
    from reporting.compose.document import page, rehearse

    def write(
        *texts: str,
        rubric: Mapping[str, Any] = RUBRIC,
        tree: Mapping[str, Any] = FACTS,
        characters: str = CHARACTERS,
        appendix: str = "# Notes\n\nMore.\n",
        summary: str = "What was found. [defined]",
        frame: str = PAGE,
        picture: str = PICTURE,
        rehearsal: bool = False,
    ) -> str:
        sections = tmp_path / "templates" / "sections"
        sections.mkdir(parents=True, exist_ok=True)
        for name, content in {
            "templates/report.html": frame,
            "templates/style.css": "p { margin: 0 }",
            "templates/summary.md": summary,
            "code.py": "def twice(x: int) -> int:\n    return 2 * x\n",
            "one.svg": picture,
            "two.svg": PICTURE.replace("9", "8"),
            "templates/sections/A.md": appendix,
            **{f"templates/sections/1.{number}.md": text for number, text in enumerate(texts, 1)},
        }.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        tree = {"title": "A report", **tree}
        if rehearsal:
            rehearse(tmp_path, tree, rubric, ("one", "two"))
            return ""
        pictures = {name: tmp_path / f"{name}.svg" for name in ("one", "two")}
        return page(
            tmp_path, tree, rubric, pictures, {"style_sheet": "", "unpacked": "", "characters": characters}
        ).markup

    return write


def letters(text: pypdfium2.PdfTextPage) -> Iterator[tuple[float, float, str]]:
    """The characters of a page, each with the height and the place of its origin."""
    for index in range(text.count_chars()):
        x, y = ctypes.c_double(), ctypes.c_double()
        pypdfium2.raw.FPDFText_GetCharOrigin(text, index, x, y)
        letter = chr(pypdfium2.raw.FPDFText_GetUnicode(text, index))
        if letter.isprintable():
            yield y.value, x.value, letter


@cache
def starter() -> "subprocess.Popen[str]":
    """What starts Snakemake for the tests of this process."""
    words = [sys.executable, "-c", STARTER]
    server = subprocess.Popen(words, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


@dataclass
class Project:
    """A copy of the project, and its report once it is built."""

    root: Path

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """A build as `make` starts it, in a group of processes of its own."""
        return subprocess.Popen(
            [sys.executable, "-S", "reporting/pipeline/interruptible.py", "-m", "snakemake", *arguments],
            cwd=self.root,
            env=os.environ | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def snakemake(self, *words: str, first: str = "") -> subprocess.CompletedProcess[str]:
        """A build, before which it runs what comes first."""
        server = starter()
        assert server.stdin
        assert server.stdout
        with TemporaryDirectory() as folder:
            server.stdin.write(json.dumps([str(self.root), first, words, folder]) + "\n")
            server.stdin.flush()
            status = int(server.stdout.readline())
            said = (Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
            return subprocess.CompletedProcess(words, status, *said)

    def build(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = self.snakemake(*words)
        assert done.returncode == 0, done.stderr
        return done

    def made(self) -> dict[str, tuple[int, bytes]]:
        """Every file that the pipeline made, logs apart, with its time and content."""
        paths = [path for folder in ("results", "report") for path in (self.root / folder).rglob("*") if path.is_file()]
        named = {str(path.relative_to(self.root)): path for path in paths}
        return {
            name: (path.stat().st_mtime_ns, path.read_bytes())
            for name, path in named.items()
            if not name.startswith("results/logs/")
        }

    def ran(self, done: subprocess.CompletedProcess[str]) -> set[str]:
        """The jobs of a build, as the console named them."""
        return set(re.findall(r"^\d+/\d+  (\S+)  [\d.]+ s$", done.stderr, re.MULTILINE))

    def products(self) -> dict[str, bytes]:
        """The content of every file that must be the same in every build: all but the logs."""
        return {name: content for name, (_, content) in self.made().items() if not name.startswith("results/logs/")}

    def edit(self, name: str, old: str, new: str) -> Callable[[], None]:
        """Replace the one `old` in a file; what is returned puts the file back."""
        count = (self.root / name).read_text(encoding="utf-8").count(old)
        assert count == 1, f"{old!r} is {count} times in {name}"
        return self.rewrite(name, lambda content: content.replace(old, new))

    def append(self, name: str, text: str) -> Callable[[], None]:
        """Write more at the end of a file; what is returned puts the file back."""
        return self.rewrite(name, lambda content: content + text)

    def rewrite(self, name: str, change: Callable[[str], str]) -> Callable[[], None]:
        path = self.root / name
        content = path.read_text(encoding="utf-8")
        path.write_text(change(content), encoding="utf-8")

        def put_back() -> None:
            path.write_text(content, encoding="utf-8")

        return put_back

    def tidy(self, said: str) -> None:
        """Remove what no rule makes any more, with the command that a build says."""
        (command,) = re.findall(r"to remove them: (.*)$", said, re.MULTILINE)
        subprocess.run(["sh", "-c", command], cwd=self.root, check=True)

    def forge(self, name: str, content: bytes) -> None:
        """Write a result with its seal, as if a faulty job had made it."""
        found = seal.read(self.root / name)
        assert found
        (self.root / name).write_bytes(content)
        forged = {"sha256": seal.sha256(self.root / name), "provenance": asdict(found.provenance)}
        seal.seal_path(self.root / name).write_text(json.dumps(forged), encoding="utf-8")

    def report(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "report").glob("[!.]*")}

    def artifact(self, name: str) -> Any:
        return json.loads((self.root / "results" / f"{name}.json").read_text(encoding="utf-8"))

    @cached_property
    def page(self) -> str:
        return (self.root / "report" / "report.html").read_text(encoding="utf-8")

    @cached_property
    def elements(self) -> list[tuple[str, dict[str, str]]]:
        """The HTML's tags with their attributes."""
        found: list[tuple[str, dict[str, str]]] = []

        class Collector(HTMLParser):
            def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
                found.append((tag, {name: value or "" for name, value in attributes}))

        Collector().feed(self.page)
        return found

    @cached_property
    def lines(self) -> list[list[str]]:
        """The PDF's text, a list of lines a page; what stands on about one baseline is one line."""
        document = pypdfium2.PdfDocument(self.root / "report" / "report.pdf")
        pages = []
        for sheet in document:
            text = sheet.get_textpage()
            rows: list[tuple[float, list[tuple[float, str]]]] = []
            for y, x, letter in sorted(letters(text), key=lambda found: (-found[0], found[1])):
                if not rows or rows[-1][0] - y > 3:
                    rows.append((y, []))
                rows[-1][1].append((x, letter))
            pages.append(["".join(letter for _, letter in sorted(row)) for _, row in rows])
        document.close()
        return pages

    @cached_property
    def pdf(self) -> pikepdf.Pdf:
        return pikepdf.open(self.root / "report" / "report.pdf")

    def bookmarks(self) -> list[tuple[str, int]]:
        """The titles of the PDF's bookmarks with the index of the page to which each leads."""
        document = pypdfium2.PdfDocument(self.root / "report" / "report.pdf")
        try:
            found = []
            for item in document.get_toc():
                target = item.get_dest()
                assert target is not None
                found.append((" ".join(item.get_title().split()), target.get_index()))
            return found
        finally:
            document.close()


@contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    """A mount for a while; skips the test where that is not permitted."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", arguments[-1]], check=True)


def ask(root: Path, *words: str) -> tuple[set[str], set[str], str]:
    """The jobs that would run, the causes, and all that the plan says; no job has no cause, and no cause is twice."""
    done = Project(root).snakemake("-n", *words, first=ASK)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    jobs, explained = (set(re.findall(rf"^{word} (\S+)$", said, re.MULTILINE)) for word in ("job", "explained"))
    causes = re.findall(r"^(.*)\n  → ", said, re.MULTILINE)
    assert explained == jobs, said
    assert len(causes) == len(set(causes)), said
    return jobs, set(causes), said


def copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


def copy_of_the_project(folder: Path) -> Path:
    root = folder / "my report"
    root.mkdir()
    for part in PARTS:
        copied(ROOT / part, root / part) if (ROOT / part).is_dir() else shutil.copy(ROOT / part, root / part)
    return root


def small_report(folder: Path) -> Path:
    """The smallest report, with what tests/report adds to it, and the engine within it, where tests may change it."""
    root = folder / "a report"
    copied(ROOT / "reporting" / "new", root)
    (root / "templates" / "sections" / "1.md").unlink()
    copied(ROOT / "tests" / "report", root)
    copied(ROOT / "reporting", root / "reporting")
    shutil.copy(ROOT / "requirements.lock", root)
    return root


def once(factory: pytest.TempPathFactory, worker: str, copy: Callable[[Path], Path], *targets: str) -> Project:
    """A build of a copy; the processes that run tests share it."""
    base = factory.getbasetemp()
    folder = (base if worker == "master" else base.parent) / copy.__name__
    folder.mkdir(exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "root").exists():
            project = Project(copy(folder))
            project.build(*targets)
            (folder / "root").write_text(str(project.root), encoding="utf-8")
    return Project(Path((folder / "root").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A small report with its notebook, to be read only."""
    return once(tmp_path_factory, worker_id, small_report, "all", "report/report.ipynb")


@pytest.fixture
def copy(built: Project, tmp_path: Path) -> Project:
    """A copy of it, to be changed."""
    return Project(shutil.copytree(built.root, tmp_path / "a copy"))


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """The assignment's whole report, which takes minutes; to be read only."""
    return once(tmp_path_factory, worker_id, copy_of_the_project)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need("chromium", "libatomic.so.1")  # which the browser's driver loads
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found("chromium"), args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture
def violations(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """What a PDF has against PDF/A-3a and PDF/UA-1, and what a screen reader would stumble over."""
    import outloud
    from page import ValidationProfile, validate_pdf_bytes

    def check(pdf: bytes) -> list[str]:
        path = tmp_path / "checked.pdf"
        path.write_bytes(pdf)
        # TAG-002 takes a long running header for a sentence that is not read.
        heard = outloud.check(str(path), skip=["TAG-002"])
        assert heard.error is None
        return [
            *(
                f"{failure.rule_id}: {failure.message}"
                for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1)
                for failure in validate_pdf_bytes(pdf, profile=profile).failures
            ),
            *(f"{finding.rule}: {finding.message}" for finding in heard.findings),
        ]

    return check
