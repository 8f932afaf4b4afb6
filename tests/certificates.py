"""Certificates and keys for tests of signatures, made when they are asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12PrivateKeyTypes, serialize_key_and_certificates
from cryptography.x509.oid import NameOID

ADA = "Ada Lovelace"


@dataclass(frozen=True)
class Credentials:
    """A key, its certificate, and the certificates above it."""

    key: PKCS12PrivateKeyTypes
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def p12(self, passphrase: str = "") -> bytes:
        lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return serialize_key_and_certificates(b"me", self.key, self.certificate, self.above, lock)

    def pem(self, passphrase: str = "") -> bytes:
        lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock) + self.public()

    def public(self) -> bytes:
        """The certificate alone, in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)


def credentials(
    name: str = ADA,
    by: Credentials | None = None,
    days: tuple[int, int] = (-30, 300),
    key: PKCS12PrivateKeyTypes | None = None,
    usage: x509.KeyUsage | None = None,
) -> Credentials:
    """For a holder of this name, signed by somebody or by the holder, valid for these days from today."""
    key = key or generate_private_key(SECP256R1())
    holder, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(by.certificate.subject if by else holder)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days[0]))
        .not_valid_after(now + timedelta(days[1]))
        .add_extension(x509.BasicConstraints(ca=name.endswith("Authority"), path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(usage, critical=True)
    signing = by.key if by else key
    assert isinstance(signing, EllipticCurvePrivateKey)
    certificate = builder.sign(signing, SHA256())
    return Credentials(key, certificate, (by.certificate, *by.above) if by else ())


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)
