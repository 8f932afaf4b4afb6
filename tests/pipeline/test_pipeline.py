"""Facts about the pipeline as a whole, on a small copy of it: configuration in, a true report out."""

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from reporting.pipeline import seal
from reporting.pipeline.settings import load
from tests.conftest import HOSTILE, NEW_RUN, USUAL, Project


def question_lines(project: Project) -> list[tuple[str, int]]:
    """The questions' ids with their points, as the PDF's headings have them."""
    matches = [re.match(r"(\d\.\d\.[a-z])(?!\w).*\D(\d+)\s*points?$", line) for page in project.lines for line in page]
    return [(match[1], int(match[2])) for match in matches if match]


def test_the_pdf_has_every_question_in_order_with_its_points(built: Project) -> None:
    assert question_lines(built) == list(load(built.root / "config" / "rubric.yaml")["points"].items())


def test_the_checker_of_questions_sees_one_that_is_gone(built: Project) -> None:
    cut = Project(built.root)
    cut.lines = [[line for line in page if not line.startswith("1.1.b")] for page in built.lines]
    assert set(question_lines(built)) - set(question_lines(cut)) == {("1.1.b", 1)}


def fonts(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bool]]:
    """The names of a PDF's fonts, and whether each has its file inside."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font" and "/DescendantFonts" not in thing:
            descriptor = thing.get("/FontDescriptor", pikepdf.Dictionary())
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            yield str(thing.get("/BaseFont")), embedded or thing.get("/Subtype") == "/Type3"


def test_every_font_of_the_pdf_is_embedded_and_one_of_ours(built: Project) -> None:
    found = list(fonts(built.pdf))
    assert all(embedded for _, embedded in found), found
    families = {re.sub(r"^/[A-Z]{6}\+|\W", "", name) for name, _ in found}
    assert all(re.match("SourceSerif4|SourceSans3|SourceCodePro|STIX|Unseen", family) for family in families), families


def test_the_checker_of_fonts_sees_one_that_is_not_embedded() -> None:
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.make_indirect(font)
        pdf.Root["/Kept"] = pdf.make_indirect(font)
        assert ("/Helvetica", False) in list(fonts(pdf))


def test_the_pdf_has_its_title_its_authors_its_language_and_is_tagged(built: Project) -> None:
    assert str(built.pdf.docinfo["/Title"]) == "Shared birthdays"
    assert str(built.pdf.docinfo["/Author"]).startswith(HOSTILE)
    assert str(built.pdf.Root["/Lang"]) == "en"
    assert bool(built.pdf.Root["/MarkInfo"]["/Marked"])


def test_every_section_and_question_has_a_bookmark_that_leads_to_its_page(built: Project) -> None:
    bookmarks = dict(built.bookmarks())
    numbers = {title.split()[0]: page for title, page in bookmarks.items()}
    sections = [path.stem for path in (built.root / "templates" / "sections").iterdir()]
    for name in [*sections, *load(built.root / "config" / "rubric.yaml")["points"]]:
        assert any(line.startswith(name) for line in built.lines[numbers[name]]), name


def test_the_contents_name_the_page_of_each_section(built: Project) -> None:
    pages = {title.split()[0]: page for title, page in built.bookmarks()}
    contents = [line for page in built.lines[:2] for line in page]
    for name in sorted(path.stem for path in (built.root / "templates" / "sections").iterdir()):
        assert any(re.match(rf"{re.escape(name)}\s*[A-Z].*\D{pages[name] + 1}$", line) for line in contents), name


def test_the_pdf_is_pdf_a_and_pdf_ua_and_a_screen_reader_stumbles_over_nothing(
    built: Project, violations: Callable[[bytes], list[str]]
) -> None:
    assert violations(built.report()["report.pdf"]) == []


def addresses(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Whatever in a PDF leads out of it."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary):
            yield from (str(thing[key]) for key in ("/URI", "/JS") if key in thing)
            if thing.get("/S") in ("/GoToR", "/Launch", "/URI", "/JavaScript", "/SubmitForm", "/ImportData"):
                yield str(thing.get("/S"))
            if "/AA" in thing:
                yield "an action"
            if isinstance(action := thing.get("/A"), pikepdf.Dictionary):
                yield from (str(action[key]) for key in ("/URI", "/JS") if key in action)


def test_nothing_in_the_pdf_leads_out_of_it(built: Project) -> None:
    assert list(addresses(built.pdf)) == []


def test_the_checker_of_addresses_sees_a_link() -> None:
    with pikepdf.new() as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/"))
        pdf.Root["/Kept"] = pdf.make_indirect(pikepdf.Dictionary(A=action))
        assert "https://example.org/" in list(addresses(pdf))


def leads_out(elements: list[tuple[str, dict[str, str]]], page: str) -> list[str]:
    """What in an HTML page would make a browser ask somebody or leave."""
    anchors = {attributes["id"] for _, attributes in elements if "id" in attributes}
    targets = [
        value
        for _, attributes in elements
        for name, value in attributes.items()
        if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href", "formaction", "background")
    ]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    styles += [attributes["style"] for _, attributes in elements if "style" in attributes]
    targets += [url.strip("\"' ") for style in styles for url in re.findall(r"url\(([^)]*)\)", style)]
    acting = ("script", "iframe", "object", "embed", "base", "link", "form")
    active = [tag for tag, attributes in elements if tag in acting or any(name.startswith("on") for name in attributes)]
    imports = [style for style in styles if "@import" in style]
    dead = [target for target in targets if not target.startswith("data:") and target.removeprefix("#") not in anchors]
    return active + imports + dead


def test_the_html_asks_nobody_for_anything_and_every_link_has_its_anchor(built: Project) -> None:
    assert leads_out(built.elements, built.page) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="x.png">',
        '<a href="https://example.org">',
        '<a href="#nowhere">',
        "<script></script>",
        "<style>p { background: url(x.png) }</style>",
        '<style>@import "x.css";</style>',
        '<p onclick="x">',
        '<p style="background: url(//example.org)">',
        '<link rel="icon" href="data:,">',
    ],
)
def test_the_checker_of_html_sees_what_leads_out(built: Project, markup: str) -> None:
    changed = Project(built.root)
    changed.page = f"{built.page}{markup}"
    assert len(leads_out(changed.elements, changed.page)) == 1


def test_every_picture_of_the_html_has_a_text_and_every_id_is_there_once(built: Project) -> None:
    assert all(attributes.get("alt", "").strip() for tag, attributes in built.elements if tag == "img")
    ids = [attributes["id"] for _, attributes in built.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_an_authors_name_is_printed_as_typed_and_does_nothing(built: Project) -> None:
    visible = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<style>.*?</style>", "", built.page, flags=re.DOTALL)))
    assert HOSTILE in visible
    assert ("meta", {"name": "author", "content": f"{HOSTILE} and Your Name"}) in built.elements
    cover = " ".join(built.lines[0])
    assert HOSTILE.replace(" ", "") in cover.replace(" ", "")


def test_every_figure_is_a_picture_in_each_format_and_every_artifact_is_finite_json(built: Project) -> None:
    for name in load(built.root / "config" / "config.yaml")["birthdays"]:
        assert built.artifact(f"birthdays/{name}")["name"] == name
    shown = re.findall(r'<figure class="figure" id="fig-([^"]+)">', built.page)
    assert shown == ["planets/earth", "birthdays", "law"]
    for name in shown:
        for suffix in ("svg", "png", "pdf"):
            assert (built.root / f"results/figures/{name}.{suffix}").stat().st_size > 1000
    for path in (built.root / "results").rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_no_file_that_the_pipeline_made_names_the_place_where_it_ran(built: Project) -> None:
    place = str(built.root).encode()
    assert [name for name, (_, content) in built.made().items() if place in content] == []


def test_every_result_has_its_seal_and_nothing_else_is_left_beside_it(built: Project) -> None:
    assert sorted(built.report()) == ["report.html", "report.ipynb", "report.pdf", "ro-crate-metadata.json"]
    paths = [Path(name) for name in built.made()]
    results = [path for path in paths if not path.name.startswith(".")]
    assert not [path for path in results if not re.fullmatch(r"\S+\.(json|svg|png|html|pdf|ipynb)", path.name)]
    assert sorted(paths) == sorted([*results, *map(seal.seal_path, results)])
    assert seal.modified([str(built.root / path) for path in results]) == []


def test_a_second_run_has_nothing_to_do_nor_has_one_in_a_copy_elsewhere(built: Project, copy: Project) -> None:
    for place in (built, copy):
        before = place.made()
        done = place.build()
        assert done.stdout == ""
        assert place.made() == before


def test_a_run_that_is_added_in_yaml_has_its_artifact_and_only_what_looks_at_all_runs_is_made_anew(
    copy: Project,
) -> None:
    before = copy.made()
    copy.rewrite("config/config.yaml", lambda text: re.sub("(  venus: .*\n)", rf"\1{NEW_RUN}", text))
    copy.build()
    after = copy.made()
    assert set(after) - set(before) == {"results/birthdays/pluto.json", "results/birthdays/.pluto.json.seal"}
    assert set(before) <= set(after)
    changed = {name for name in before if before[name] != after[name]}
    documents = [f"{folder}/report.{kind}" for folder in ("results", "report") for kind in ("html", "pdf")]
    documents += ["results/citations.json", "results/law.json", "report/ro-crate-metadata.json"]
    documents += [f"results/figures/{name}.{kind}" for name in ("birthdays", "law") for kind in ("svg", "png", "pdf")]
    assert changed == {*documents, *(str(seal.seal_path(path)) for path in documents)}


# A file, what is replaced there, by what, and the message.
BROKEN = {
    "a misspelt key": ("config/config.yaml", "seed:", "sead:", r"config\.yaml: sead: unknown key; did you mean seed"),
    "not a number": ("config/config.yaml", "power: 0.5", "power: .nan", r"law\.power: is nan"),
    "a key given twice": ("config/config.yaml", "seed: 1", "seed: 1\nseed: 2", r"the key seed is given twice"),
    "a rubric that is not YAML": ("config/rubric.yaml", "1.1.a: 2", "1.1.a: [", r"config/rubric\.yaml, line \d+: not"),
    "a run that the text cites gone": (
        "config/config.yaml",
        "  earth:",
        "  eerth:",
        r"templates/\S+\.md.*no 'earth' there; did you mean eerth",
    ),
    "a typed number": (
        "templates/sections/1.1.md",
        "Among <%",
        "Among 10 of <%",
        r"question 1\.1\.a: the number '10' is typed",
    ),
    "a false claim": (
        "templates/sections/1.1.md",
        "law.lowest > 0.9",
        "law.lowest > law.highest",
        r"question 1\.1\.b: the claim law\.lowest > law\.highest does not hold; "
        r"law\.lowest is -?\d\S+; law\.highest is -?\d",
    ),
    "a claim on an artifact that is not there": (
        "templates/sections/1.1.md",
        "law.lowest > 0.9",
        "lav.lowest > 0.9",
        r"question 1\.1\.b: the claim lav\.lowest > 0\.9 cites the artifacts: no 'lav' there; did you mean law\?",
    ),
    "a claim on a field that is not there": (
        "templates/sections/1.1.md",
        "law.lowest > 0.9",
        "law.lowast > 0.9",
        r"question 1\.1\.b: the claim law\.lowast > 0\.9 cites law: no 'lowast' there; did you mean lowest",
    ),
    "an artifact that is not there": (
        "templates/sections/1.1.md",
        '"law.lowest"',
        '"lav.lowest"',
        r"question 1\.1\.b \(\S+, line \d+\): .*no 'lav' there; did you mean law\?",
    ),
    "a field that is not there": (
        "templates/sections/1.1.md",
        '"law.lowest"',
        '"law.z"',
        r"question 1\.1\.b \(\S+, line \d+\): .*no 'z' there",
    ),
    "a broken formula": ("templates/sections/1.1.md", "year of $d$", r"year of $\etta$", r"question 1\.1\.a: the"),
    "broken Jinja": ("templates/sections/1.1.md", "<% from", "<% form", r"templates/sections/1\.1\.md"),
    "a question gone": ("templates/sections/1.1.md", "1.1.b How", "1.1.c How", r"question 1\.1\.c"),
    "a dead reference": (
        "templates/sections/1.1.md",
        "[](#fig-law)",
        "[](#fig-low)",
        r"question 1\.1\.b: refers to #fig-low",
    ),
    "a character without a glyph": (
        "config/config.yaml",
        "title: Shared",
        "title: \u6f22 Shared",
        r"no glyph for '\u6f22'",
    ),
    "an artifact that is not JSON": ("results/law.json", "{", "", r"results/law\.json: not valid JSON"),
    "an artifact with NaN": (
        "results/birthdays/earth.json",
        '"days": 365',
        '"days": NaN',
        r"results/birthdays/earth\.json: not valid JSON: NaN",
    ),
    "a script that is not there": (
        "rules/experiments.smk",
        "experiments/law.py",
        "experiments/lav.py",
        r"^scripts/experiments/lav\.py: is not there, but a rule has it for a script$",
    ),
    "a rule without a script": (
        "rules/experiments.smk",
        'script:\n        "../scripts/experiments/law.py"',
        'shell:\n        "touch {output}"',
        "^rule law: must have a script, whose code is followed; no shell, run or notebook$",
    ),
    "a wildcard that stands for nothing": (
        "Snakefile",
        '"planets":',
        '"planet":',
        r"^results/figures/planets: its names are neither a block planets of config/config\.yaml nor in RUNS$",
    ),
    "an empty rubric": ("config/rubric.yaml", None, "", r"config/rubric\.yaml"),
    "a rubric with text for points": ("config/rubric.yaml", "1.1.a: 2", "1.1.a: one", r"config/rubric\.yaml"),
    "an empty section": ("templates/sections/1.1.md", None, "", r"templates/sections/1\.1\.md"),
    "a summary that is not text": ("templates/summary.md", None, "\udcff", r"templates/summary\.md"),
    "a fault in the frame": (
        "reporting/templates/report.html",
        "config.report.title",
        "config.report.titel",
        r"templates/report\.html",
    ),
    "an image from elsewhere": (
        "templates/sections/1.1.md",
        "[](#fig-law). [law]",
        "[](#fig-law) ![x](http://127.0.0.1:9/x.png). [law]",
        r"http://127\.0\.0\.1:9/x\.png",
    ),
}


def faults(said: str) -> list[str]:
    """What a build said, less what it always says."""
    return [line for line in said.splitlines() if not USUAL.match(line)]


# One of each kind; the others take long together.
QUICK = {
    "a misspelt key",
    "a run that the text cites gone",
    "a typed number",
    "a false claim",
    "a field that is not there",
    "a dead reference",
    "an artifact that is not JSON",
    "an empty section",
}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [pytest.param(*fault, id=name, marks=[] if name in QUICK else pytest.mark.soak) for name, fault in BROKEN.items()],
)
def test_bad_input_ends_with_one_message_and_leaves_the_report_as_it_was(
    copy: Project, name: str, old: str | None, new: str, message: str
) -> None:
    before = copy.report()
    path = copy.root / name
    text = path.read_text(encoding="utf-8")
    assert old is None or old in text
    content = (new if old is None else text.replace(old, new, 1)).encode(errors="surrogateescape")
    copy.forge(name, content) if name.startswith("results/") else path.write_bytes(content)
    done = copy.snakemake()
    assert done.returncode != 0
    said = faults(done.stderr)
    assert re.search(message, "\n".join(said)), done.stderr
    # Jobs that run at the same time may both meet the same fault.
    assert len(said) == 1 or name.startswith("results/"), done.stderr
    assert copy.report() == before
