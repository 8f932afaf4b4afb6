"""Facts about the pipeline as a whole, on a small copy of it: configuration in, a true report out."""

import html
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from scripts.artifacts import altered, seal, whole
from scripts.configuration import load
from tests.conftest import HOSTILE, NEW_RUN, Project, copy_of_the_project


def question_lines(project: Project) -> list[tuple[str, int]]:
    """The questions' ids with their points, as the PDF's headings have them."""
    matches = [re.match(r"(\d\.\d\.[a-z])(?!\w).*\D(\d+)\s*points?$", line) for page in project.lines for line in page]
    return [(match[1], int(match[2])) for match in matches if match]


def test_the_pdf_has_every_question_in_order_with_its_points_which_sum_to_45(built: Project) -> None:
    rubric = load(built.root / "config" / "rubric.yaml")
    asked = question_lines(built)
    assert asked == list(rubric["points"].items())
    assert len(asked) == 40
    assert sum(points for _, points in asked) == 45


def test_the_checker_of_questions_sees_one_that_is_gone(built: Project) -> None:
    cut = Project(built.root)
    cut.lines = [[line for line in page if not line.startswith("1.2.d")] for page in built.lines]
    assert set(question_lines(built)) - set(question_lines(cut)) == {("1.2.d", 1)}


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
    assert all(re.match("SourceSerif4|SourceSans3|SourceCodePro", family) for family in families), families


def test_the_checker_of_fonts_sees_one_that_is_not_embedded() -> None:
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.make_indirect(font)
        pdf.Root["/Kept"] = pdf.make_indirect(font)
        assert ("/Helvetica", False) in list(fonts(pdf))


def test_the_pdf_has_its_title_its_authors_its_language_and_is_tagged(built: Project) -> None:
    assert str(built.pdf.docinfo["/Title"]) == "Gradient descent and neural networks from scratch"
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
    assert ("meta", {"name": "author", "content": f"{HOSTILE} and Daan Brugmans and Maximilian Pohl"}) in built.elements
    cover = " ".join(built.lines[0])
    assert HOSTILE.replace(" ", "") in cover.replace(" ", "")


def test_every_figure_is_a_picture_in_both_formats_and_every_artifact_is_finite_json(built: Project) -> None:
    configuration = load(built.root / "config" / "config.yaml")
    for kind in ("descents", "networks"):
        for name in configuration[kind]:
            assert built.artifact(f"{kind}/{name}")["name"] == name
            for suffix in ("svg", "png"):
                assert (built.root / f"results/figures/{kind}/{name}.{suffix}").stat().st_size > 1000
    for path in (built.root / "results").rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_no_file_that_the_pipeline_made_names_the_place_where_it_ran(built: Project) -> None:
    place = str(built.root).encode()
    assert [name for name, (_, content) in built.made().items() if place in content] == []


def test_every_result_has_its_seal_and_nothing_else_is_left_beside_it(built: Project) -> None:
    assert sorted(built.report()) == ["report.html", "report.pdf"]
    paths = [Path(name) for name in built.made()]
    results = [path for path in paths if not path.name.startswith(".")]
    assert not [path for path in results if not re.fullmatch(r"\S+\.(json|npz|svg|png|html|pdf)", path.name)]
    assert sorted(paths) == sorted([*results, *map(seal, results)])
    assert altered([str(built.root / path) for path in results]) == []


def test_a_second_run_has_nothing_to_do_nor_has_one_in_a_copy_elsewhere(built: Project, project: Project) -> None:
    for place in (built, project):
        before = place.made()
        done = place.build()
        assert done.stdout == ""
        assert place.made() == before


def test_a_run_that_is_added_in_yaml_has_its_artifact_its_figure_and_its_row_and_nothing_else_runs(
    project: Project,
) -> None:
    before = project.made()
    path = project.root / "config" / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + NEW_RUN, encoding="utf-8")
    project.build()
    after = project.made()
    new = set(after) - set(before)
    assert set(before) <= set(after)
    assert new == {name for name in after if "brand_new" in name}
    assert new >= {
        "results/networks/brand_new.json",
        "results/seeds/brand_new.json",
        "results/figures/networks/brand_new.svg",
        "results/figures/networks/brand_new.png",
    }
    # Only what looks at all runs is made anew.
    changed = {name for name in before if before[name] != after[name]}
    documents = [Path("report/report.html"), Path("report/report.pdf"), Path("results/citations.json")]
    assert changed == {*map(str, documents), *(str(seal(path)) for path in documents)}
    assert after["results/reproduction.json"][1] == before["results/reproduction.json"][1]
    accuracy = f"{project.artifact('networks/brand_new')['summary']['final']['test_accuracy']:.4f}"
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", project.page, re.DOTALL)]
    (row,) = [row for row in rows if row[:1] == ["brand_new"]]
    assert {"64–3R–1S", "glorot", "0.004", accuracy} <= set(row)
    assert 'id="fig-networks/brand_new"' in project.page
    assert any("brand_new" in line for page in project.lines for line in page)


# A file, what is replaced there, by what, and the message.
BROKEN = {
    "a misspelt key": ("config/config.yaml", "seed:", "sead:", r"config\.yaml: sead: unknown key; did you mean seed"),
    "not a number": ("config/config.yaml", "learning_rate: 0.05", "learning_rate: .nan", r"learning_rate: is nan"),
    "a key given twice": ("config/config.yaml", "seed: 12345", "seed: 1\nseed: 2", r"the key seed is given twice"),
    "a rubric that is not YAML": ("config/rubric.yaml", "1.1.a: 1", "1.1.a: [", r"config/rubric\.yaml, line \d+: not"),
    "a run that the text cites gone": (
        "config/config.yaml",
        "  too_large:",
        "  two_large:",
        r"question 1\.1\.e \(templates/sections/1\.1\.md, line \d+\): .*no 'too_large' there; did you mean two_large",
    ),
    "a network that is compared gone": (
        "config/config.yaml",
        "  two_layer_fast:",
        "  two_layer_quick:",
        r"config/config\.yaml: comparisons\.faster\.second: there is no network two_layer_fast; did you mean",
    ),
    "a typed number": (
        "templates/sections/1.1.md",
        "Each step subtracts",
        "Each of 10 steps subtracts",
        r"question 1\.1\.a: the number '10' is typed",
    ),
    "a false claim": (
        "templates/sections/1.1.md",
        "none: small",
        "descents.first.end.f < landscape.minima[0].f",
        r"question 1\.1\.a: the claim descents\.first\.end\.f < landscape\.minima\[0\]\.f does not hold; "
        r"descents\.first\.end\.f is -?\d\S+; landscape\.minima\[0\]\.f is -?\d",
    ),
    "a claim on an artifact that is not there": (
        "templates/sections/1.1.md",
        "none: small",
        "descents.frist.end.f < 0",
        r"question 1\.1\.a: the claim descents\.frist\.end\.f < 0 cites descents: no 'frist' there; did you mean first",
    ),
    "a claim on a field that is not there": (
        "templates/sections/1.1.md",
        "none: small",
        "descents.first.end.g < 0",
        r"question 1\.1\.a: the claim descents\.first\.end\.g < 0 cites descents\.first\.end: no 'g' there",
    ),
    "an artifact that is not there": (
        "templates/sections/1.1.md",
        "descents.first.end.x",
        "descents.frist.end.x",
        r"question 1\.1\.b \(\S+, line \d+\): .*no 'frist' there; did you mean first\?",
    ),
    "a field that is not there": (
        "templates/sections/1.1.md",
        "descents.first.end.x",
        "descents.first.end.z",
        r"question 1\.1\.b \(\S+, line \d+\): .*no 'z' there",
    ),
    "a broken formula": ("templates/sections/1.1.md", r"$\eta_t = \eta_0 d^t$", r"$\etta_t$", r"question 1\.1\.g: the"),
    "broken Jinja": (
        "templates/sections/1.1.md",
        "<% for minimum in",
        "<% four minimum in",
        r"templates/sections/1\.1\.md",
    ),
    "a question gone": ("templates/sections/1.5.md", "1.5.a", "1.6.a", r"question 1\.6\.a"),
    "a dead reference": (
        "templates/sections/1.1.md",
        "[](#q-1.1.g)",
        "[](#q-1.1.z)",
        r"question 1\.1\.a: refers to #q-1\.1\.z",
    ),
    "a character without a glyph": (
        "config/config.yaml",
        "title: Gradient",
        "title: \u6f22 Gradient",
        r"no glyph for '\u6f22'",
    ),
    "an artifact that is not JSON": ("results/components.json", "{", "", r"results/components\.json: not valid JSON"),
    "an artifact with NaN": (
        "results/networks/two_layer.json",
        '"diverged_at_epoch": null',
        '"diverged_at_epoch": NaN',
        r"results/networks/two_layer\.json: not valid JSON: NaN",
    ),
    "an empty rubric": ("config/rubric.yaml", None, "", r"config/rubric\.yaml"),
    "a rubric with text for points": ("config/rubric.yaml", "1.1.a: 1", "1.1.a: one", r"config/rubric\.yaml"),
    "an empty section": ("templates/sections/1.5.md", None, "", r"templates/sections/1\.5\.md"),
    "a summary that is not text": ("templates/summary.md", None, "\udcff", r"templates/summary\.md"),
    "a fault in the frame": (
        "templates/report.html",
        "config.report.title",
        "config.report.titel",
        r"templates/report\.html",
    ),
    "an image from elsewhere": (
        "templates/sections/1.1.md",
        "[](#fig-landscape) shows",
        "![x](http://127.0.0.1:9/x.png) [](#fig-landscape) shows",
        r"http://127\.0\.0\.1:9/x\.png",
    ),
}


def faults(said: str) -> list[str]:
    """What a build said, less what it always says."""
    always = r"Using workflow specific profile|\d+/\d+  |Stopped after \d+ of \d+ jobs?"
    return [line for line in said.splitlines() if not re.match(always, line)]


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
    "an image from elsewhere",
}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [pytest.param(*fault, id=name, marks=[] if name in QUICK else pytest.mark.soak) for name, fault in BROKEN.items()],
)
def test_bad_input_ends_with_one_message_and_leaves_the_report_as_it_was(
    project: Project, name: str, old: str | None, new: str, message: str
) -> None:
    before = project.report()
    path = project.root / name
    text = path.read_text(encoding="utf-8")
    assert old is None or old in text
    with whole(path) as aside:  # sealed, as a job would have left it
        aside.write_text(new if old is None else text.replace(old, new, 1), encoding="utf-8", errors="surrogateescape")
    done = project.snakemake()
    assert done.returncode != 0
    said = faults(done.stderr)
    assert re.search(message, "\n".join(said)), done.stderr
    # Jobs that run at the same time may both meet the same fault.
    assert len(said) == 1 or name.startswith("results/"), done.stderr
    assert project.report() == before


@pytest.mark.soak
def test_the_real_configuration_reproduces_664_of_664_in_a_body_of_at_most_30_pages(tmp_path: Path) -> None:
    project = Project(copy_of_the_project(tmp_path))
    project.build()
    reproduction = project.artifact("reproduction")
    assert (reproduction["total"], reproduction["matched"], reproduction["mismatched"]) == (664, 664, [])
    assert sum(found["matched"] for found in reproduction["questions"].values()) == 664
    pages = {title.split()[0]: page for title, page in project.bookmarks()}
    assert pages["A"] <= 30
    assert sum(points for _, points in question_lines(project)) == 45
    assert leads_out(project.elements, project.page) == []
    assert all(embedded for _, embedded in fonts(project.pdf))
    for first, second in itertools.pairwise(
        pages[name] for name in ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "A")
    ):
        assert first <= second
