"""Facts about benchmarks/growth: what it multiplies is a report, and what it writes is between the marks."""

from pathlib import Path

import pytest

from benchmarks import growth
from reporting.pipeline.settings import load
from tests.conftest import ROOT, ask, small_report

MEASURED = {1: {"from nothing": 10.0, "the style": 2.0}, 4: {"from nothing": 15.0, "the style": 2.2}}
TABLE = """| | 1 section | 4 sections | multiple |
| --- | ---: | ---: | ---: |
| from nothing | 10.0 s | 15.0 s | 1.5 |
| the style | 2.0 s | 2.2 s | 1.1 |
"""


@pytest.mark.parametrize("times", [1, 10])
def test_a_multiplied_report_is_a_report_with_as_many_runs_figures_and_sections(tmp_path: Path, times: int) -> None:
    root = small_report(tmp_path)
    growth.multiply(root, times)
    blocks = load(root / "config/config.yaml")["birthdays"]
    assert len(blocks) == 3 * times
    assert len(list((root / "templates/sections").glob("1.*.md"))) == times
    jobs, _, _ = ask(root)
    assert {f"{rule}.{name}" for rule in ("birthdays", "figure_planets") for name in blocks} <= jobs


def test_a_section_names_its_own_runs() -> None:
    assert growth.section(1) == growth.SECTION.replace("1.0.", "1.1.")
    assert "birthdays.mars_7.half" in growth.section(7)
    assert "question 1.7.b" in growth.section(7)


@pytest.mark.parametrize(("name", "texts"), [("1.1.md", growth.SENTENCES), ("style.css", growth.SPACINGS)])
def test_what_it_edits_is_there_once_and_in_one_way(name: str, texts: tuple[str, str]) -> None:
    text = growth.section(1) if name == "1.1.md" else (ROOT / "tests/report/templates" / name).read_text("utf-8")
    assert [text.count(each) for each in texts] == [1, 0]


def test_each_build_follows_an_edit(tmp_path: Path) -> None:
    path, seen = tmp_path / "a.md", list[str]()
    path.write_text("one", encoding="utf-8")

    def build() -> float:
        seen.append(path.read_text(encoding="utf-8"))
        return float(len(seen))

    assert growth.edits(path, ("one", "two"), build) == 1
    assert seen == ["two", "one", "two"]
    with pytest.raises(SystemExit, match="there is no 'three' to change"):
        growth.edits(path, ("three", "four"), build)


def test_the_table_has_seconds_and_multiples_of_the_smallest_report() -> None:
    assert growth.table(MEASURED) == TABLE


def test_the_table_is_written_between_the_marks_and_nothing_else_changes() -> None:
    page = "a\n<!-- growth -->\nold\n<!-- end of growth -->\nb\n"
    assert growth.written(page, TABLE) == page.replace("old\n", TABLE)
    assert growth.written(growth.written(page, TABLE), TABLE) == growth.written(page, TABLE)


@pytest.mark.parametrize("page", ["", "<!-- growth -->\n", 2 * "<!-- growth -->\n<!-- end of growth -->\n"])
def test_a_page_without_its_one_place_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="must have one"):
        growth.written(page, TABLE)


def test_the_page_has_its_place() -> None:
    page = (ROOT / growth.PAGE).read_text(encoding="utf-8")
    rows = growth.TABLE.findall(page)
    assert len(rows) == 1
