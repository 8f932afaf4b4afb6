"""Facts about comparing two reports: what changed is there, the important first, and nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from playwright.sync_api import Browser

from reporting.commands import review
from reporting.compose.self_contained import POLICY
from reporting.press.evidence import MANIFEST
from reporting.verify import bounded, comparison
from reporting.verify.comparison import bands, concerns, figures, pictures, pieces
from reporting.verify.page import side
from tests.conftest import Project

HOSTILE = '"><script>alert(1)</script>'
FIGURE = 1  # which of the pictures is another


def content(pdf: pikepdf.Pdf, name: str) -> Any:
    return pdf.attachments[name].get_file().read_bytes().decode()


def put(pdf: pikepdf.Pdf, name: str, text: str) -> None:
    pdf.attachments[name].obj.EF.F.write(text.encode())


@pytest.fixture(scope="module")
def reports(built: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A report, and one with a setting, a result, a claim, a text and a figure that are others."""
    old = built.root / "report" / "report.pdf"
    new = tmp_path_factory.mktemp("review") / "new.pdf"
    with pikepdf.open(old) as pdf:
        settings = content(pdf, "config.config.yaml")
        put(
            pdf,
            "config.config.yaml",
            settings.replace("title: Earth, days: 365", "title: Earth, days: 366"),
        )
        artifact = json.loads(content(pdf, "results.birthdays.earth.json"))
        artifact["half"]["people"] = 99
        put(pdf, "results.birthdays.earth.json", json.dumps(artifact))
        manifest = json.loads(content(pdf, MANIFEST))
        changed = [value for value in manifest["values"] if value["path"] == "birthdays.earth.half.people"]
        assert changed
        for value in changed:
            value["text"] = "99"
        manifest["claims"].append(
            {
                "question": "1.1.a",
                "name": "more",
                "expression": "birthdays.earth.half.people > 30",
            }
        )
        runs = next(passage["runs"] for passage in manifest["passages"] if passage["name"] == "1.1.a")
        runs[1] += f" {HOSTILE}"
        put(pdf, MANIFEST, json.dumps(manifest))
        number, left, bottom, right, top = manifest["pictures"][FIGURE]["place"]
        x, y = (left + right) / 2, (bottom + top) / 2
        sheet = pdf.pages[number - 1]
        sheet.contents_add(b"q", prepend=True)
        sheet.contents_add(f"Q 1 0 0 rg {x} {y} 40 20 re f".encode())
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "Another title"
        pdf.save(new)
    return old, new


@pytest.fixture(scope="module")
def page(reports: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "review.html"
    assert review.main([*map(str, reports), "-o", str(target)]) == 0
    return target


def test_reports_that_are_the_same_have_no_change(reports: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "review.html"
    assert review.main([str(reports[0]), str(reports[0]), "-o", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert "<h1>No change</h1>" in text
    assert "<section" not in text
    assert "<table" not in text


def test_the_review_is_one_file_in_a_folder_that_is_there(
    reports: tuple[Path, Path], page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in page.parent.iterdir()] == ["review.html"]
    target = tmp_path / "nowhere" / "review.html"
    assert review.main([str(reports[0]), str(reports[0]), "-o", str(target)]) == 2
    assert capsys.readouterr().err == f"{target}: No such file or directory\n"


def test_what_changed_is_shown_and_nothing_else(reports: tuple[Path, Path], page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r'<section id="(\w+)">', text) == [
        "claims",
        "values",
        "results",
        "settings",
        "passages",
        "figures",
        "pages",
        "beside",
    ]
    rows = re.search(r'id="values".*?</section>', text, re.DOTALL)
    assert rows
    assert set(re.findall(r"<td><code>(.*?)</code>", rows[0])) == {"birthdays.earth.half.people"}
    assert ">+" in rows[0]
    assert 'href="#cause-birthdays.earth.days"' in rows[0]
    assert re.findall(r'<tr id="cause-(.*?)">', text) == ["birthdays.earth.days"]
    assert "<tr><td>birthdays</td><td>1</td><td>1</td>" in text
    with pikepdf.open(reports[0]) as pdf:
        picture = json.loads(content(pdf, MANIFEST))["pictures"][FIGURE]
    assert re.findall(r"<h3>(.*?)</h3>", text) == ["1.1.a", picture["name"], f"Page {picture['place'][0]}"]


def rebuilt(report: Path, target: Path, change: Callable[[pikepdf.Pdf], None]) -> dict[str, Any]:
    """What the review finds between a report and another that differs from it in one respect."""
    with pikepdf.open(report) as pdf:
        change(pdf)
        pdf.save(target)
    sides = [side(str(path)) for path in (report, target)]
    return {key: found for key, found in comparison.review(*sides).items() if found}


def retitled(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = "Another title"


def relinked(pdf: pikepdf.Pdf) -> None:
    link = next(link for link in pdf.pages[0].Annots if link.Subtype == "/Link")
    link.Dest = pikepdf.String("part-A")


def with_an_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda pdf: None, []),
        (retitled, [("metadata", 3, ["/Info/Producer", "/Info/Title", "/Root/Metadata"])]),
        (relinked, [("links", 1, ["page 1"])]),
        (with_an_action, [("all else", 1, ["/Root/OpenAction"])]),
    ],
    ids=["nothing", "the metadata", "a link", "an action"],
)
def test_what_differs_behind_the_pages_is_told_and_nothing_else(
    reports: tuple[Path, Path], tmp_path: Path, change: Callable[[pikepdf.Pdf], None], found: list[Any]
) -> None:
    assert rebuilt(reports[0], tmp_path / "new.pdf", change) == ({"beside": found} if found else {})


def test_a_result_that_no_text_cites_is_told_with_the_code_that_it_may_have_changed_by(
    reports: tuple[Path, Path], tmp_path: Path
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        law = json.loads(content(pdf, "results.law.json"))
        law["power"] += 1
        put(pdf, "results.law.json", json.dumps(law))
        put(pdf, "scripts.powers.py", content(pdf, "scripts.powers.py") + "\nMORE = 1\n")
        put(pdf, "scripts.figures.law.py", content(pdf, "scripts.figures.law.py") + "\nMORE = 1\n")

    found = rebuilt(reports[0], tmp_path / "new.pdf", change)
    assert found == {
        "results": [("law", 1, 1, ["scripts/powers.py"])],
        "sources": ["scripts/figures/law.py", "scripts/powers.py"],
    }


def test_a_setting_of_what_a_result_is_made_from_may_be_its_cause(reports: tuple[Path, Path], tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        put(pdf, "config.config.yaml", content(pdf, "config.config.yaml").replace("days: 669", "days: 670"))
        law = json.loads(content(pdf, "results.law.json"))
        put(pdf, "results.law.json", json.dumps({**law, "power": 9}))

    found = rebuilt(reports[0], tmp_path / "new.pdf", change)
    assert found["results"] == [("law", 1, 1, ["birthdays.mars.days"])]


def test_where_no_setting_and_no_code_changed_a_package_may_be_the_cause(
    reports: tuple[Path, Path], tmp_path: Path
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        law = json.loads(content(pdf, "results.law.json"))
        put(pdf, "results.law.json", json.dumps({**law, "power": 9}))
        put(pdf, "requirements.lock", content(pdf, "requirements.lock") + "more==1\n")
        put(pdf, "scripts.powers.py", content(pdf, "scripts.powers.py") + "\n# A comment.\n")

    found = rebuilt(reports[0], tmp_path / "new.pdf", change)
    assert found["results"] == [("law", 1, 1, ["requirements.lock"])]


def test_a_figure_that_only_moved_has_not_changed(reports: tuple[Path, Path], tmp_path: Path) -> None:
    moved = tmp_path / "moved.pdf"
    with pikepdf.open(reports[0]) as pdf:
        before, after = json.loads(content(pdf, MANIFEST)), json.loads(content(pdf, MANIFEST))
        for sheet in pdf.pages:
            sheet.contents_add(b"q 1 0 0 1 3.37 -11.61 cm", prepend=True)
            sheet.contents_add(b" Q")
        pdf.save(moved)
    for picture in after["pictures"]:
        page, left, bottom, right, top = picture["place"]
        picture["place"] = [page, left + 3.37, bottom - 11.61, right + 3.37, top - 11.61]
    with pypdfium2.PdfDocument(reports[0]) as one, pypdfium2.PdfDocument(moved) as other:
        shown = pictures(before, one)
        assert len(shown) == len(before["pictures"]) == 3
        assert list(figures(shown, pictures(after, other))) == []
        assert len(list(figures(shown, pictures(before, other)))) == 3


@pytest.mark.parametrize(
    "place",
    [
        [1, 0, 0, 1e5, 1e5],
        [1, 300, 300, 100, 100],
        [1, 300, 300, 300, 300],
        [1, 300, 300, 300.1, 400],
        [1, -9, 300, 100, 400],
        [999, 0, 0, 100, 100],
    ],
)
def test_a_picture_that_is_not_on_its_page_is_none(reports: tuple[Path, Path], place: list[float]) -> None:
    with pypdfium2.PdfDocument(reports[0]) as document:
        assert pictures({"pictures": [{"name": "a", "place": place}]}, document) == {}


def test_what_a_report_says_is_text_and_never_markup(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)


TURNED = "\u202e\u2066\u200f\ud800\u0007\u00ad"


def test_what_turns_the_text_of_a_strangers_report_or_is_no_character_is_spelt_out(
    reports: tuple[Path, Path], tmp_path: Path
) -> None:
    stranger, target = tmp_path / "stranger.pdf", tmp_path / "review.html"
    with pikepdf.open(reports[0]) as pdf:
        manifest = json.loads(content(pdf, MANIFEST))
        next(passage["runs"] for passage in manifest["passages"] if passage["name"] == "1.1.a")[1] += f" a{TURNED}b"
        for value in manifest["values"]:
            if value["path"] == "birthdays.earth.half.people":
                value["text"] = f"5{TURNED}\u00a0%"
        manifest["claims"].append({"question": f"1{TURNED}", "name": "more", "expression": f"a{TURNED} > 1"})
        put(pdf, MANIFEST, json.dumps(manifest))
        pdf.save(stranger)
    assert review.main([str(reports[0]), str(stranger), "-o", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert not set(TURNED) & set(text)
    spelt = r"\u202e\u2066\u200f\ud800\x07\xad"
    for said in (f"a{spelt}b", f"5{spelt}\u00a0%", f"<td>1{spelt}</td>", f"<code>a{spelt} &gt; 1</code>"):
        assert said in text


def test_a_report_that_needs_too_much_to_be_read_is_refused_by_its_name(
    reports: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bounded, "MOST_SECONDS", 0.0)
    target = tmp_path / "review.html"
    assert review.main([*map(str, reports), "-o", str(target)]) == 2
    assert re.fullmatch(
        rf"{reports[0]}: needs more than .* to be read, which no report does\n", capsys.readouterr().err
    )
    assert not target.exists()


def test_the_review_has_a_policy_that_lets_it_do_nothing_but_show_itself(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("http-equiv") == 1
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in text


@pytest.mark.parametrize("width", [360, 1200])
def test_in_a_browser_every_anchor_works_nothing_is_reported_and_the_page_fits(
    browser: Browser, page: Path, width: int
) -> None:
    said: list[str] = []
    sheet = browser.new_page(viewport={"width": width, "height": 740})
    sheet.on("console", lambda message: said.append(message.text))
    sheet.on("pageerror", lambda error: said.append(str(error)))
    sheet.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
    sheet.goto(page.as_uri())
    assert sheet.evaluate("document.documentElement.scrollWidth") <= width
    targets = sheet.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert len(targets) >= 5
    for target in set(targets):
        assert sheet.evaluate("t => document.getElementById(t.slice(1)) !== null", target), target
    sheet.click("nav a[href='#pages']")
    assert sheet.evaluate("document.getElementById('pages').getBoundingClientRect().top") < 740
    shown = sheet.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight])")
    assert [width < height for width, height in shown] == [False, False, True, True]  # figures, then whole pages
    sheet.close()
    assert said == []


@pytest.mark.parametrize("place", [0, 1])
def test_a_file_that_is_no_report_is_refused_in_one_message(
    reports: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    bad = tmp_path / "bad.pdf"
    files = [str(reports[0])] * 2
    files[place] = str(bad)
    target = tmp_path / "review.html"
    for content, message in (
        (None, "No such file or directory"),
        (b"text", "is not a PDF"),
        (b"%PDF-1.7", "is not a whole"),
    ):
        if content is not None:
            bad.write_bytes(content)
        assert review.main([*files, "-o", str(target)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"{bad}: {message}")
        assert not target.exists()


def test_words_are_compared_and_what_is_far_from_a_change_is_left_out() -> None:
    old = [f"w{number}" for number in range(60)]
    found = list(pieces(old, [*old[:30], "new", *old[31:]]))
    assert [kind for kind, _ in found] == ["same", "gone", "added", "same"]
    assert (found[1][1], found[2][1]) == ("w30", "new")
    assert found[0][1].split()[0] == "…"
    assert found[0][1].split()[-1] == "w29"
    assert found[3][1].split()[-1] == "…"


def test_differences_that_are_near_are_marked_as_one() -> None:
    assert list(bands([1, 2, 10, 40, 41])) == [(1, 10), (40, 41)]
    assert list(bands([])) == []


@pytest.mark.parametrize(
    ("key", "artifact", "may"),
    [
        ("networks.one.epochs", "networks/one", True),
        ("networks.one.epochs", "seeds/one", True),
        ("networks.one.epochs", "networks/two", False),
        ("descents.one.steps", "networks/one", False),
        ("sweep.epochs", "sweep", True),
        ("seed", "networks/one", True),
        ("networks.one.epochs", "reproduction", True),
        ("descents.one.steps", "comparisons", False),
    ],
)
def test_a_setting_is_a_likely_cause_for_what_depends_on_it(key: str, artifact: str, may: bool) -> None:
    assert concerns(key, artifact) == may


def test_where_a_report_does_not_say_it_a_setting_concerns_its_block_and_one_of_no_block_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparison, "CHECKS", None)
    for key, artifact, may in [
        ("walks.step", "walks/first", True),
        ("walks.step", "census", False),
        ("seed", "census", True),
    ]:
        assert concerns(key, artifact) == may
