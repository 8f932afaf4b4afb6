"""Facts about compose/inline: code that stands alone, with each definition once, after what it uses."""

from pathlib import Path

import pytest

from reporting.compose.inline import InlineError, Library

FILES = {
    "lib/base.py": '''"""Base."""

from typing import Any

import numpy as np

# How many.
COUNT = 3
OTHER = 4


def zeros(n: int) -> Any:
    return np.zeros(n)


def unused() -> None:
    import os
''',
    "lib/top.py": """from collections.abc import Callable

import scipy.optimize

from lib.base import COUNT, zeros


class Early:
    def later(self) -> "Late":
        return Late()


class Late(Early):
    size = COUNT


def all_of_them(f: Callable[[int], int]) -> list[int]:
    Early()
    return [f(zeros(n)) for n in range(COUNT)]


def root(OTHER: int) -> int:
    return scipy.optimize.root(lambda x: x, OTHER)
""",
    "lib/clash.py": "import requests\nimport scipy.stats\n\n\ndef zeros() -> None: ...\n\n\ndef ask() -> None:\n"
    "    requests.get\n\n\ndef t() -> None:\n    scipy.stats.t\n",
    "lib/renamed.py": "from lib.base import zeros as nothing\n\n\ndef two() -> None:\n    nothing(2)\n",
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "lib").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Library(tmp_path)


def test_a_definition_comes_with_all_that_it_uses_and_nothing_else(library: Library) -> None:
    found = library.pieces("lib/top.py", ["all_of_them"])
    assert [(piece.module, piece.names) for piece in found] == [
        ("lib/base.py", ["COUNT", "zeros"]),
        ("lib/top.py", ["Early", "Late", "all_of_them"]),
    ]
    assert found[0].source.startswith("# lib/base.py\n\n# How many.\nCOUNT = 3\n")
    assert "unused" not in found[0].source
    assert library.statements() == "import numpy as np"  # annotations, and what only they use, are left out


def test_the_code_runs_from_top_to_bottom_without_the_project(library: Library) -> None:
    pieces = library.pieces("lib/top.py", ["all_of_them"])
    namespace: dict[str, object] = {}
    exec("\n".join([library.statements(), *(piece.source for piece in pieces)]), namespace)
    assert callable(namespace["all_of_them"])


def test_a_definition_is_there_once(library: Library) -> None:
    library.pieces("lib/base.py", ["zeros"])
    assert [piece.names for piece in library.pieces("lib/top.py", ["all_of_them"])] == [
        ["COUNT"],
        ["Early", "Late", "all_of_them"],
    ]
    assert library.pieces("lib/top.py", ["all_of_them"]) == []


def test_an_argument_brings_no_global_of_its_name(library: Library) -> None:
    assert [piece.names for piece in library.pieces("lib/top.py", ["root"])] == [["root"]]


def test_neighbouring_constants_stay_together(library: Library) -> None:
    assert "COUNT = 3\nOTHER = 4" in library.pieces("lib/base.py", ["COUNT", "OTHER"])[0].source


def test_imports_of_ours_become_definitions_and_others_move_to_the_top(library: Library) -> None:
    pieces, rest = library.run("import numpy as np\nfrom lib.base import zeros\n\nx = zeros(np.int64(2))\n", "here")
    assert [piece.names for piece in pieces] == [["zeros"]]
    assert rest == "x = zeros(np.int64(2))"
    assert "import numpy as np" in library.statements()


def test_a_package_may_be_imported_in_parts(library: Library) -> None:
    library.pieces("lib/top.py", ["root"])
    library.pieces("lib/clash.py", ["t"])
    assert library.statements() == "import scipy.optimize\nimport scipy.stats"


@pytest.mark.parametrize(
    ("before", "code", "message"),
    [
        ("", "import requests", "^here: imports requests; a notebook may import numpy, scipy, sklearn, matplotlib and"),
        ("", "from lib.clash import ask", "^lib/clash.py: imports requests; "),
        ("", "from lib.base import nothing", "^lib/base.py does not define nothing"),
        ("", "from lib.renamed import two", "^lib/renamed.py: imports zeros of lib/base.py as nothing; keep its name"),
        ("", "from lib.base import zeros as z", "^here: imports zeros of lib/base.py as z; keep its name"),
        ("", "x = y", "^here: uses y, which no cell above defines"),
        ("", "[z for x in range(3)]", "^here: uses z, "),
        ("", "def f():\n    return inner", "^here: uses inner, "),
        ("", "x = = 2", "^here: line 1: invalid syntax"),
        ("from lib.base import zeros", "zeros = 3", "^here: assigns zeros, which lib/base.py has defined"),
        ("import numpy as np", "np = 3", "^here: assigns np, which an import has defined"),
        (
            "from lib.base import zeros",
            "from lib.clash import zeros",
            "^lib/clash.py and lib/base.py both define zeros",
        ),
        ("zeros = 3", "from lib.base import zeros", "^lib/base.py: defines zeros, which a cell above"),
        (
            "import numpy as np",
            "import scipy as np",
            "^here: `import scipy as np` gives the name np, which another has",
        ),
    ],
)
def test_code_that_could_not_stand_alone_is_refused(library: Library, before: str, code: str, message: str) -> None:
    if before:
        library.run(before, "before")
    with pytest.raises(InlineError, match=message):
        library.run(code, "here")


def test_names_of_inner_scopes_are_free_to_use(library: Library) -> None:
    library.run("from lib.base import zeros", "before")
    library.run("x = [zeros for zeros in range(3)]\nf = lambda zeros: zeros\n", "here")
