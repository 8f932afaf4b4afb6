"""Sign report/report.pdf: python -m reporting.commands.sign me.p12, which writes report/report.signed.pdf.

The certificate and its key are in a PKCS#12 file, or in a PEM file. A passphrase is asked for, or is in the environment
as PASSPHRASE. Nothing goes out of this machine, so nobody but the signer says when it was signed.
"""

import argparse
import asyncio
import getpass
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

try:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from reporting.compose.printed import quoted
    from reporting.pipeline.artifacts import ArtifactError, atomic_write
    from reporting.pipeline.seal import modified
    from reporting.verify.signing import SignatureError, covered, signed, split
except ModuleNotFoundError as error:
    print(f"{error.name} is not installed here; use make sign CERT=me.p12", file=sys.stderr)
    sys.exit(2)

Key = RSAPrivateKey | EllipticCurvePrivateKey
REPORT, TARGET = "report/report.pdf", "report/report.signed.pdf"
DIGEST = "sha256"


class SignError(Exception):
    """Why nothing is signed."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=f"Sign {REPORT}.")
    parser.add_argument("certificate", help="a PKCS#12 or PEM file with a certificate and its key")
    try:
        sign(parser.parse_args(arguments).certificate)
    except (ArtifactError, SignatureError, SignError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def sign(path: str) -> None:
    """Write the signed report; raises SignError for a report or a certificate with which that cannot be done."""
    report = finished()
    key, certificate, others = credentials(path)
    who, now = quoted(certificate.subject.rfc4514_string()), datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SignError(
            f"{path}: the certificate of {who} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} "
            f"to {certificate.not_valid_after_utc:%Y-%m-%d}, which is not today"
        )
    signature = signature_of(b"".join(covered(report, now)), key, certificate, others)
    with atomic_write(TARGET) as aside:
        aside.write_bytes(signed(report, now, signature))
    print(f"{TARGET} is {REPORT}, signed by {who}; to check it: make verify REPORT={TARGET}")


def signature_of(data: bytes, key: Key, certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> bytes:
    """A signature of data, PAdES B-B, with the certificates."""
    store = SimpleCertificateStore()
    store.register_multiple(asn1.Certificate.load(other.public_bytes(Encoding.DER)) for other in others)
    signer = SimpleSigner(
        asn1.Certificate.load(certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        store,
        embed_roots=False,
    )
    made = signer.async_sign(hashlib.new(DIGEST, data).digest(), DIGEST, use_pades=True)
    return bytes(asyncio.run(made).dump())


def finished() -> bytes:
    """The report, as its job left it; raises SignError where there is none, or where it is signed already."""
    if not Path(REPORT).exists():
        raise SignError(f"{REPORT}: is not there; make report makes it")
    if modified([REPORT]):
        raise SignError(f"{REPORT}: is not as its job left it; delete it, and make report makes it anew")
    report = Path(REPORT).read_bytes()
    if Path(TARGET).exists() and split(Path(TARGET).read_bytes())[0] == report:
        raise SignError(f"{TARGET}: is this report, signed already; to sign it anew, delete that file")
    return report


def credentials(path: str) -> tuple[Key, x509.Certificate, list[x509.Certificate]]:
    """A key, its certificate, and the certificates of who vouches for it; raises SignError."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SignError(f"{path}: {error.strerror}") from None
    form = pem if b"-----BEGIN " in content else pkcs12
    try:
        key, certificates = form(content, None)
    except (TypeError, ValueError) as error:
        if "assword" not in str(error):
            raise SignError(f"{path}: is neither PKCS#12 nor PEM with a key and its certificate") from None
        key, certificates = unlocked(path, content, form)
    if key is None:
        raise SignError(f"{path}: has no key; signing needs the key of the certificate too")
    if not isinstance(key, Key):
        raise SignError(f"{path}: has a key of a kind that is not used here; it must be RSA or of an elliptic curve")
    for certificate in certificates:
        if certificate.public_key() == key.public_key():
            return key, certificate, [other for other in certificates if other != certificate]
    raise SignError(f"{path}: has no certificate of its key")


Form = Callable[[bytes, bytes | None], tuple[object, list[x509.Certificate]]]


def pkcs12(content: bytes, passphrase: bytes | None) -> tuple[object, list[x509.Certificate]]:
    """The key, or None, and the certificates; raises ValueError."""
    held = load_pkcs12(content, passphrase)
    return held.key, [found.certificate for found in (held.cert, *held.additional_certs) if found]


def pem(content: bytes, passphrase: bytes | None) -> tuple[object, list[x509.Certificate]]:
    """The key, or None, and the certificates; raises ValueError, and TypeError where there is no passphrase."""
    key = load_pem_private_key(content, passphrase) if b"PRIVATE KEY-----" in content else None
    return key, x509.load_pem_x509_certificates(content)


def unlocked(path: str, content: bytes, form: Form) -> tuple[object, list[x509.Certificate]]:
    """What a file with a passphrase holds; raises SignError."""
    passphrase = os.environ.get("PASSPHRASE")
    if passphrase is None:
        if not sys.stdin.isatty():
            raise SignError(f"{path}: has a passphrase; give it on a terminal, or in the environment as PASSPHRASE")
        passphrase = getpass.getpass(f"Passphrase of {path}: ")
    try:
        return form(content, passphrase.encode())
    except ValueError:
        raise SignError(f"{path}: has another passphrase, or is damaged") from None


if __name__ == "__main__":
    sys.exit(main())
