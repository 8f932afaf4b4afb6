"""Facts about compose/self_contained, and of the document as a whole: it reads only the files of the report, and what
is typed into the configuration is printed and does nothing."""

import ast
import base64
import os
import re
import shutil
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reporting.cite.paths import Unknown
from reporting.compose.errors import ReportError
from reporting.compose.self_contained import POLICY, ExternalError, check_page, inside
from reporting.glyphs.faces import FOLDER
from reporting.pipeline.settings import ConfigurationError, load, read
from reporting.press.pdf import PDFError, render
from scripts.experiments import networks
from tests.conftest import CHARACTERS, HOSTILE, PAGE, ROOT, Project

WritePage = Callable[..., str]
ELSEWHERE = [
    "file:///etc/passwd",
    "http://127.0.0.1:9/x",
    "https://example.org/x",
    "//example.org/x",
    "../x",
    "%2e%2e/x",
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'
ANSWERS = "\n".join(
    f":::: question {name} Its title\nAsk.\n\n::: answer\nYes. [defined]\n\n```claims\nnone: a test\n```\n:::\n::::\n"
    for name in ("1.1.a", "1.1.b")
)
SECTION = f"# Descent\n\n{ANSWERS}"


def drawn(picture: str) -> str:
    return f'<img alt="x" src="data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}">'


def test_a_page_that_holds_all_that_it_shows_is_allowed() -> None:
    inner = '<defs><path id="p" d="M0 0h9v9z"/></defs><use xlink:href="#p" style="fill: url(#p)"/>'
    check_page(
        "<!doctype html><style>@font-face { src: url(data:font/woff2;base64,AA) } p { fill: url(#p) }</style>"
        f'<a href="#p">here</a> <a href="https://example.org/">there</a>{drawn(SVG.format(inner))}'
    )


INNER = "<image href=%22{}%22/>"
# Each takes an address.
WAYS = {
    "an image": '<img alt="x" src="{}">',
    "an image of many sizes": '<img alt="x" srcset="{} 2x">',
    "a style sheet": '<link rel="stylesheet" href="{}">',
    "an import": '<style>@import "{}";</style>',
    "a background": "<style>p {{ background: url({}) }}</style>",
    "a quoted background": "<style>p {{ background: url( '{}' ) }}</style>",
    "a font": '<style>@font-face {{ font-family: f; src: url("{}") }}</style>',
    "a style": '<p style="background: url({})">x</p>',
    "an attachment": '<a rel="attachment" href="{}">x</a>',
    "a base": '<base href="{}">',
    "a frame": '<iframe src="{}"></iframe>',
    "an object": '<object data="{}"></object>',
    "a script": '<script src="{}"></script>',
    "a form": '<form action="{}"></form>',
    "a refresh": '<meta http-equiv="refresh" content="0; url={}">',
    "an image with a prefix in a picture": drawn(SVG.format('<image xmlns:y="http://www.w3.org/x" y:href="{}"/>')),
    "a style in a picture": drawn(SVG.format("<style>path {{ fill: url({}) }}</style>")),
    "a style with a comment in a picture": drawn(SVG.format("<style>@im<!-- -->port '{}';</style>")),
    "a picture in a picture": drawn(SVG.format(f'<image href="data:image/svg+xml,{SVG.format(INNER)}"/>')),
    "an image in a picture": drawn(SVG.format('<image href="{}"/>')),
}


# Each takes an address, as a browser reads it.
SPELLINGS = {
    "a name in capitals": "p {{ background: URL({}) }}",
    "an escaped letter": r"p {{ background: u\72l({}) }}",
    "an escaped first letter": r"p {{ background: \75 rl({}) }}",
    "an escaped letter before a quotation mark": r"p {{ background: \000075\52 L('{}') }}",
    "spaces and a quotation mark": "p {{ background: url(\n '{}' ) }}",
    "a comment before it": "p {{ background: /* url(#a) */url({}) }}",
    "no end": "p {{ background: url({}",
    "an end of a quotation that is not there": "p {{ background: url('{}",
    "an import with an escape": r"@\69mport '{}';",
    "an import with a comment behind it": "@IMPORT/**/url({});",
    "an import behind a character set": "@charset 'utf-8';@import '{}';",
    "a name space": "@namespace x url({});",
    "a rule of a document": "@-moz-document url({}) {{ p {{ color: red }} }}",
    "a font": "@font-face {{ font-family: f; src: local(f), Url('{}') format('woff2') }}",
    "a rule in a rule": "@media screen {{ @supports (a: b) {{ p {{ background: url({}) }} }} }}",
    "an image": "p {{ background: image('{}') }}",
    "a set of images": "p {{ background: image-set('{}' 1x) }}",
    "a set of images by its old name": "p {{ background: -webkit-image-set(url({}) 1x) }}",
    "a set of images with an escape": r"p {{ background: im\61ge-set('{}' 1x, '#a' 2x) }}",
    "a source": "p {{ background: src('{}') }}",
    "a fade": "p {{ background: cross-fade(url({}), url(#a)) }}",
    "a pointer": "p {{ cursor: url({}), auto }}",
    "a property of its own": "p {{ --x: url({}) }}",
    "a property of its own in a set": "p {{ --x: '{}'; background: image-set(var(--x) 1x) }}",
    "a property of its own in a source": "p {{ --x: '{}'; background: src(var(--x)) }}",
    "an attribute as an address": "p {{ background: attr(title url) /* {} */ }}",
    "an attribute typed as an address": "p {{ background: attr(title type(<url>)) /* {} */ }}",
    "a filter": "p {{ filter: url({}#f) }}",
    "a behaviour": "p {{ behavior: url({}) }}",
    "a picture in a style": 'p {{{{ background: url("data:image/svg+xml,{}") }}}}'.format(
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{}'/></svg>"
    ),
}


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "//example.org/x", "../x"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_style_names_no_address_in_any_spelling(spelling: str, address: str) -> None:
    style = SPELLINGS[spelling].format(address)
    with pytest.raises(ExternalError, match=r"^<(style|image)> (leads out of the page|has an address)"):
        check_page(f"<style>{style}</style>")
    with pytest.raises(ExternalError):
        check_page(drawn(SVG.format(f"<style><![CDATA[{style}]]></style>")))


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "../x"])
@pytest.mark.parametrize("value", ["url({})", r"u\72l('{}')", "image-set('{}' 1x)", "src('{}')"])
def test_an_attribute_that_is_a_style_names_no_address(value: str, address: str) -> None:
    with pytest.raises(ExternalError):
        check_page(f'<p style="background: {value.format(address)}">x</p>')
    for name in ("fill", "stroke", "filter", "mask", "clip-path", "marker-end", "cursor", "style"):
        with pytest.raises(ExternalError):
            check_page(drawn(SVG.format(f'<path {name}="{value.format(address)}"/>')))


@pytest.mark.parametrize("element", ["set", "animate"])
def test_a_picture_does_not_change_its_addresses(element: str) -> None:
    with pytest.raises(ExternalError, match=rf"^the page has an element <{element}>, which acts"):
        check_page(drawn(SVG.format(f'<a href="#a"><{element} attributeName="href" to="http://127.0.0.1:9/"/></a>')))


@pytest.mark.parametrize(
    "style",
    [
        "p { background: url(data:image/png;base64,AA==) }",
        "p { background: url( 'data:image/png;base64,AA==' ); fill: url('#a') }",
        "a::after { content: target-counter(attr(href url), page) attr(title) }",
        "p { content: 'url(http://x.org/) @import' } /* @import 'x' url(http://x.org) */",
        "@media print { p::before { content: counter(x) } } @page { margin: 0 }",
    ],
)
def test_a_style_with_its_own_data_and_places_of_the_page_is_allowed(style: str) -> None:
    check_page(f"<style>{style}</style>")
    check_page(drawn(SVG.format(f"<style>{style}</style>")))


@given(
    st.lists(
        st.sampled_from(
            ["url", "(", ")", "'", '"', "\\", "75 ", "/*", "*/", "@import", "{", "}", ";", "data:", "#", " ", "\n"]
        ),
        max_size=12,
    )
)
def test_any_style_is_allowed_or_refused(parts: list[str]) -> None:
    with suppress(ExternalError):
        check_page(f"<style>{''.join(parts)}</style>")


def test_a_style_that_is_not_closed_is_read_too() -> None:
    with pytest.raises(ExternalError, match=r"^<style> leads out of the page: @import$"):
        check_page("<style>@import 'x'")


def test_the_page_has_one_style_sheet_and_no_drawing_of_its_own() -> None:
    with pytest.raises(ExternalError, match=r"^the page has a second <style>; .* in templates/style\.css$"):
        check_page("<style>p { margin: 0 }</style><p>x</p><style>p { display: none }</style>")
    for tag in ("svg", "math"):
        with pytest.raises(ExternalError, match=f"^the page has an element <{tag}>; a drawing is a ::: figure"):
            check_page(f"<{tag}><style>@im<!-- -->port 'x'</style></{tag}>")


def test_the_page_may_have_the_policy_of_the_engine_and_no_other() -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="{}">'
    check_page(meta.format(POLICY))
    for other in (
        meta.format("default-src *"),
        meta.format(POLICY).replace(">", ' id="a">'),
        meta.format(POLICY.replace("'none'", "*", 1)),
        '<meta http-equiv="refresh" content="0">',
        '<meta http-equiv="refresh" content="0; url=//x.org">',
        f'<meta content="{POLICY}" http-equiv="Content-Security-Policy">',
    ):
        with pytest.raises(
            ExternalError, match=r"^the page has an element <meta>, which acts or reads from elsewhere$"
        ):
            check_page(other)


@pytest.mark.parametrize("way", ["a style sheet", "a base", "a script", "an image"])
def test_raw_html_of_a_text_is_text_and_that_of_a_frame_is_refused(write_page: WritePage, way: str) -> None:
    raw = WAYS[way].format("https://example.org/x")
    check_page(write_page(SECTION.replace("Yes.", f"Yes {raw}.", 1)))
    with pytest.raises(ReportError, match=r"^(the page has an element|<img> leads out of the page)"):
        write_page(SECTION, frame=PAGE.replace("<div", f"{raw}<div", 1))


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_leads_out_is_refused(way: str, address: str) -> None:
    with pytest.raises(ExternalError):
        check_page(WAYS[way].format(address))


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize(
    "inner",
    [
        '<image href="{}"/>',
        '<image xlink:href="{}"/>',
        '<use href="{}#p"/>',
        '<use xlink:href="{}#p"/>',
        "<style>@import '{}';</style>",
        "<path style=\"fill: url('{}')\"/>",
        '<a href="javascript:x"><path d="{}"/></a>',
        '<path onclick="{}"/>',
        "<script>{}</script>",
        "<foreignObject>{}</foreignObject>",
    ],
)
def test_a_picture_that_leads_out_or_acts_is_refused(inner: str, address: str) -> None:
    with pytest.raises(ExternalError):
        check_page(drawn(SVG.format(inner.format(address))))


@pytest.mark.parametrize("before", ['<?xml-stylesheet href="x.css"?>', '<!DOCTYPE svg [<!ENTITY x SYSTEM "x">]>'])
def test_a_picture_with_entities_or_a_style_sheet_is_refused(before: str) -> None:
    with pytest.raises(ExternalError):
        check_page(drawn(before + SVG.format("")))


@pytest.mark.parametrize("inner", ['<use href="{}#p"/>', '<image xlink:href="{}" width="9" height="9"/>'])
def test_a_file_that_a_picture_asks_for_does_not_get_into_the_pdf_either(inner: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(SVG.format('<text id="p" y="9">secret</text>'), encoding="utf-8")
    page = f'<html lang="en"><title>x</title><p>Words{drawn(SVG.format(inner.format(secret.as_uri())))}</p></html>'
    with suppress(PDFError):
        assert "secret" not in words(render(page))


@pytest.mark.parametrize(
    "name",
    ["../x.py", "/etc/passwd", "templates/../../x.py", "link.py", "folder/x.py", "templates/sections/../../../x.py"],
)
def test_what_is_outside_of_the_project_or_a_link_to_it_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    (root / "templates/sections").mkdir(parents=True)
    (tmp_path / "x.py").write_text("x = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to("../x.py")
    (root / "folder").symlink_to("..")
    with pytest.raises(ExternalError, match=r"is outside of the project$"):
        inside(root, root / name)
    (root / "y.py").symlink_to("templates")
    assert inside(root, root / "y.py") == root / "y.py"


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("name", ["../x.py", "/etc/passwd", "link.py", "%2e%2e/x.py", "file:///etc/passwd"])
def test_a_listing_shows_files_of_the_project_only(
    write_page: WritePage, tmp_path: Path, name: str, rehearsal: bool
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}.py"
    outside.write_text("def twice():\n    return 'secret'\n", encoding="utf-8")
    (tmp_path / "link.py").symlink_to(outside)
    text = SECTION.replace(
        "::::\n", f"::: listing {name.replace('../x', f'../{tmp_path.name}')} twice\nIt. [shown]\n:::\n::::\n", 1
    )
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: ") as caught:
        write_page(text, rehearsal=rehearsal)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_listing_of_what_is_no_python_is_one_message(write_page: WritePage) -> None:
    text = SECTION.replace("::::\n", "::: listing templates/style.css twice\nIt. [shown]\n:::\n::::\n", 1)
    with pytest.raises(ReportError, match=r"^question 1\.1\.a: templates/style\.css is not a module of Python$"):
        write_page(text)


@pytest.mark.parametrize(
    "name", ["templates/cells.md", "templates/style.css", "templates/summary.md", "templates/sections/1.1.md"]
)
def test_a_template_that_is_a_link_out_of_the_project_is_refused(built: Project, tmp_path: Path, name: str) -> None:
    from reporting.compose.document import rehearse

    for part in ("templates", "scripts", "reporting"):
        shutil.copytree(built.root / part, tmp_path / "project" / part)
    path = tmp_path / "project" / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    results = built.root / "results"
    artifacts = {str(made.relative_to(results).with_suffix("")): Unknown() for made in results.rglob("[a-z]*.json")}
    known = {**artifacts, "made": Unknown(), "config": load(built.root / "config/config.yaml")}
    figures = [str(made.relative_to(results / "figures").with_suffix("")) for made in results.rglob("*.svg")]
    with pytest.raises(ReportError, match=f"^(.*, line 1: )?{re.escape(name)}: is outside of the project$"):
        rehearse(tmp_path / "project", known, load(built.root / "config/rubric.yaml"), figures)


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_frame_that_leads_out_fails_the_report(write_page: WritePage, address: str, rehearsal: bool) -> None:
    frame = PAGE.replace("<div", f'<link rel="stylesheet" href="{address}"><div', 1)
    with pytest.raises(ReportError, match=r"^the page has an element <link>"):
        write_page(SECTION, frame=frame, rehearsal=rehearsal)


def words(pdf: bytes) -> str:
    """All text of a PDF without its spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    return "".join(text.split())


HOSTILE_WORDS = [
    HOSTILE,
    "</title></style><script>x</script>",
    "$(touch x) `touch x` ; rm -rf . && | > x",
    "<%= 7*7 %> {{ 7*7 }} {% x %} ${7*7} {0} %s",
    r"$\frac{1}{2}$ \input{/etc/passwd} $$x$$",
    "../../etc/passwd %2e%2e/ file:///etc/passwd",
    "![x](file:///etc/passwd) [a](javascript:x) <img src=x>",
    "::: answer ``` # * _a_ | a | &lt; &#60; \" '",
]
# What the configuration refuses is not typed, nor what the font has no glyph for; what is a form of another
# character, as ² is, may be printed as that.
GLYPHS = TTFont(FOLDER.joinpath("SourceSerif4-Regular.ttf")).getBestCmap()
VISIBLE = "".join(
    character
    for character in CHARACTERS
    if unicodedata.category(character) not in ("Cf", "Zl", "Zp")
    and unicodedata.normalize("NFKC", character) == character
    and ord(character) in GLYPHS
)
TYPED = st.text(VISIBLE, min_size=1, max_size=60) | st.lists(
    st.sampled_from([*HOSTILE_WORDS, "<", ">", '"', "'", "&", "$", "\\", "%>", "<%="]), min_size=1, max_size=3
).map("".join)


def printed_as_typed(write_page: WritePage, typed: str) -> None:
    style = "body { font-family: 'Source Serif 4'; overflow-wrap: anywhere }"
    frame = PAGE.replace("<div", '<p data-x="<%= value("title", "text") %>">a<%= value("title", "text") %>z</p><div', 1)
    answer = 'So <%= value("run.name", "text") %> is. [same]'
    markup = write_page(
        SECTION.replace("Yes. [defined]", answer, 1).replace("none: a test", "same: run.name == title", 1),
        tree={"title": typed, "run": {"name": typed}},
        frame=frame.replace("<%= style %>", style),
    )
    anchors = "".join(f'<span id="artifact-{name}"></span>' for name in ("run", "title"))
    text = words(render(markup.replace("</html>", f"{anchors}</html>")))
    plain = "".join(typed.split())
    assert f"a{plain}z" in text
    assert f"So{plain}is." in text


one_folder = HealthCheck.function_scoped_fixture, HealthCheck.too_slow


@settings(max_examples=5, suppress_health_check=one_folder)
@given(TYPED)
@example("".join(HOSTILE_WORDS[:4]))
@example("".join(HOSTILE_WORDS[4:]))
def test_what_is_typed_is_printed_in_the_pdf_as_it_is(write_page: WritePage, typed: str) -> None:
    printed_as_typed(write_page, typed)


@pytest.mark.soak
@settings(max_examples=150, suppress_health_check=one_folder)
@given(TYPED)
def test_whatever_is_typed_is_printed_in_the_pdf_as_it_is(write_page: WritePage, typed: str) -> None:
    printed_as_typed(write_page, typed)


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a;b", "$(touch x)", "a b", ".", "a\nb", "<b>", "{{a}}", "A", "a" * 61]
)
def test_a_runs_name_cannot_be_a_path_or_markup_or_a_command(tmp_path: Path, name: str) -> None:
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        text.replace("\n  too_large:", f'\n  "{name}":'.replace("a\nb", "a\\nb"), 1), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="a name must be a-z, 0-9 and _, and start with a letter"):
        read(tmp_path / "config.yaml")


class Bomb:
    """What a pickle would do when it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, ("owned",)


@pytest.mark.parametrize("character", "\xad\u200b\u200f\u2028\u202a\u202e\u2066\ufeff")
def test_a_character_that_is_not_seen_is_refused(tmp_path: Path, character: str) -> None:
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(re.sub(r"(?m)^(  title: )(\w)", rf"\1\2{character}", text, count=1), encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=r"config\.yaml: report\.title: is .* none of them invisible$|not valid YAML"
    ):
        read(path)


def test_samples_that_are_a_pickle_are_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bomb = np.array([Bomb()], dtype=object)
    nothing: Any = {}
    np.savez("digits.npz", train_x=bomb, train_y=bomb, test_x=bomb, test_y=bomb)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        networks.main("digits.npz", "network.json", "a", nothing, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_no_code_of_ours_loads_a_pickle_and_none_that_reads_the_configuration_evaluates_text() -> None:
    for room in ("scripts", "nnlib", "reporting"):
        for path in (ROOT / room).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            assert not re.search(r"allow_pickle=(?!False)|\bpickle\b|\bjoblib\b", code), path
            assert not re.search(r"os\.system|shell=True", code), path
            calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)}
            assert room == "nnlib" or not calls & {"eval", "exec", "compile"}, path


def test_the_name_of_the_folder_is_no_command_and_no_markup(built: Project, tmp_path: Path) -> None:
    name = 'it\'s $(touch owned) `touch owned` <b> & ;{x} %s "q"'
    copy = Project(shutil.copytree(built.root, tmp_path / name))
    before = copy.products()
    (copy.root / "results/law.json").unlink()
    copy.build()
    assert copy.products() == before
    assert not list(tmp_path.rglob("owned"))
