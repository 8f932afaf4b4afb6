"""What makes a rendered PDF a finished one: its attachments."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF. The relationship is what PDF/A calls it: Data, Source, Supplement."""

    name: str
    data: bytes
    description: str
    mime: str
    relationship: str


def finish(pdf: bytes, attachments: Sequence[Attachment]) -> bytes:
    """The PDF with its attachments, in the order of their names; the same bytes every time."""
    with pikepdf.open(BytesIO(pdf)) as document:
        associated = pikepdf.Array()
        for attachment in sorted(attachments, key=lambda attachment: attachment.name):
            spec = pikepdf.AttachedFileSpec(
                document,
                attachment.data,
                description=attachment.description,
                filename=attachment.name,
                mime_type=attachment.mime,
                relationship=pikepdf.Name(f"/{attachment.relationship}"),
            )
            document.attachments[attachment.name] = spec
            associated.append(spec.obj)
        document.Root.AF = associated
        finished = BytesIO()
        document.save(finished, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return finished.getvalue()
