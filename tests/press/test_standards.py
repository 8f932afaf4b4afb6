"""Facts about press/standards: the finished PDF is PDF/A-3a and PDF/UA-1, and carries its attachments."""

import base64
import io
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Name
from PIL import Image

from reporting.glyphs.math import formula
from reporting.press import standards
from reporting.press.pdf import render
from reporting.press.standards import Attachment, elements, finish
from tests.conftest import need

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><path d="M0 0h90v30z"/></svg>'
STYLE = """
@page { size: A5; @top-left { content: "A report" string(part) } @bottom-right { content: counter(page) } }
img.math { overflow: visible }
body { font-family: "Source Serif 4" } h2 { string-set: part content(text) } pre { font-family: "Source Code Pro" }
.at::after { content: target-counter(attr(data-target url), page) } figure { margin: 0 }
th, td { text-align: left } .dots { display: inline-block; width: 9mm }
"""
ROWS = "".join(
    f'<tr><td>{n}</td><td><data value="{n}"><a href="#artifact-networks/one">{n * n}</a></data></td></tr>'
    for n in range(40)
)
ATTACHMENTS = [
    Attachment("scripts/b.py", b"print()\n", "A script", "text/x-python", "Source"),
    Attachment("results/a/é.json", b'{"x": 1}\n', "What a run gave", "application/json", "Data"),
]


def data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 10), "red").save(target, "png")
    return target.getvalue()


@pytest.fixture(scope="module")
def printed() -> bytes:
    """A page with one of each thing, before it is finished."""
    drawn, displayed = formula("x^2", False), formula(r"\frac{a}{b}", True)
    return render(f"""<html lang="en"><head><title>A report</title><meta name="author" content="Ada">
<meta name="dcterms.created" content="2026-03-01"><style>{STYLE}</style></head><body><h1>A report</h1>
<nav><h2>Contents</h2><ol style="list-style: none"><li><a href="#part-1.1">Squares</a> <span class="dots"></span>
<span class="at" data-target="#part-1.1"></span></li></ol></nav>
<section id="part-1.1"><h2>Squares</h2><p>The square {drawn} of
<a href="#fig-one">Figure 1</a>, a number of <a href="#artifact-networks/one">one</a>, see
<a href="https://example.org/">a site</a>.</p><div>{displayed}</div><ul><li>one</li><li>two</li></ul>
<pre><code>x = 1</code></pre>
<figure id="fig-one"><div><img alt="A triangle." src="{data("svg+xml", SVG.encode())}"></div>
<figcaption>A triangle.</figcaption></figure>
<figure><div><img alt="A red box." src="{data("png", png())}" style="image-rendering: auto"></div>
<figcaption>A box.</figcaption></figure>
<figure id="artifact-networks/one"><figcaption>Squares.</figcaption>
<div class="scroll"><table><thead><tr><th>number</th><th>square</th></tr></thead><tbody>{ROWS}</tbody></table></div>
</figure>
</section></body></html>""")


@pytest.fixture(scope="module")
def finished(printed: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(finish(printed, ATTACHMENTS))) as pdf:
        yield pdf


def tagged(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [element for element in elements(pdf.Root.StructTreeRoot) if str(element.S) == f"/{kind}"]


def links(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [link for page in pdf.pages for link in page.obj.get(Name.Annots, [])]


def test_a_page_with_one_of_each_thing_conforms_to_both_standards(
    printed: bytes, violations: Callable[[bytes], list[str]]
) -> None:
    assert violations(finish(printed, ATTACHMENTS)) == []


def test_as_it_is_printed_it_does_not(printed: bytes, violations: Callable[[bytes], list[str]]) -> None:
    rules = {violation.split(":")[0] for violation in violations(printed)}
    assert {"PDFUA1-ID-PART-001", "LNK-003"} & rules
    assert len(rules) >= 3


@pytest.mark.parametrize(
    "correction",
    ["identify", "keep_pixels", "tag_headers_and_pictures", "set_margins_apart", "prune"],
)
def test_the_checkers_miss_each_correction_that_is_left_out(
    correction: str, printed: bytes, violations: Callable[[bytes], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standards, correction, lambda *given: None)
    assert violations(finish(printed))


def test_the_same_input_is_the_same_pdf(printed: bytes) -> None:
    assert finish(printed, ATTACHMENTS) == finish(printed, ATTACHMENTS[::-1])


def test_the_pdf_has_no_fault_in_its_syntax(finished: pikepdf.Pdf) -> None:
    assert finished.check_pdf_syntax() == []


def test_qpdf_finds_nothing_either(printed: bytes, tmp_path: Path) -> None:
    need("qpdf")
    (tmp_path / "x.pdf").write_bytes(finish(printed, ATTACHMENTS))
    subprocess.run(["qpdf", "--check", tmp_path / "x.pdf"], check=True, capture_output=True)


def test_a_formula_is_a_formula_with_its_spoken_text_and_a_figure_a_figure(finished: pikepdf.Pdf) -> None:
    assert [str(element.Alt) for element in tagged(finished, "Formula")] == [
        "x squared",
        "a over b",
    ]
    assert [str(element.Alt) for element in tagged(finished, "Figure")] == ["A triangle.", "A red box."]


def test_pictures_are_found_before_the_correction_where_they_are_after_it(
    printed: bytes, finished: pikepdf.Pdf
) -> None:
    boxes = [list(map(float, picture.A.BBox)) for picture in tagged(finished, "Figure")]
    assert [box for _, *box in standards.pictures(printed)] == boxes
    assert [page for page, *_ in standards.pictures(printed)] == [1, 1]


def test_the_box_of_a_picture_is_where_it_is_drawn(finished: pikepdf.Pdf) -> None:
    for picture, size in zip(tagged(finished, "Figure"), ((67.5, 22.5), (22.5, 7.5)), strict=True):
        left, bottom, right, top = map(float, picture.A.BBox)
        assert (right - left, top - bottom) == pytest.approx(size, abs=0.01)
        assert 0 < left < right < float(picture.Pg.MediaBox[2])
        assert 0 < bottom < top < float(picture.Pg.MediaBox[3])


def test_a_table_over_several_pages_is_one_table_with_one_head(finished: pikepdf.Pdf) -> None:
    assert len(finished.pages) > 2
    assert [len(table.K) for table in tagged(finished, "Table")] == [2]
    assert [str(head.A.Scope) for head in tagged(finished, "TH")] == ["/Column", "/Column"]
    assert len(tagged(finished, "TR")) == 41
    assert all(row.P.K[number] == row for number, row in enumerate(tagged(finished, "TBody")[0].K))


def test_a_table_beside_another_stays_a_table_of_its_own() -> None:
    table = '<div class="scroll"><table><tr><th>x</th></tr><tr><td>1</td></tr></table></div>'
    one = f"<figure><figcaption>One.</figcaption>{table}</figure>"
    style = "<style>body { font-family: 'Source Serif 4' } figure { break-before: page }</style>"
    printed = render(f'<html lang="en"><title>T</title>{style}<h1>T</h1>{one}{one}')
    with pikepdf.open(io.BytesIO(finish(printed))) as pdf:
        assert [len(tagged(pdf, kind)) for kind in ("Table", "TH", "TD")] == [2, 2, 2]


def test_every_link_says_where_it_leads_and_has_a_text(finished: pikepdf.Pdf) -> None:
    contents = {str(link.Contents) for link in links(finished)}
    assert contents == {"Section 1.1", "Figure one", "Artifact networks/one", "https://example.org/"}
    assert len(links(finished)) == len(tagged(finished, "Link")) == 44


def test_a_running_header_is_an_artifact_and_no_mark_of_the_content_is_lost(finished: pikepdf.Pdf) -> None:
    held = {
        (element.Pg.objgen, int(kid))
        for element in elements(finished.Root.StructTreeRoot)
        for kid in element.K
        if isinstance(kid, int)
    }
    marks = []
    for page in finished.pages:
        pagination = 0
        for instruction in pikepdf.parse_content_stream(page):
            if str(instruction.operator) == "BDC":
                properties: Any = instruction.operands[1]
                pagination += str(properties.get(Name.Type)) == "/Pagination"
                if Name.MCID in properties:
                    marks.append((page.obj.objgen, int(properties.MCID)))
        assert pagination >= 2  # its header and its number
    assert sorted(marks) == sorted(held)


def test_attachments_are_there_in_order_with_what_is_said_about_them(finished: pikepdf.Pdf) -> None:
    assert list(finished.attachments) == ["results/a/é.json", "scripts/b.py"]
    assert [str(file.UF) for file in finished.Root.AF] == ["results/a/é.json", "scripts/b.py"]
    for name, attachment in zip(finished.attachments, ATTACHMENTS[::-1], strict=True):
        there = finished.attachments[name]
        assert there.get_file().read_bytes() == attachment.data
        assert there.get_file().mime_type == attachment.mime_type
        assert there.get_file().size == len(attachment.data)
        assert there.description == attachment.description
        assert str(there.obj.AFRelationship) == f"/{attachment.relationship}"
        stream = there.obj.EF.F
        assert stream.Filter == Name.FlateDecode
        assert {"/CheckSum", "/CreationDate", "/ModDate", "/Size"} <= set(stream.Params.keys())
        assert str(stream.Params.ModDate) == "D:20260301"


def test_without_attachments_there_is_no_list_of_them(printed: bytes) -> None:
    with pikepdf.open(io.BytesIO(finish(printed))) as pdf:
        assert Name.AF not in pdf.Root
        assert len(pdf.attachments) == 0


def test_what_compresses_to_a_carriage_return_at_the_end_stays_as_it_is(
    printed: bytes, violations: Callable[[bytes], list[str]]
) -> None:
    feed = Attachment("feed.txt", b"\f", "A form feed", "text/plain", "Data")
    assert zlib.compress(feed.data).endswith(b"\r")
    pdf = finish(printed, [feed, *ATTACHMENTS])
    assert violations(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert Name.Filter not in opened.attachments["feed.txt"].obj.EF.F
        assert opened.attachments["feed.txt"].get_file().read_bytes() == feed.data


def test_the_metadata_name_both_standards_and_can_be_read_without_a_pdf_reader(printed: bytes) -> None:
    pdf = finish(printed)
    assert b'pdfaid:part="3"' in pdf
    assert b'pdfaid:conformance="A"' in pdf
    assert b'pdfuaid:part="1"' in pdf
