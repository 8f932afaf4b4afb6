"""HTML to PDF with WeasyPrint, which reads nothing but what the HTML holds and may not warn."""

import gc
import logging
import os
import re
import tempfile
from html import escape
from pathlib import Path

from reporting.glyphs import unseen
from reporting.glyphs.faces import FOLDER

# No font but the document's own and the unseen one: Fontconfig reads this when WeasyPrint is imported.
FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>{own}</dir><cachedir>{own}</cachedir></fontconfig>"""
_folder = tempfile.TemporaryDirectory()
_file = Path(_folder.name, "fonts.conf")
_file.write_text(FONTCONFIG.format(fonts=escape(str(FOLDER)), own=_folder.name))
Path(_folder.name, f"{unseen.FAMILY}.ttf").write_bytes(unseen.truetype())
os.environ["FONTCONFIG_FILE"] = str(_file)

import weasyprint  # noqa: E402
from weasyprint.urls import URLFetcher  # noqa: E402

from reporting.press.standards import FORMULA  # noqa: E402

# WeasyPrint 70 breaks a line far too early where a text ends with a space at the line's end and an inline element
# follows: the space goes into the element. What is preformatted stays as it is.
SPACE = re.compile(r"(<pre\b.*?</pre>)|[ \n]((?:<(?:a|data|span)\b[^>]*>)+)(?=[^<\s])", re.DOTALL)


class PDFError(Exception):
    """What WeasyPrint warned of."""


class Warnings(logging.Handler):
    """Keeps the messages."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def render(markup: str) -> bytes:
    """The PDF of a self-contained page, not compressed; raises PDFError for any warning, such as a refused address."""
    warnings, logger = Warnings(), logging.getLogger("weasyprint")
    logger.addHandler(warnings)
    try:
        markup = SPACE.sub(lambda found: found[1] or f"{found[2]} ", markup)
        markup = markup.replace('<img class="math" alt="', f'<img class="math" alt="{FORMULA}')
        fetcher = URLFetcher(allowed_protocols=("data",))
        document = weasyprint.HTML(string=markup, url_fetcher=fetcher, base_url="https://report.invalid/")
        gc.disable()  # looking for cycles among the millions of things alive takes a tenth of the time
        result = document.write_pdf(pdf_variant="pdf/a-3a", uncompressed_pdf=True)
    finally:
        gc.enable()
        logger.removeHandler(warnings)
    if warnings.messages:
        raise PDFError(f"WeasyPrint: {warnings.messages[0]}")
    assert result is not None
    return bytes(result)
