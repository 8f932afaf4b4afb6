"""What was added to a finished report: by making it anew, that it is a signature and no more; then, whose it is."""

import importlib
import ssl
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pikepdf

from reporting.verify.objects import places
from reporting.verify.signing import SignatureError, covered, read, signed


class Signature(NamedTuple):
    """What is wrong with a signature, whether it was checked, whose it is in lines, and why that is not trusted."""

    faults: Sequence[str] = ()
    checked: bool = False
    whose: Sequence[str] = ()
    distrust: str = ""


def judge(report: bytes, added: bytes, roots: Sequence[bytes]) -> Signature:
    """What is to say of what was added to a report; `roots` are the certificates, in DER, whose word is trusted."""
    whole = report + added
    try:
        when, contents = read(added)
        anew = signed(report, when, contents)
        if whole != anew:
            more = f"{len(whole) - len(anew)} bytes were added after it was signed"
            first = more if whole.startswith(anew) else "what was added to the report is not what signing adds"
            return Signature([first, *places(whole, anew)])
    except SignatureError as error:
        return Signature([str(error)])
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, AttributeError):
        return Signature(["what was added to the report cannot be made anew and compared"])
    if not find_spec("pyhanko"):
        return Signature()
    try:
        signer = importlib.import_module("reporting.verify.signer").signer
        return Signature([], True, *signer(b"".join(covered(report, when)), contents, when, roots))
    except SignatureError as error:
        return Signature([str(error)])
    except Exception:  # whatever damaged bytes make the libraries raise
        return Signature(["the signature is damaged"])


def certificates(text: str) -> list[bytes]:
    """The certificates, in DER, of a text in PEM; raises ValueError."""
    start, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    blocks = [part.partition(end)[0] for part in text.split(start)[1:]]
    found = [ssl.PEM_cert_to_DER_cert(f"{start}{block}{end}") for block in blocks]
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=b"".join(found))
    except ssl.SSLError:
        raise ValueError("what should be a certificate is none") from None
    return found


def system() -> list[bytes]:
    """The certificates, in DER, that this system trusts."""
    known = ssl.get_default_verify_paths()
    files = [Path(known.cafile)] if known.cafile else sorted(Path(known.capath or "none").glob("*.[0-9]"))
    return [found for file in files for found in certificates(file.read_text(encoding="utf-8", errors="replace"))]
