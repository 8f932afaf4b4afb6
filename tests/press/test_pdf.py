"""Facts about press/pdf: it reads nothing but what it is given, and a warning is a fault."""

import base64
import io
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from reporting.glyphs.math import formula
from reporting.press.pdf import PDFError, render
from tests.conftest import need

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
DATA = f"data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}"


def page(body: str, style: str = "", head: str = "") -> str:
    font = 'body { font-family: "Source Serif 4" }'
    head = f"<head><title>A page</title>{head}<style>{style}{font}</style></head>"
    return f'<html lang="en">{head}<body><h1>Title</h1>{body}</body></html>'


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    finally:
        document.close()


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and the paths that somebody asked it for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(SVG.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/x.svg", asked
        http.shutdown()
        thread.join()


def test_a_page_becomes_a_pdf_with_its_text_title_and_language() -> None:
    pdf = render(page(f'<p>Words.</p><img alt="A picture." src="{DATA}">'))
    assert pdf.startswith(b"%PDF-")
    assert "Words." in text(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.docinfo["/Title"]) == "A page"
        assert str(opened.Root["/Lang"]) == "en"


def test_the_same_page_is_the_same_pdf() -> None:
    assert render(page("<p>Words.</p>")) == render(page("<p>Words.</p>"))


# Each takes an address; {0} is where it goes.
DOORS = {
    "an image": ('<img alt="x" src="{0}">', "", ""),
    "an object": ('<object data="{0}"></object>', "", ""),
    "an embedded picture": ('<embed src="{0}">', "", ""),
    "a style sheet": ("", "", '<link rel="stylesheet" href="{0}">'),
    "an import": ("", '@import url("{0}");', ""),
    "a background": ("<p>x</p>", 'p {{ background: url("{0}") }}', ""),
    "a generated picture": ("<p>x</p>", 'p::before {{ content: url("{0}") }}', ""),
    "a list marker": ("<ul><li>x</ul>", 'ul {{ list-style-image: url("{0}") }}', ""),
    "a font": ('<p style="font-family: F">x</p>', '@font-face {{ font-family: F; src: url("{0}") }}', ""),
    "an attachment": ("", "", '<link rel="attachment" href="{0}">'),
    "an attachment link": ('<a rel="attachment" href="{0}">x</a>', "", ""),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("scheme", ["file", "http", "relative"])
def test_nothing_outside_the_page_is_read_and_an_attempt_is_a_fault(
    door: str, scheme: str, server: tuple[str, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "x.svg").write_text(SVG)
    address, asked = server
    address = {"file": (tmp_path / "x.svg").as_uri(), "http": address, "relative": "x.svg"}[scheme]
    body, style, head = (part.format(address) for part in DOORS[door])
    with pytest.raises(PDFError, match="WeasyPrint: "):
        render(page(body, style, head))
    assert asked == []


def test_a_picture_inside_a_picture_is_not_read_either(server: tuple[str, list[str]]) -> None:
    address, asked = server
    inner = SVG.replace("<path", f'<image width="9" height="9" href="{address}"/><path')
    data = f"data:image/svg+xml;base64,{base64.b64encode(inner.encode()).decode()}"
    with pytest.raises(PDFError):
        render(page(f'<img alt="x" src="{data}">'))
    assert asked == []


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<p>x</p>", "p { colour: red }"),
        ("<p>x</p>", "p { margin: 3 }"),
        ('<p>See <a href="#none">this</a>.</p>', ""),
        ('<img alt="x" src="data:image/png;base64,AAAA">', ""),
    ],
    ids=["an unknown property", "an invalid value", "a link to no anchor", "a broken picture"],
)
def test_a_warning_is_a_fault(body: str, style: str) -> None:
    with pytest.raises(PDFError, match=r"^WeasyPrint: \S"):
        render(page(body, style))


def test_one_page_with_a_fault_does_not_spoil_the_next() -> None:
    with pytest.raises(PDFError):
        render(page("<p>x</p>", "p { colour: red }"))
    render(page("<p>x</p>"))


@pytest.mark.parametrize(
    ("tex", "found"),
    [
        (r"\frac{\partial f}{\partial x} = 2x - 3 \sin 3x + y + 2", "∂f/∂x = 2x − 3 sin 3x + y + 2"),
        (r"y_j = \sum_i x_i W_{ij} + b_j", "y_j = ∑_i x_i W_ij + b_j"),
        (r"\nabla_{\mathbf{x}} \mathcal{L} \Longrightarrow \mathbf{W}^\mathsf{T}", "∇_x ℒ ⟹ Wᵀ"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_a_formula_is_found_by_a_search_and_copied_with_the_words_around_it(
    tex: str, found: str, display: bool, tmp_path: Path
) -> None:
    printed = render(page(f"<p>Here {formula(tex, display)} stands.</p>", "img { overflow: visible }"))
    document = pypdfium2.PdfDocument(printed)
    try:
        searched = document[0].get_textpage()
        assert searched.search(found).get_next() is not None
        assert f"Here {found} stands." in searched.get_text_range()
    finally:
        document.close()
    need("pdftotext")
    (tmp_path / "x.pdf").write_bytes(printed)
    copied = subprocess.run(["pdftotext", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert f"Here {found} stands." in copied


def test_the_text_of_a_formula_is_not_drawn() -> None:
    drawn = formula("x^2", False)
    empty = re.sub(r'src="[^"]*"', f'src="{without_text(drawn)}"', drawn)
    pictures = []
    for markup in (drawn, empty):
        document = pypdfium2.PdfDocument(render(page(f"<p>Here {markup}.</p>")))
        pictures.append(document[0].render(scale=2).to_pil().tobytes())
        document.close()
    assert markup != drawn
    assert pictures[0] == pictures[1]


def without_text(markup: str) -> str:
    """The address of a formula's picture, its text left out."""
    address = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', markup)
    assert address
    svg = re.sub("<text.*?</text>", "", base64.b64decode(address[1]).decode())
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
