"""Who signed something, by the signature alone. It needs pyHanko, which is not installed everywhere.

Nothing is fetched: whether a certificate was revoked is not known.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from asn1crypto import cms
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.signers import ExternalSigner
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reporting.compose.printed import quoted
from reporting.verify.signing import SignatureError

ATTRIBUTES = {"content_type", "message_digest", "signing_certificate_v2"}  # which PAdES B-B has signed too
DIGESTS = {"sha256", "sha384", "sha512"}
ANY_USE = KeyUsageConstraints(key_usage=set())  # since pyHanko has certificates name a use, which many do not
WEAK = {AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE}


class Signer(NamedTuple):
    """Whose a signature is, in lines, and why that is not trusted; nothing where it is."""

    whose: list[str]
    distrust: str


def signer(data: bytes, contents: bytes, when: datetime, roots: Sequence[bytes]) -> Signer:
    """Who signed data, with zeros after the signature; `roots` are the certificates, in DER, whose word is trusted.

    Raises SignatureError, and whatever damaged bytes make the libraries raise.
    """
    found = cms.ContentInfo.load(contents)["content"]
    context = ValidationContext(trust_roots=[Certificate.load(root) for root in roots], allow_fetching=False)
    status = asyncio.run(async_validate_detached_cms(data, found, context, key_usage_settings=ANY_USE))
    if not (status.intact and status.valid and status.md_algorithm in DIGESTS):
        raise SignatureError("the signature is not of this report, or was changed")
    if contents != put_together(found, status).ljust(len(contents), b"\0"):
        raise SignatureError("the signature has more in it, or less, than one that this project makes")
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    who = quoted(certificate.subject.rfc4514_string()[:200])
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= when <= ends:
        raise SignatureError(f"the certificate of {who} was not valid on {when:%Y-%m-%d}, when it was used")
    whose = [
        f"Signed by {who} on {when:%Y-%m-%d}, as the signer says.",
        f"The certificate is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}; its SHA-256 is",
        f"    {certificate.fingerprint(SHA256()).hex()}",
    ]
    return Signer(whose, distrust(status, certificate))


def put_together(found: cms.SignedData, status: SignatureStatus) -> bytes:
    """The signature, made anew of what is proven in it: so it has no byte, of those that nothing signs, of its own."""
    (part,) = found["signer_infos"]
    if {attribute["type"].native for attribute in part["signed_attrs"]} != ATTRIBUTES:
        return b""
    own, others = status.signing_cert, SimpleCertificateStore()
    others.register_multiple(held.chosen for held in found["certificates"] if held.chosen.dump() != own.dump())
    again = ExternalSigner(own, others, part["signature"].native, signature_mechanism=part["signature_algorithm"])
    made = again.async_sign_prescribed_attributes(status.md_algorithm, part["signed_attrs"].untag())
    return bytes(asyncio.run(made).dump())


def distrust(status: SignatureStatus, certificate: x509.Certificate) -> str:
    """Why it is not trusted that a certificate's holder signed; nothing where it is."""
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        return "its certificate is not valid today, and only the signer says when it was used"
    if not for_signing(certificate):
        return "its certificate is not one for signing"
    if status.trusted:
        return ""
    if certificate.subject == certificate.issuer:
        return "nobody vouches for whose it is"
    if status.trust_problem_indic in WEAK:
        return "whose it is rests on weak cryptography"
    return "nobody who is trusted here vouches for whose it is"


def for_signing(certificate: x509.Certificate) -> bool:
    """Whether a certificate does not say that it is for other uses only."""
    try:
        uses = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return uses.digital_signature or uses.content_commitment
