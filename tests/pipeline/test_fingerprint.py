"""Facts about pipeline/fingerprint: the fingerprint is that of what the code does, imports of ours included."""

import re
from pathlib import Path

import pytest

from reporting.pipeline import fingerprint as module
from reporting.pipeline import project
from reporting.pipeline.fingerprint import code

LOCK = """
leaf==1.0 \\
    --hash=sha256:aa
    # via
    #   numpy
    #   other-one
numpy==2.4.0 ; python_version < "3.13" \\
    --hash=sha256:bb
    # via proven-report (pyproject.toml)
numpy==2.5.0 ; python_version >= "3.13" \\
    --hash=sha256:cc
    # via proven-report (pyproject.toml)
other-one==3.0
    # via proven-report (pyproject.toml)
"""
FILES = {
    "scripts/train.py": '''"""Train."""

from nnlib.net import Net


def main(a: int) -> int:
    return Net(a)  # so
''',
    "nnlib/__init__.py": "",
    "nnlib/net.py": "import numpy\n\nfrom nnlib import layers\n\nNet = layers.Layer\n",
    "nnlib/layers.py": '"""Layers."""\n\n\nclass Layer(int):\n    """One."""\n\n    depth = 1\n'
    '\n    async def grow(self):\n        """More."""\n        self.depth += 1\n',
    "nnlib/other.py": "unused = 1\n",
    "reporting/__init__.py": "",
    "reporting/cite/values.py": "unused = 1\n",
    "requirements.lock": LOCK,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def fingerprint(root: Path) -> dict[str, str]:
    """What the code of its script is, where this is the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "ROOT", root)
        patch.setattr(project, "ENGINE", root / "reporting")
        patch.setattr(module, "LOCK", root / "requirements.lock")
        module.forget()
        found = code("scripts/train.py")
    module.forget()
    return found


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text or not text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scripts/train.py", "  # so", "  # not so"),
        ("scripts/train.py", '"""Train."""', '"""Train a network."""'),
        ("scripts/train.py", '"""Train."""\n', ""),
        ("scripts/train.py", "\n\n\n", "\n\n\n\n\n"),
        ("scripts/train.py", "(a: int) -> int:", "(\n    a: int,\n) -> int:"),
        ("scripts/train.py", "return Net(a)", "return (Net( a ))"),
        ("nnlib/layers.py", '    """One."""\n\n', ""),
        ("nnlib/layers.py", "More.", "Even more."),
        ("nnlib/layers.py", "depth = 1", "depth = 1  # only"),
        ("nnlib/layers.py", "class Layer", "# A layer.\nclass Layer"),
    ],
)
def test_comments_docstrings_blank_lines_and_layout_change_nothing(root: Path, name: str, old: str, new: str) -> None:
    before = fingerprint(root)
    change(root, name, old, new)
    assert fingerprint(root) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scripts/train.py", "return Net(a)", "return Net(a + 1)"),
        ("scripts/train.py", "a: int)", "a: int = 0)"),
        ("nnlib/net.py", "Net = layers.Layer", "Net = int"),
        ("nnlib/layers.py", "depth = 1", "depth = 2"),
        ("nnlib/layers.py", "depth = 1", 'depth = 1\n    name = "layer"'),
    ],
    ids=["itself", "its signature", "an import", "two imports away", "a statement more"],
)
def test_a_statement_of_the_script_or_of_what_it_imports_changes_it(root: Path, name: str, old: str, new: str) -> None:
    before = fingerprint(root)
    change(root, name, old, new)
    after = fingerprint(root)
    assert {key for key in before if after[key] != before[key]} == {name}


def test_a_statement_in_a_package_that_is_imported_from_changes_it(root: Path) -> None:
    change(root, "nnlib/net.py", "from nnlib import layers", "import nnlib.layers as layers")
    before = fingerprint(root)
    change(root, "nnlib/__init__.py", "", "import os\nos.environ['A'] = 'b'\n")
    assert fingerprint(root) != before


@pytest.mark.parametrize("name", ["nnlib/other.py", "reporting/cite/values.py"])
def test_a_module_that_is_not_imported_changes_nothing(root: Path, name: str) -> None:
    before = fingerprint(root)
    change(root, name, "unused = 1", "unused = 2")
    assert fingerprint(root) == before
    (root / name).unlink()
    assert fingerprint(root) == before


@pytest.mark.parametrize(
    "statement",
    [
        "import nnlib.other",
        "import nnlib.other as o",
        "from nnlib import other",
        "from nnlib.other import unused",
        "if True:\n    import nnlib.other",
        "def late() -> None:\n    import nnlib.other",
    ],
)
def test_an_import_in_any_form_is_followed(root: Path, statement: str) -> None:
    change(root, "scripts/train.py", '"""Train."""\n', f"{statement}\n")
    before = fingerprint(root)
    change(root, "nnlib/other.py", "unused = 1", "unused = 2")
    assert fingerprint(root) != before


def test_modules_may_import_each_other(root: Path) -> None:
    change(root, "nnlib/layers.py", '"""Layers."""\n', "import nnlib.net\n")
    assert {"nnlib/layers.py", "nnlib/net.py"} <= set(fingerprint(root))


def test_a_package_that_is_imported_is_in_it_with_all_that_it_needs(root: Path) -> None:
    found = fingerprint(root)
    assert found["numpy"] == "2.4.0, 2.5.0"
    assert found["leaf"] == "1.0"
    assert "other-one" not in found
    change(root, "requirements.lock", "leaf==1.0", "leaf==1.1")
    assert fingerprint(root)["leaf"] == "1.1"
    assert {key for key in found if fingerprint(root)[key] != found[key]} == {"leaf"}


def test_what_computes_with_numpy_names_the_processor_and_the_c_library(root: Path) -> None:
    assert {"processor", "C library"} <= set(fingerprint(root))
    change(root, "nnlib/net.py", "import numpy\n", "")
    assert not {"processor", "C library", "numpy", "leaf"} & set(fingerprint(root))


def test_what_prints_with_weasyprint_names_its_libraries() -> None:
    found = code("reporting/jobs/pdf.py")
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["pango"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["harfbuzz"])
    assert "pango" not in code("reporting/jobs/document.py")


def test_the_place_of_the_project_is_not_in_it(root: Path, tmp_path: Path) -> None:
    before = fingerprint(root)
    moved = root.rename(tmp_path.with_name(f"{tmp_path.name} moved"))
    assert fingerprint(moved) == before


def test_what_is_imported_for_a_type_checker_alone_is_not_in_it(root: Path) -> None:
    before = fingerprint(root)
    only = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import nnlib.other\n"
    change(root, "nnlib/net.py", "import numpy\n", f"import numpy\n{only}")
    assert fingerprint(root).keys() == before.keys()


def test_a_package_is_found_by_a_module_of_another_name() -> None:
    assert "scikit-learn" in code("scripts/experiments/digits.py")
    assert {"markdown-it-py", "mdit-py-plugins", "emboss-pdf"} <= set(code("reporting/jobs/document.py"))
