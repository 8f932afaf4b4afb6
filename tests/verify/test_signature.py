"""Facts about verifying a signature: whose it is, and that it covers all of a report, is said only where it is so."""

import io
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from reporting.commands import sign
from reporting.verify import signature, signing
from reporting.verify.signature import Signature, certificates, judge, system
from reporting.verify.signing import covered, read, signed, split
from tests.certificates import ADA, Credentials, credentials, written
from tests.conftest import Project

GOOD = "The signature covers all of it; "
CHANGED = "the signature is not of this report, or was changed"


@pytest.fixture(scope="module")
def report(built: Project) -> bytes:
    return (built.root / "report" / "report.pdf").read_bytes()


@pytest.fixture(scope="module")
def root() -> Credentials:
    return credentials("An Authority")


@pytest.fixture(scope="module")
def ada(root: Credentials) -> Credentials:
    """For whom somebody vouches, for whom an authority does."""
    return credentials(by=credentials("Another Authority", by=root))


@pytest.fixture(scope="module")
def by_ada(report: bytes, ada: Credentials) -> bytes:
    return signed_by(ada, report)


def signed_by(own: Credentials, report: bytes, when: datetime | None = None) -> bytes:
    when = when or datetime.now(UTC)
    assert isinstance(own.key, sign.Key)
    made = sign.signature_of(b"".join(covered(report, when)), own.key, own.certificate, own.above)
    return signed(report, when, made)


def judged(pdf: bytes, *trusted: Credentials) -> Signature:
    return judge(*split(pdf), [one.certificate.public_bytes(Encoding.DER) for one in trusted])


def outcome(project: Project, *arguments: str | Path) -> tuple[int, list[str]]:
    """The status of the command and what it says, where the report was built."""
    words = [sys.executable, "-P", "-m", "reporting.commands.verify", *map(str, arguments)]
    environment = os.environ | {"PROJECT": str(project.root), "PYTHONPATH": str(project.root)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.soak
def test_the_command_says_of_a_signed_report_all_that_it_says_of_the_report_and_whose_it_is(
    built: Project, by_ada: bytes, root: Credentials, ada: Credentials, tmp_path: Path
) -> None:
    pdf, ca = written(tmp_path / "signed.pdf", by_ada), written(tmp_path / "ca.pem", root.public())
    status, said = outcome(built, pdf, "--trust", ca)
    assert status == 0
    assert said[0] == f"Signed by 'CN={ADA}' on {datetime.now(UTC):%Y-%m-%d}, as the signer says."
    assert said[2].strip() == ada.certificate.fingerprint(SHA256()).hex()
    assert said[-2] == "signatures      1 of     1"
    assert said[-1].startswith("Byte for byte, every page follows from the results")
    assert said[-1].endswith(f"{GOOD}it is trusted.")


def test_who_is_trusted_is_said_or_asked_for(built: Project, by_ada: bytes, root: Credentials, tmp_path: Path) -> None:
    pdf, ca = written(tmp_path / "signed.pdf", by_ada), written(tmp_path / "ca.pem", credentials().public())
    status, said = outcome(built, "--quick", pdf)
    assert (status, said[-1]) == (0, f"Consistent. {GOOD}nobody who is trusted here vouches for whose it is.")
    status, said = outcome(built, "--quick", pdf, "--trust", ca)
    assert status == 1
    assert said[-2] == "MISMATCH in the signatures: nobody who is trusted here vouches for whose it is"
    assert not any(GOOD in line for line in said)


def test_a_signature_that_is_stripped_is_missed_by_who_asks_for_one(
    built: Project, by_ada: bytes, report: bytes, root: Credentials, tmp_path: Path
) -> None:
    pdf, ca = written(tmp_path / "stripped.pdf", split(by_ada)[0]), written(tmp_path / "ca.pem", root.public())
    status, said = outcome(built, "--quick", pdf)
    assert (status, said[-1]) == (0, "Consistent.")
    status, said = outcome(built, "--quick", pdf, "--trust", ca)
    assert (status, said[-2]) == (1, "MISMATCH in the signatures: the report is not signed")


def test_the_bytes_that_were_signed_are_verified_as_those_of_any_report(
    built: Project, by_ada: bytes, report: bytes, tmp_path: Path
) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf:
        pdf.attachments["more.json"] = pikepdf.AttachedFileSpec(pdf, b"{}")
        pdf.save(tmp_path / "more.pdf")
    forged = signed_by(credentials(), (tmp_path / "more.pdf").read_bytes())
    status, said = outcome(built, "--quick", written(tmp_path / "signed.pdf", forged))
    assert (status, said[-1].startswith("Not so: the files")) == (1, True)
    assert "signatures      1 of     1" in said


def test_without_pyhanko_a_signature_is_neither_good_nor_bad(
    report: bytes, by_ada: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reporting.commands import verify

    monkeypatch.setattr(signature, "find_spec", lambda name: None)
    found = judged(by_ada)
    assert found == Signature()
    options = verify.parse(["a.pdf"])
    kind, word = verify.signed(found, options)
    assert (kind.total, kind.holding, kind.faults) == (1, 0, [])
    assert word == "It is signed, which is not checked without pyHanko; make verify REPORT=a.pdf says by whom."
    options.trust = [b""]
    assert verify.signed(found, options)[0].faults
    assert judged(by_ada + b"\n").faults[0] == "1 bytes were added after it was signed"


@pytest.mark.parametrize("trusted", ["root", "itself"])
def test_a_signature_is_trusted_for_whom_somebody_vouches(trusted: str, report: bytes, root: Credentials) -> None:
    own = credentials(by=credentials("Another Authority", by=root)) if trusted == "root" else credentials()
    found = judged(signed_by(own, report), root if trusted == "root" else own)
    assert (found.checked, found.faults, found.distrust) == (True, [], "")


def test_another_certificate_with_the_same_name_is_not_trusted(report: bytes, root: Credentials) -> None:
    one, other = credentials(), credentials()
    assert judged(signed_by(other, report), one).distrust == "nobody vouches for whose it is"
    false = credentials(by=credentials("An Authority"))
    assert judged(signed_by(false, report), root).distrust == "nobody who is trusted here vouches for whose it is"


def test_a_certificate_of_the_same_key_is_not_the_one_that_signed(report: bytes) -> None:
    own = credentials()
    other = credentials("Charles Babbage", key=own.key)
    pdf = signed_by(own, report)
    when, contents = read(split(pdf)[1])
    ders = [one.certificate.public_bytes(Encoding.DER) for one in (own, other)]
    assert ders[0] in contents
    forged = contents.replace(ders[0], ders[1])[: len(contents)]
    assert judged(signed(report, when, forged)).faults


def test_a_certificate_for_something_else_is_not_trusted(report: bytes, root: Credentials) -> None:
    for signs, said in ((False, "its certificate is not one for signing"), (True, "")):
        own = credentials(by=root, usage=x509.KeyUsage(signs, False, True, *6 * [False]))
        assert judged(signed_by(own, report), root).distrust == said


def test_a_certificate_that_expired_since_is_not_trusted_and_one_that_had_is_refused(
    report: bytes, root: Credentials
) -> None:
    own = credentials(by=root, days=(-20, -10))
    found = judged(signed_by(own, report, datetime.now(UTC) - timedelta(days=15)), root)
    assert (found.faults, found.distrust.partition(",")[0]) == ([], "its certificate is not valid today")
    found = judged(signed_by(own, report), root)
    assert re.fullmatch(rf"the certificate of 'CN={ADA}' was not valid on \S+, when it was used", found.faults[0])


def changed(pdf: bytes, place: int, shift: int) -> bytes:
    """The PDF with another byte at a place; a digit of the signature stays one."""
    digits = b"0123456789abcdef"
    byte = pdf[place]
    other = digits[(digits.index(byte) + 1 + shift % 15) % 16] if byte in digits else (byte + shift) % 256
    return pdf[:place] + bytes([other]) + pdf[place + 1 :]


def test_a_byte_that_is_changed_anywhere_is_found(report: bytes, by_ada: bytes, root: Credentials) -> None:
    start = by_ada.index(b"/Contents <", len(report))
    parts = {range(len(report)): 50, range(len(report), len(by_ada)): 100, range(start, start + 3000): 150}
    for part, many in parts.items():
        for place in random.sample(part, many):
            shift = random.randint(1, 255)
            before, added = split(changed(by_ada, place, shift))
            found = judge(before, added, [root.certificate.public_bytes(Encoding.DER)])
            # Where another's certificate was changed, nobody vouches any more.
            assert not added or found.faults or found.distrust, (place, shift)


def update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer, target = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(target)
    return target.getvalue()


def language(writer: IncrementalPdfFileWriter) -> None:
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string

    writer.root[pdf_name("/Lang")] = pdf_string("xx")
    writer.update_root()


def test_what_is_added_after_a_signature_is_named(by_ada: bytes, root: Credentials) -> None:
    faults = judged(update(by_ada, language), root).faults
    assert re.fullmatch(r"\d+ bytes were added after it was signed", faults[0])
    assert "/Root/Lang: is another object than in the one made anew" in faults
    assert judged(by_ada + b"%", root).faults == ["1 bytes were added after it was signed"]


def test_a_second_signature_is_named(by_ada: bytes, root: Credentials) -> None:
    signer = SimpleSigner.load_pkcs12_data(credentials("Charles Babbage").p12(), [])
    twice = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(by_ada)), PdfSignatureMetadata("More"), signer).getvalue()
    faults = judged(twice, root).faults
    assert faults[0].endswith("bytes were added after it was signed")
    assert any(fault.startswith("/Root/AcroForm/Fields: 2 there, 1 made anew") for fault in faults)


def test_an_update_that_is_no_signature_is_refused(report: bytes) -> None:
    assert judged(update(report, language)).faults == [
        "what was added to the report is no signature as this project makes them"
    ]


def test_what_else_is_added_with_a_signature_is_named(report: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    add_field, own = signing.add_field, credentials()

    def more(pdf: pikepdf.Pdf, held: pikepdf.Object) -> list[pikepdf.Object]:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        return add_field(pdf, held)

    monkeypatch.setattr(signing, "add_field", more)
    pdf = signed_by(own, report)
    assert judged(pdf, own).faults == []
    monkeypatch.undo()
    faults = judged(pdf, own).faults
    assert faults[0] == "what was added to the report is not what signing adds"
    assert "/Root/OpenAction: only there: is another object than in the one made anew" in faults


def test_a_signature_that_is_empty_weak_or_has_more_in_it_is_refused(
    report: bytes, ada: Credentials, root: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged(signed(report, datetime.now(UTC), b"")).faults == ["the signature is damaged"]
    sign_any = SimpleSigner.async_sign
    with monkeypatch.context() as patch:
        patch.setattr(SimpleSigner, "async_sign", lambda *given, **named: sign_any(*given))
        found = judged(signed_by(ada, report), root)  # with the time in it
    assert found.faults == ["the signature has more in it, or less, than one that this project makes"]
    monkeypatch.setattr(sign, "DIGEST", "sha1")
    assert judged(signed_by(ada, report), root).faults == [CHANGED]


def test_the_system_trusts_what_openssl_trusts(
    root: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    der = root.certificate.public_bytes(Encoding.DER)
    monkeypatch.setenv("SSL_CERT_FILE", written(tmp_path / "ca.pem", b"An authority:\n" + root.public()))
    assert system() == [der]
    monkeypatch.setenv("SSL_CERT_FILE", "none")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    written(tmp_path / "12345678.0", root.public())
    assert system() == [der]


@pytest.mark.parametrize("text", ["", "Dear Ada", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_file_without_a_certificate_is_trusted_in_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        certificates(text)
