"""Facts about the assignment's report, built whole."""

import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.pipeline.settings import load
from tests.conftest import Project
from tests.pipeline.test_pipeline import fonts, leads_out, question_lines

SECTIONS = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "A")
NEW_NETWORK = """
  brand_new:
    title: two layers, brand new
    layers: [Linear 64x3, ReLU, Linear 3x1, Sigmoid]
    scheme: glorot
    loss: bce
    epochs: 2
    learning_rate: 0.004
    minibatch_size: 20
"""


def test_664_of_the_664_numbers_of_the_hand_in_are_reproduced(assignment: Project) -> None:
    reproduction = assignment.artifact("reproduction")
    assert (reproduction["total"], reproduction["matched"], reproduction["mismatched"]) == (664, 664, [])
    assert sum(found["matched"] for found in reproduction["questions"].values()) == 664


def test_the_pdf_has_its_40_questions_in_order_with_points_that_sum_to_45(assignment: Project) -> None:
    asked = question_lines(assignment)
    assert asked == list(load(assignment.root / "config" / "rubric.yaml")["points"].items())
    assert (len(asked), sum(points for _, points in asked)) == (40, 45)


def test_the_pdf_has_at_most_28_pages_and_its_body_at_most_24(assignment: Project) -> None:
    pages = {title.split()[0]: page for title, page in assignment.bookmarks()}
    assert pages["A"] <= 24
    assert len(assignment.lines) <= 28
    for first, second in itertools.pairwise(pages[name] for name in SECTIONS):
        assert first <= second


def test_the_pdf_is_pdf_a_and_pdf_ua_and_has_our_fonts(
    assignment: Project, violations: Callable[[bytes], list[str]]
) -> None:
    assert violations(assignment.report()["report.pdf"]) == []
    assert all(embedded for _, embedded in fonts(assignment.pdf))


def test_the_html_asks_nobody_for_anything_and_every_link_has_its_anchor(assignment: Project) -> None:
    assert leads_out(assignment.elements, assignment.page) == []


def test_every_artifact_is_finite_json_with_its_run_s_name(assignment: Project) -> None:
    configuration = load(assignment.root / "config" / "config.yaml")
    for kind in ("descents", "networks"):
        for name in configuration[kind]:
            assert assignment.artifact(f"{kind}/{name}")["name"] == name
    for path in (assignment.root / "results").rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_a_network_that_is_added_in_yaml_has_its_artifacts_its_row_and_its_panel(
    assignment: Project, tmp_path: Path
) -> None:
    copy = Project(shutil.copytree(assignment.root, tmp_path / "a copy"))
    copy.append("config/config.yaml", NEW_NETWORK)
    ran = copy.ran(copy.build())
    trained = {"networks.brand_new", "seed_chunks.brand_new.0-19", "seeds.brand_new"}
    assert ran == {*trained, "overview", "figure_runs", "document", "pdf", "report"}
    accuracy = f"{100 * copy.artifact('networks/brand_new')['summary']['trained']['test_accuracy']:.1f}"
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", copy.page, re.DOTALL)]
    (row,) = [row for row in rows if row[:4] == ["two", "layers,", "brand", "new"]]
    assert {"64–3R–1S", "Glorot’s", "0.004", accuracy} <= set(row)
    assert any("two layers, brand new" in line for page in copy.lines for line in page)
