"""Facts about reports that are made anew from what they carry: nothing else takes part, and no change stays unseen."""

import os
import random
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from reporting.press.evidence import EvidenceError, read
from reporting.verify import anew, objects
from reporting.verify.anew import AnewError, lay_out
from reporting.verify.rebuild import compare
from tests.conftest import Project
from tests.verify.test_tampering import glyph
from tests.verify.test_verify import changed, edit_manifest, replace, reseal


@pytest.fixture
def report(built: Project) -> Path:
    return built.root / "report" / "report.pdf"


def said(report: Path, *arguments: str | Path) -> str:
    """All that `verify` says, where the report was built."""
    words = [sys.executable, "-P", "-m", "reporting.commands.verify", *map(str, arguments)]
    environment = os.environ | {"PROJECT": str(report.parents[1]), "PYTHONPATH": str(report.parents[1])}
    return subprocess.run(words, env=environment, stdout=-1, stderr=-2, text=True, check=False).stdout


def test_the_attachments_and_the_environment_are_all_that_a_build_needs(report: Path, tmp_path: Path) -> None:
    lay_out(read(report).files, tmp_path)
    shutil.rmtree(tmp_path / "results")
    clean = {name: value for name, value in os.environ.items() if name not in ("PROJECT", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake"], cwd=tmp_path, env=clean, capture_output=True, check=False
    )
    assert done.returncode == 0, done
    assert (tmp_path / "report" / "report.pdf").read_bytes() == report.read_bytes()


@pytest.mark.soak
def test_so_it_is_with_the_whole_report(assignment: Project, tmp_path: Path) -> None:
    test_the_attachments_and_the_environment_are_all_that_a_build_needs(
        assignment.root / "report" / "report.pdf", tmp_path
    )


def test_no_two_attachments_have_one_name(report: Path) -> None:
    with pikepdf.open(report) as pdf:
        names = [name.lower() for name in pdf.attachments]
    assert len({*names}) == len(names)
    assert not any("/" in name for name in names)


TRAP = "import pathlib; pathlib.Path({!r}).touch()\n"


@pytest.mark.soak
def test_code_that_is_attached_is_not_run_wherever_it_lies(report: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    trap = TRAP.format(str(ran)).encode()

    def change(pdf: pikepdf.Pdf) -> None:
        for name in list(pdf.attachments):
            if name.endswith((".py", ".smk")) or name == "Snakefile":
                replace(pdf, name, pdf.attachments[name].get_file().read_bytes() + trap)
        for name in ("sitecustomize.py", "usercustomize.py", "numpy.py", "yaml.py", "snakemake.py", "matplotlib.py"):
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, trap)
            edit_manifest(pdf, lambda contents, name=name: contents["files"].update({name: "0" * 64}))  # type: ignore[misc]

    text = said(report, changed(report, tmp_path, change), "--recompute", "all")
    assert not ran.exists()
    assert "scripts/powers.py: is not as it is here; it was not run" in text
    assert "numpy.py: is not as it is here; it was not run" in text
    assert re.search("MISMATCH in the documents: numpy.py: is attached as another", text)


@pytest.mark.soak
def test_a_profile_that_is_attached_is_not_followed(report: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        name, path = "profiles.default.config.yaml", "profiles/default/config.yaml"
        replace(pdf, name, f"default-resources:\n  x: \"open({str(tmp_path / 'ran')!r}, 'w')\"\ncores: 1\n".encode())
        reseal(pdf, name, path)

    assert "profiles" not in said(report, changed(report, tmp_path, change))
    assert not (tmp_path / "ran").exists()


HOSTILE = {
    "a template that asks Python": ("<%= ''.__class__ %>", "access to attribute '__class__' of 'str' object is unsafe"),
    "a template that asks its own functions": ("<%= value.__globals__ %>", "is unsafe"),
    "a template that changes results": ("<%= raw('config').clear() %>", "is not (safely )?callable|is unsafe"),
    "a template that reads elsewhere": ("<% include '../../../../etc/passwd' %>", "is not in templates/"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_text_of_a_stranger_can_only_be_text(report: Path, tmp_path: Path, text: str, message: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        replace(pdf, "templates.summary.md", text.encode())
        reseal(pdf, "templates.summary.md", "templates/summary.md")

    words = said(report, changed(report, tmp_path, change))
    assert re.search(f"MISMATCH in the documents: .*{message}", words), words
    assert "Traceback" not in words


def test_what_takes_too_long_or_writes_too_much_is_ended(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(read(report).files, tmp_path)
    monkeypatch.setattr(anew, "PATH", str(report.parents[1]))
    monkeypatch.setattr(anew, "ROOT", report.parents[1])
    monkeypatch.setitem(anew.MOST_SECONDS, "rebuild", 1)
    with pytest.raises(AnewError, match=r"^it takes more than 1 s$"):
        anew.snakemake("rebuild", ["results/report.pdf"], tmp_path)
    monkeypatch.setitem(anew.MOST_SECONDS, "rebuild", 600)
    monkeypatch.setattr(anew, "LARGEST_FILE", 1000)
    with pytest.raises(AnewError):
        anew.snakemake("rebuild", ["results/report.pdf"], tmp_path)


def test_nothing_that_is_made_anew_reaches_another_process_by_the_network() -> None:
    if not anew.isolated():
        pytest.skip("this system lets its user ask for no such process")
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)"
        command = [sys.executable, "-c", reach]
        assert subprocess.run(command, check=False).returncode == 0
        assert subprocess.run([*anew.isolated(), *command], stderr=-3, check=False).returncode == 1


@pytest.mark.soak
def test_on_another_machine_pages_are_compared_as_pictures_and_as_text(report: Path, tmp_path: Path) -> None:
    def elsewhere(pdf: pikepdf.Pdf) -> None:
        edit_manifest(pdf, lambda contents: contents["made"]["on"].update(pango="1.0"))

    words = said(report, changed(report, tmp_path, elsewhere))
    assert "'pango': '1.0' there" in words
    assert words.splitlines()[-1].startswith("As it looks and reads, every page follows"), words


@pytest.mark.soak
def test_where_pages_look_otherwise_a_page_marks_that(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = said(report, changed(report, tmp_path, lambda pdf: glyph(pdf, "1")))
    assert re.search(r"MISMATCH in the documents: page \d: looks otherwise than the one made anew", words)
    assert "verify.html shows where its pages differ" in words
    assert "data:image/png" in (tmp_path / "verify.html").read_text(encoding="utf-8")


def test_where_two_pdfs_differ_is_told_from_the_root(report: Path, tmp_path: Path) -> None:
    before = report.read_bytes()
    assert list(objects.differing(before, before)) == []
    with pikepdf.open(report) as pdf:
        pdf.Root.ViewerPreferences.HideToolbar = True
        pdf.pages[0].obj.Annots[0].F = 2
        pdf.save(tmp_path / "changed.pdf")
    found = list(objects.differing((tmp_path / "changed.pdf").read_bytes(), before))
    assert found == ["/Root/ViewerPreferences/HideToolbar: only there", "/Root/Pages/Kids[0]/Annots[0]/F"]


# A generator of changes: some object that is drawn at random is another.


def objects_of(pdf: pikepdf.Pdf) -> Iterator[tuple[pikepdf.Object, str]]:
    """Each value that is in a dictionary, and its key."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield from ((thing, key) for key in thing.keys() if key not in ("/Length", "/Filter", "/DecodeParms"))  # noqa: SIM118


def edit_a_value(pdf: pikepdf.Pdf, chance: random.Random) -> str:
    thing, key = chance.choice(list(objects_of(pdf)))
    value = thing[key]
    if isinstance(value, pikepdf.Name):
        thing[key] = pikepdf.Name("/Changed")
    elif isinstance(value, pikepdf.String):
        thing[key] = pikepdf.String(str(value) + "7")
    elif isinstance(value, pikepdf.Array) and len(value):
        del value[chance.randrange(len(value))]
    elif isinstance(value, pikepdf.Object):
        del thing[key]
    else:
        thing[key] = not value if isinstance(value, bool) else float(value) + 40
    return f"{thing.objgen}{key}"


def edit_a_stream(pdf: pikepdf.Pdf, chance: random.Random) -> str:
    stream = chance.choice([thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)])
    content = bytearray(stream.read_bytes())
    if content:
        place = chance.randrange(len(content))
        content[place] = (content[place] + chance.randrange(1, 256)) % 256
    else:
        content = bytearray(b"x")
    stream.write(bytes(content))
    return f"{stream.objgen} at a byte"


def edit_a_page(pdf: pikepdf.Pdf, chance: random.Random) -> str:
    page = chance.choice(list(pdf.pages))
    operators = pikepdf.parse_content_stream(page)
    place = chance.randrange(len(operators))
    match chance.randrange(3):
        case 0:
            del operators[place]
        case 1:
            operators.insert(place, operators[chance.randrange(len(operators))])
        case 2:
            other = chance.randrange(len(operators))
            operators[place], operators[other] = operators[other], operators[place]
    page.Contents.write(pikepdf.unparse_content_stream(operators))
    return f"{page.objgen} operator {place}"


def edit_an_attachment(pdf: pikepdf.Pdf, chance: random.Random) -> str:
    name = chance.choice(list(pdf.attachments))
    text = pdf.attachments[name].get_file().read_bytes()
    place = chance.randrange(len(text) + 1)
    replace(pdf, name, text[:place] + b"7" + text[place:])
    return f"{name} at {place}"


KINDS: list[Callable[[pikepdf.Pdf, random.Random], str]] = [
    edit_a_value,
    edit_a_stream,
    edit_a_page,
    edit_an_attachment,
]


def as_seen(pdf: bytes) -> list[object]:
    """What a reader sees of a PDF: its pages as pictures and as text, and its attachments."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [(page.render().to_numpy().tobytes(), page.get_textpage().get_text_range()) for page in document]
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [pages, {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}]


def tampered(report: Path, chance: random.Random) -> tuple[str, bytes]:
    """A report with a change, and which."""
    with pikepdf.open(report) as pdf:
        kind = chance.choice(KINDS)
        told = f"{kind.__name__} {kind(pdf, chance)}"
        target = BytesIO()
        pdf.save(target)
        return told, target.getvalue()


@pytest.mark.parametrize("times", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_whatever_is_changed_differs_from_the_report_that_is_made_anew(report: Path, times: int) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, true = random.Random(seed), report.read_bytes()
    seen, told_apart = as_seen(true), 0
    for _ in range(times):
        told, content = tampered(report, chance)
        assert content != true
        try:
            if as_seen(content) == seen:
                continue
        except (pypdfium2.PdfiumError, pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
            pass  # it is no PDF any more
        told_apart += 1
        with suppress(EvidenceError, pypdfium2.PdfiumError, pikepdf.PdfError):
            assert compare(content, true) or list(objects.differing(content, true)), told
    assert told_apart
