"""Facts about signing: the report's bytes stay, the signature is one, and what cannot be signed is one message."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from reporting.commands import sign
from reporting.pipeline.artifacts import atomic_write
from tests.certificates import ADA, Credentials, credentials, written
from tests.conftest import Project, need

SECRET = "ein Geheimnis für zwei"


@pytest.fixture(autouse=True)
def report(built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A report, in a folder where nobody gives a passphrase."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PASSPHRASE", raising=False)
    (tmp_path / "report").mkdir()
    for name in ("report.pdf", ".report.pdf.seal"):
        shutil.copy(built.root / "report" / name, "report")
    return Path(sign.REPORT).read_bytes()


@pytest.fixture(scope="module")
def ada() -> Credentials:
    return credentials()


def refusal(capsys: pytest.CaptureFixture[str], path: str) -> str:
    """The one message with which nothing is signed."""
    before = sorted(Path("report").iterdir())
    assert sign.main([path]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sorted(Path("report").iterdir()) == before
    (line,) = said.err.splitlines()
    return line


def test_a_signed_report_begins_with_the_report_which_stays(
    report: bytes, ada: Credentials, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign.main([written(tmp_path / "me.p12", ada.p12())]) == 0
    assert Path(sign.REPORT).read_bytes() == report
    signed = Path(sign.TARGET).read_bytes()
    assert signed.startswith(report)
    assert len(signed) > len(report)
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith(f"{sign.TARGET} is {sign.REPORT}, signed by 'CN={ADA}'; ")


def test_a_signed_report_keeps_to_both_standards_and_differs_where_its_field_is(
    report: bytes, ada: Credentials, tmp_path: Path, violations: Callable[[bytes], list[str]]
) -> None:
    assert sign.main([written(tmp_path / "me.p12", ada.p12())]) == 0
    signed = Path(sign.TARGET).read_bytes()
    assert violations(signed) == violations(report) == []
    with pikepdf.open(io.BytesIO(report)) as before, pikepdf.open(io.BytesIO(signed)) as after:
        assert after.check_pdf_syntax() == []
        (field,) = after.Root.AcroForm.Fields
        tree = after.Root.StructTreeRoot
        (document,) = tree.K
        places = [after.Root, after.pages[0].obj, document, document.K[-1], tree.ParentTree, field, field.V]
        there = {thing.objgen: thing.unparse(resolved=True) for thing in before.objects}
        changed = {thing.objgen for thing in after.objects if thing.unparse(resolved=True) != there.get(thing.objgen)}
        assert changed == {place.objgen for place in places}
        start, head, tail, rest = map(int, field.V.ByteRange)
    assert (start, signed[head : head + 1], signed[tail - 1 : tail], tail + rest) == (0, b"<", b">", len(signed))


def test_poppler_finds_the_signature_valid_and_of_the_whole_document(ada: Credentials, tmp_path: Path) -> None:
    need("pdfsig")
    assert sign.main([written(tmp_path / "me.p12", ada.p12())]) == 0
    said = subprocess.run(["pdfsig", sign.TARGET], capture_output=True, text=True, check=False).stdout
    for fact in ("Signature is Valid", "Total document signed", "ETSI.CAdES.detached", f"CN={ADA}"):
        assert fact in said


def test_pkcs12_and_pem_with_a_passphrase_or_without_all_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = credentials(by=credentials("An Authority"))
    for number, content in enumerate((own.p12(), own.pem(), own.p12(SECRET), own.pem(SECRET))):
        path = written(tmp_path / f"me{number}", content)
        monkeypatch.setenv("PASSPHRASE", SECRET)
        assert sign.main([path]) == 0
        Path(sign.TARGET).unlink()
    assert capsys.readouterr().err == ""


def test_a_passphrase_is_asked_for_where_there_is_a_terminal(
    ada: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return SECRET

    path = written(tmp_path / "me.p12", ada.p12(SECRET))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", answer)
    assert sign.main([path]) == 0
    assert asked == [f"Passphrase of {path}: "]


def test_a_key_of_rsa_signs_and_one_that_readers_do_not_know_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = credentials("An Authority")
    strange = credentials(by=by, key=ed25519.Ed25519PrivateKey.generate())
    assert "it must be RSA or of an elliptic curve" in refusal(capsys, written(tmp_path / "a", strange.p12()))
    own = credentials(by=by, key=rsa.generate_private_key(65537, 2048))
    assert sign.main([written(tmp_path / "b", own.p12())]) == 0


def no_key(own: Credentials) -> bytes:
    return serialize_key_and_certificates(None, None, None, [own.certificate], NoEncryption())


REFUSED: dict[str, tuple[Callable[[Credentials], bytes], str]] = {
    "a passphrase that nobody gives": (
        lambda own: own.p12(SECRET),
        "has a passphrase; give it on a terminal, or in the environment as PASSPHRASE",
    ),
    "the same in PEM": (lambda own: own.pem(SECRET), "has a passphrase; give it on a terminal, or in the environment"),
    "no key": (no_key, "has no key; "),
    "a certificate alone": (lambda own: own.public(), "has no key; "),
    "the key of another certificate": (
        lambda own: credentials().pem().partition(b"-----BEGIN CERT")[0] + own.public(),
        "has no certificate of its key",
    ),
    "another file": (lambda own: b"Dear Ada\n", "is neither PKCS#12 nor PEM with a key and its certificate"),
    "a file that is cut off": (lambda own: own.p12()[:200], "is neither PKCS#12 nor PEM with a key"),
    "PEM that is cut off": (lambda own: own.pem()[:100], "is neither PKCS#12 nor PEM with a key"),
    "a certificate that has expired": (
        lambda own: credentials(days=(-30, -1)).p12(),
        f"the certificate of 'CN={ADA}' is valid from 20",
    ),
    "a certificate of tomorrow": (lambda own: credentials(days=(1, 30)).p12(), "which is not today"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_sign_is_one_message(
    ada: Credentials,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: Callable[[Credentials], bytes],
    message: str,
) -> None:
    path = written(tmp_path / "me", content(ada))
    said = refusal(capsys, path)
    assert said.startswith(f"{path}: ")
    assert message in said


def test_a_wrong_passphrase_and_a_file_that_is_not_there_are_one_message(
    ada: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSPHRASE", "wrong")
    for content in (ada.p12(SECRET), ada.pem(SECRET)):
        assert "has another passphrase, or is damaged" in refusal(capsys, written(tmp_path / "me", content))
    assert refusal(capsys, "none.p12") == "none.p12: No such file or directory"


def test_certificates_for_which_there_is_no_room_are_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, by = credentials(), credentials("An Authority")
    above = (credentials(f"{n} {'x' * 60}", by=by).certificate for n in range(60))
    many = Credentials(own.key, own.certificate, tuple(above))
    assert "with its certificates, and may take 16384" in refusal(capsys, written(tmp_path / "me.p12", many.p12()))


def test_a_report_that_is_missing_changed_or_signed_already_is_not_signed(
    report: bytes, ada: Credentials, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "me.p12", ada.p12())
    assert sign.main([path]) == 0
    capsys.readouterr()
    assert refusal(capsys, path) == f"{sign.TARGET}: is this report, signed already; to sign it anew, delete that file"
    Path(sign.REPORT).write_bytes(report[:-1])
    assert "is not as its job left it; delete it" in refusal(capsys, path)
    Path(sign.REPORT).unlink()
    assert refusal(capsys, path) == f"{sign.REPORT}: is not there; make report makes it"


def test_a_signed_report_of_yesterday_gives_way(report: bytes, ada: Credentials, tmp_path: Path) -> None:
    path = written(tmp_path / "me.p12", ada.p12())
    assert sign.main([path]) == 0
    before = Path(sign.TARGET).read_bytes()
    with pikepdf.open(io.BytesIO(report)) as pdf, atomic_write(sign.REPORT) as aside:
        pdf.docinfo["/Title"] = "Another"
        pdf.save(aside)
    assert sign.main([path]) == 0
    after = Path(sign.TARGET).read_bytes()
    assert after.startswith(Path(sign.REPORT).read_bytes())
    assert before != after
