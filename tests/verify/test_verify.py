"""Facts about checking a report from its file alone: what is true passes, and whatever was changed is named."""

import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.commands import review, verify
from reporting.compose.printed import Printed
from reporting.press.evidence import LARGEST_FILE, MANIFEST, VERSION, EvidenceError, read, sha256, understood
from reporting.verify.recompute import deviations
from tests.conftest import ROOT, Project

Change = Callable[[pikepdf.Pdf], None]
ARTIFACT = "results.birthdays.earth.json"
COUNT = r"(\w+) +(\d+) of +(\d+)"


@pytest.fixture
def report(built: Project) -> Path:
    return built.root / "report" / "report.pdf"


def changed(report: Path, folder: Path, change: Change) -> str:
    """The report, changed."""
    target = folder / "changed.pdf"
    with pikepdf.open(report) as pdf:
        change(pdf)
        pdf.save(target)
    return str(target)


def replace(pdf: pikepdf.Pdf, name: str, content: bytes) -> None:
    pdf.attachments[name].obj.EF.F.write(content)


def edit(pdf: pikepdf.Pdf, name: str, old: str, new: str) -> None:
    """Replace the first match in an attachment."""
    text = pdf.attachments[name].get_file().read_bytes().decode()
    edited, found = re.subn(old, new, text, count=1)
    assert found
    replace(pdf, name, edited.encode())


def edit_manifest(pdf: pikepdf.Pdf, change: Callable[[dict[str, Any]], object]) -> None:
    contents = json.loads(pdf.attachments[MANIFEST].get_file().read_bytes())
    change(contents)
    replace(pdf, MANIFEST, json.dumps(contents).encode())


def reseal(pdf: pikepdf.Pdf, name: str, path: str) -> None:
    digest = sha256(pdf.attachments[name].get_file().read_bytes())
    edit_manifest(pdf, lambda contents: contents["files"].update({path: digest}))


def outcome(report: Path, *arguments: str | Path) -> tuple[int, str, list[str]]:
    """The status, what holds of each kind in a line, and the mismatches, where the report was built."""
    words = [sys.executable, "-P", "-m", "reporting.commands.verify", *map(str, arguments)]
    environment = os.environ | {"PROJECT": str(report.parents[1]), "PYTHONPATH": str(report.parents[1])}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    holds = [f"{found[2]} of {found[3]} {found[1]}" for found in map(re.compile(COUNT).fullmatch, lines) if found]
    return done.returncode, ", ".join(holds), [line for line in lines if line.startswith(("MISMATCH", "..."))]


def refusal(capsys: pytest.CaptureFixture[str], path: str | Path) -> str:
    """The one message with which a file is refused."""
    assert verify.main([str(path), "--quick"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def test_a_report_is_true_from_its_file_alone_in_any_folder(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "handed in.pdf").write_bytes(report.read_bytes())
    monkeypatch.chdir(tmp_path)
    status, last, mismatches = outcome(report, "handed in.pdf", "--quick")
    assert (status, mismatches) == (0, [])
    counts = re.fullmatch(r"(\d+) of (\d+) files, (\d+) of (\d+) values, (\d+) of (\d+) claims, .* objects", last)
    assert counts
    assert counts[1] == counts[2]
    assert counts[3] == counts[4]
    assert int(counts[3]) > 10
    assert [path.name for path in tmp_path.iterdir()] == ["handed in.pdf"]


@pytest.mark.soak
def test_an_experiment_that_is_run_anew_is_the_attached_one_bit_for_bit(report: Path, tmp_path: Path) -> None:
    status, last, mismatches = outcome(report, report, "--recompute", "all")  # and the report with it
    assert (status, mismatches) == (0, [])
    assert last.endswith(", 1 of 1 documents, 4 of 4 experiments")
    status, last, mismatches = outcome(report, changed(report, tmp_path, seal_anew), "--quick", "--recompute", "all")
    assert status == 1
    assert last.endswith(", 3 of 4 experiments")
    assert re.search(
        r"experiments: results/birthdays/earth\.json: '.*largest_difference' is 0\.99 in the", mismatches[-1]
    )


def alone(page: pikepdf.Page) -> list[tuple[Any, str]]:
    """The texts of the values on a page."""
    file = BytesIO()
    with pikepdf.new() as pdf:
        pdf.pages.append(page)
        pdf.save(file)
    return Printed(file.getvalue()).places


def swap_glyphs(pdf: pikepdf.Pdf) -> None:
    """Exchange the last two digits of a value on a page, as an editor of PDFs would."""
    for page in pdf.pages:
        before, content = alone(page), page.Contents.read_bytes()
        for match in re.finditer(rb"<(?:\w{4})+(\w{4})(\w{4})>", content):
            if before and match[1] != match[2]:
                page.Contents.write(content[: match.start(1)] + match[2] + match[1] + content[match.end(2) :])
                changes = [text for (_, text), (_, old) in zip(alone(page), before, strict=True) if text != old]
                if any(re.search(r"\d\d$", text) for text in changes):
                    return
        page.Contents.write(content)
    pytest.fail("no value was changed")


def test_a_digit_that_is_changed_on_a_page_is_named_with_its_page(report: Path, tmp_path: Path) -> None:
    status, last, mismatches = outcome(report, changed(report, tmp_path, swap_glyphs), "--quick")
    assert status == 1
    found = [line for line in mismatches if "in the values" in line]
    assert len(found) == 1, mismatches
    match = re.search(r"page \d+: '[\w.\[\]]+' is '(.*)' in \S+, '(.*)' in the manifest, '(.*)' on the page", found[0])
    assert match, found
    assert match[1] == match[2] != match[3]
    assert sorted(match[1]) == sorted(match[3])
    values = re.search(r"(\d+) of (\d+) values", last)
    assert values
    assert int(values[2]) - int(values[1]) == 1


def unlist(pdf: pikepdf.Pdf) -> None:
    edit_manifest(pdf, lambda contents: contents["values"].pop(3))


def drop(pdf: pikepdf.Pdf) -> None:
    del pdf.attachments[ARTIFACT]


def edit_value(pdf: pikepdf.Pdf) -> None:
    def change(contents: dict[str, Any]) -> None:
        value = next(value for value in contents["values"] if value["path"].startswith("birthdays.earth"))
        value["text"] += "1"

    edit_manifest(pdf, change)


def edit_word(pdf: pikepdf.Pdf) -> None:
    def change(contents: dict[str, Any]) -> None:
        runs = next(passage["runs"] for passage in contents["passages"] if passage["name"] == "1.1.a")
        runs[1] = runs[1].replace("e", "o")

    edit_manifest(pdf, change)


def add_claim(pdf: pikepdf.Pdf) -> None:
    def change(contents: dict[str, Any]) -> None:
        contents["claims"].append(
            {"question": "1.1.a", "name": "more", "expression": "birthdays.earth.half.people > 1000"}
        )

    edit_manifest(pdf, change)


def edit_sentence(pdf: pikepdf.Pdf, **edits: Any) -> None:
    edit_manifest(pdf, lambda contents: contents["sentences"][-1].update(edits))


def take_claims(pdf: pikepdf.Pdf) -> None:
    edit_manifest(pdf, lambda contents: contents.update(claims=[]))


def seal_anew(pdf: pikepdf.Pdf) -> None:
    edit(pdf, ARTIFACT, r'("largest_difference": )0\.\d+', r"\g<1>0.99")
    reseal(pdf, ARTIFACT, "results/birthdays/earth.json")


def add_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["more.json"] = pikepdf.AttachedFileSpec(pdf, b"{}")


PATH = r"results/birthdays/earth\.json: "
TAMPERED: dict[str, tuple[Change, str]] = {
    "a digit in an artifact": (
        lambda pdf: edit(pdf, ARTIFACT, r"(\d)\.(\d)", r"\g<1>.\g<2>7"),
        rf"in the files: {PATH}its SHA-256 is \w+\.\.\., in the manifest \w+",
    ),
    "an artifact that is not JSON": (lambda pdf: replace(pdf, ARTIFACT, b"{"), rf"in the files: {PATH}not valid JSON"),
    "an artifact and its seal": (
        seal_anew,
        "in the files: the artifacts and the configuration: the report prints another SHA-256",
    ),
    "a digit in the configuration": (
        lambda pdf: edit(pdf, "config.config.yaml", "seed: 1", "seed: 2"),
        r"in the files: config/config\.yaml: its SHA-256",
    ),
    "a configuration that is not valid": (
        lambda pdf: edit(pdf, "config.config.yaml", "seed: 1", "seed: x"),
        r"in the files: config/config\.yaml: seed: is 'x\d*', must be an integer",
    ),
    "a configuration of endless aliases": (
        lambda pdf: replace(
            pdf,
            "config.config.yaml",
            b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d, " % (n - 1) * 9 if n else b"x") for n in range(30)),
        ),
        r"in the files: config/config\.yaml: not valid YAML: its aliases make it larger than",
    ),
    "a source": (
        lambda pdf: edit(pdf, "scripts.powers.py", "def", "fed"),
        r"in the files: scripts/powers\.py: its SHA-256",
    ),
    "a text in the manifest": (
        edit_value,
        r"in the values: page \d+: 'birthdays\.earth\S*' is '(.*)' in results/birthdays/earth\.json, '\1.' in the",
    ),
    "a value that is not listed": (
        unlist,
        r"in the values: page \d+: links '.+' to an artifact, but the manifest has no",
    ),
    "a word in the manifest": (
        edit_word,
        r"in the passages: page \d+, in 1\.1\.a: the text is '.+' where the manifest",
    ),
    "a false claim": (
        add_claim,
        r"in the claims: question '1\.1\.a': \"?'?the claim birthdays\.earth\.half\.people > 1000 does",
    ),
    "a sentence in the manifest": (
        lambda pdf: edit_sentence(pdf, text="It was not said."),
        r"in the sentences: question '.*': the sentence 'It was not said\.' is not in the text",
    ),
    "a sentence without a ground": (
        lambda pdf: edit_sentence(pdf, grounds=[]),
        r"in the sentences: question '.*': the sentence '.*' has no ground",
    ),
    "a claim that is taken out": (
        take_claims,
        r"in the sentences: question '.*': the sentence '.*' rests on '\w+', which is no claim of the manifest",
    ),
    "a seal in the manifest": (
        lambda pdf: edit_manifest(pdf, lambda contents: contents["files"].update({"scripts/powers.py": 64 * "0"})),
        r"in the files: scripts/powers\.py: its SHA-256 is \w+\.\.\., in the manifest 000",
    ),
    "a dropped attachment": (
        drop,
        rf"in the files: {PATH}is in the manifest, but results\.birthdays\.earth\.json is not",
    ),
    "an attachment too many": (add_file, r"in the files: more\.json: is attached, but not in the manifest"),
}


@pytest.mark.parametrize(("change", "message"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_a_mismatch_that_names_it(
    report: Path, tmp_path: Path, change: Change, message: str
) -> None:
    status, _, mismatches = outcome(report, changed(report, tmp_path, change), "--quick")
    assert status == 1
    assert any(re.search(message, line) for line in mismatches), mismatches


def bomb(pdf: pikepdf.Pdf) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(1024)), packer.flush()])  # 1 GiB
    pdf.attachments[ARTIFACT].obj.EF.F.write(packed, filter=pikepdf.Name.FlateDecode)


def many(pdf: pikepdf.Pdf) -> None:
    for number in range(1001):
        pdf.attachments[f"a{number}"] = pikepdf.AttachedFileSpec(pdf, b"")


def rename(name: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, b"")

    return change


def packed_otherwise(pdf: pikepdf.Pdf) -> None:
    pdf.attachments[ARTIFACT].obj.EF.F.write(b"{}", filter=pikepdf.Name.DCTDecode)


REFUSED: dict[str, tuple[Change, str]] = {
    "a zip bomb": (bomb, rf"^the attachment {re.escape(ARTIFACT)} is too large: a file may have 8 MiB"),
    "an attachment packed like a picture": (packed_otherwise, "is packed in another way"),
    "too many attachments": (many, "^has more than 1000 attachments"),
    "a page as large as a field": (
        lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", [0, 0, 1e5, 1e5]),
        "^has a page that is too large",
    ),
    "a configuration as large as a book": (
        lambda pdf: replace(pdf, "config.config.yaml", b"x: [" + b"1, " * 400_000 + b"1]"),
        r"config/config\.yaml is larger than 1 MiB, which none is",
    ),
    "a name that leads upwards": (rename("../x"), r"^'\.\./x' is no name of an attachment"),
    "a name from the root": (rename("/etc/passwd"), "^'/etc/passwd' is no name"),
    "a name that a terminal obeys": (rename("\x1b[2J"), r"^'\\x1b\[2J' is no name"),
    "another tool": (
        lambda pdf: edit_manifest(pdf, lambda contents: contents.update(generator="x")),
        "another tool made it",
    ),
    "an older version": (
        lambda pdf: edit_manifest(pdf, lambda contents: contents.update(version=1)),
        "^an older version of this project made it: its evidence has version",
    ),
    "a newer version": (
        lambda pdf: edit_manifest(pdf, lambda contents: contents.update(version=VERSION + 1)),
        "^a newer version of this project made it",
    ),
    "a key too many": (
        lambda pdf: edit_manifest(pdf, lambda contents: contents.update(more=1)),
        "is not as this project writes it",
    ),
    "a manifest that is not JSON": (lambda pdf: replace(pdf, MANIFEST, b"\xff{"), "not valid JSON"),
    "no manifest": (lambda pdf: pdf.attachments.__delitem__(MANIFEST), "^carries no evidence"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_a_pdf_that_no_pipeline_of_ours_made_is_refused_in_one_message(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Change, message: str
) -> None:
    assert re.search(message, refusal(capsys, changed(report, tmp_path, change)))


def test_an_attachment_is_not_inflated_further_than_it_may_be(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inflated: list[int] = []

    class Counting:
        def __init__(self) -> None:
            self.inner = real()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def decompress(self, packed: bytes, most: int) -> bytes:
            found = self.inner.decompress(packed, most)
            inflated.append(len(found))
            return found

    real = zlib.decompressobj
    path = changed(report, tmp_path, bomb)
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    with pytest.raises(EvidenceError, match="too large"):
        read(path)
    assert max(inflated) == LARGEST_FILE + 1


def test_what_is_no_whole_pdf_is_refused_in_one_message(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, path = report.read_bytes(), tmp_path / "bad.pdf"
    assert refusal(capsys, path) == "No such file or directory"
    assert refusal(capsys, tmp_path) == "Is a directory"
    for bad, message in (
        (b"", "is not a PDF"),
        (b"%!PS-Adobe", "is not a PDF"),
        (content[:-1000], "is not a whole PDF: it was cut off or damaged"),
        (content[: len(content) // 2], "is not a whole PDF: it was cut off or damaged"),
        (b"%PDF-1.7\n", "is not a whole PDF: it was cut off or damaged"),
    ):
        path.write_bytes(bad)
        assert refusal(capsys, path) == message
    with pikepdf.open(report) as pdf:
        for password in ("", "secret"):
            pdf.save(path, encryption=pikepdf.Encryption(owner="o", user=password))
            assert refusal(capsys, path) == "is encrypted; a report is not"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
        assert refusal(capsys, path).startswith("carries no evidence: another tool made it")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@pytest.mark.parametrize("script", ["verify", "review"])
def test_without_the_environment_what_is_missing_is_one_message(script: str) -> None:
    command = [sys.executable, "-S", "-m", f"reporting.commands.{script}", "old.pdf", "new.pdf"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(rf"\w+ is not installed here; use \.venv/bin/python, or make {script} .*\n", done.stderr)


KEYS = ["files", "made", "values", "claims", "sentences", "passages", "heads", "pictures", "version"]


def nearly(key: str, value: object) -> dict[str, object]:
    """A manifest that is whole but for one key."""
    lists: dict[str, object] = {name: [] for name in KEYS[2:-1]}
    made: dict[str, object] = {"on": {}, "with": [], "checksum": "0" * 64, "artifacts": [], "configuration": "0" * 64}
    return {"generator": "proven-report", "version": VERSION, "files": {}, "made": made, **lists, key: value}


def fault(content: bytes) -> str:
    """Why a manifest is refused; nothing where it is understood."""
    try:
        understood(content)
    except EvidenceError as error:
        return str(error)
    return ""


@given(JSON | st.builds(nearly, st.sampled_from(KEYS), JSON))
def test_any_json_for_a_manifest_is_understood_or_refused_in_one_message(found: object) -> None:
    assert len(fault(json.dumps(found).encode()).splitlines()) <= 1


@given(st.binary(max_size=50))
def test_any_bytes_for_a_manifest_are_refused_in_one_message(content: bytes) -> None:
    assert len(fault(content).splitlines()) == 1


PATHS = st.text(max_size=20) | st.sampled_from(
    ["made.packages", "descents.first", "config.seed", "networks[0]", "digits.first_images"]
)
VALUE = st.fixed_dictionaries(
    {
        "path": PATHS,
        "format": st.text(max_size=5)
        | st.sampled_from(["text", "percent", "array", "spread", "point", "architecture", "scientific"]),
        "text": st.text(max_size=5),
        "places": st.lists(st.tuples(st.integers(1, 50), *4 * [st.floats(0, 900)]).map(list), max_size=2),
    }
)


@given(st.lists(VALUE, min_size=1, max_size=5), st.text(max_size=30))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_values_and_claims_a_manifest_has_are_mismatches_and_no_traceback(
    report: Path, tmp_path: Path, values: list[dict[str, Any]], expression: str
) -> None:
    def change(contents: dict[str, Any]) -> None:
        contents["values"] = values
        contents["claims"] = [{"question": "1.1.a", "name": "more", "expression": expression}]

    path = changed(report, tmp_path, lambda pdf: edit_manifest(pdf, change))
    status, _, mismatches = outcome(report, path, "--quick")
    assert status == 1
    assert all(line.isprintable() for line in mismatches)


def test_on_another_machine_a_number_may_differ_as_far_as_its_kind_is_said_to() -> None:
    old, new = {"loss": [1.0, 2.0], "epoch": 3}, {"loss": [1.0, 2.0 + 1e-7], "epoch": 3}
    assert list(deviations(old, new, (1e-6, 0))) == []
    assert list(deviations(old, new, (0, 0))) == ["'loss[1]' is 2.0 in the report, 2.0000001 computed anew"]
    assert list(deviations(old, {"loss": [1.0]}, (1, 1))) != []
    assert list(deviations({"a": None}, {"a": 1.0}, (1, 1))) == ["'a' is null in the report, 1.0 computed anew"]
    assert list(deviations({"a": True}, {"a": 0}, (9, 9))) != []


@pytest.mark.parametrize("text", ["", "-1", "some", "1.5"])
def test_what_is_no_number_of_experiments_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        verify.main(["report.pdf", "--recompute", text])
    assert "neither a number nor all" in capsys.readouterr().err


def test_every_attachment_has_a_description_and_pdfdetach_sees_it(report: Path) -> None:
    with pikepdf.open(report) as pdf:
        descriptions = {name: spec.description for name, spec in pdf.attachments.items()}
    assert all(descriptions.values())
    assert descriptions[ARTIFACT] == "Artifact: results/birthdays/earth.json"
    assert {MANIFEST, "config.config.yaml", "scripts.powers.py", "requirements.lock"} <= set(descriptions)
    assert report.stat().st_size < 5_000_000


def older_schema(pdf: pikepdf.Pdf) -> None:
    """As a version left it whose configuration had a key that there is no more."""
    for name, old, new in (
        ("config.config.yaml", "\nseed:", "\nluck: 7\nseed:"),
        ("config.schema.yaml", "\n  seed:", "\n  luck: {type: integer}\n  seed:"),
    ):
        text = pdf.attachments[name].get_file().read_bytes().decode()
        assert old in text
        replace(pdf, name, text.replace(old, new, 1).encode())
        reseal(pdf, name, name.replace("config.", "config/", 1))


def test_a_report_with_an_earlier_schema_names_the_version_that_can_verify_it_and_is_no_mismatch(
    built: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.pdf"
    with pikepdf.open(built.root / "report" / "report.pdf") as pdf:
        older_schema(pdf)
        pdf.save(path)
    assert verify.main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"\S+old\.pdf: version '[\d.]+' of this project made it; verify it with the checkout of that version "
        r"\(for this one, config/config\.yaml: luck: unknown key.*\)\n",
        err,
    )
    assert review.main([str(path), str(path), "-o", str(tmp_path / "review.html")]) == 0
