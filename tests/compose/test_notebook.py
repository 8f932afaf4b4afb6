"""Facts about compose/notebook: the sections as cells, whose text is inert and whose code stands alone."""

import ast
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from markdown_it import MarkdownIt

from reporting.cite.paths import CitationError
from reporting.compose import tree
from reporting.compose.document import rehearse
from reporting.compose.errors import ReportError
from reporting.compose.inline import ALLOWED
from reporting.compose.notebook import code_cells, escaped, notebook
from tests.conftest import ROOT, RUBRIC

OPENING = """# <%= value("config.report.title", "text") %>

By <%= value("config.report.authors", "names") %>. <%= summary %>

```run settings
results = {}
```
"""
FIRST = """# Descent

:::: question 1.1.a What is $x$?
Ask *this*.

::: answer
It is <%= value("run.loss[-1]", "loss") %> ([](#fig-one), [](#lst-twice), [](#tab-runs), [](#q-1.1.b)), and $y^2$.
[loss]

$$z = \\frac{a}{b}$$

```claims
loss: run.loss[-1] < 1
```
:::

::: listing lib/code.py twice
The code. [shown]
:::

```run run
from lib.code import twice

results["run"] = {"steps": twice(<%= literal("config.n") %>)}
print(results["run"])
```

::: figure one
A picture. [shown]

```run figure one
results["run"]
```
:::

::: table runs
All runs. [loss]

| a | b |
|:--|--:|
| `<%= value("run.name", "text") %>` | $c$ |
:::

```output
steps: <%= value("run.steps", "integer") %>
```
::::
"""
SECOND = """# Nothing runs

:::: question 1.1.b And?
Ask.

::: answer
Yes. [defined]
See [](#q-1.1.a) and [there](https://example.org/a_b). [defined]

```claims
none: a test
```
:::

```output
steps: <%= value("run.steps", "integer") %>
```
::::
"""
FACTS = {"run": {"loss": [0.5, 0.25], "name": "first", "steps": 6}}
REPORT = {"title": "A report", "authors": ["A", "B"]}
HOSTILE = [
    "<script>alert(1)</script>",
    "$x$ and $$y$$",
    "[a](javascript:alert(1))",
    "![a](https://example.org/a.png)",
    "# heading",
    "1. item",
    "- item",
    "a *b* _c_ `d` **e** ~~f~~",
    "a | b",
    "&lt;b&gt;",
    "\\alpha \\(x\\) \\[y\\]",
    "<!-- gone -->",
    "https://example.org www.example.org",
    "<% 7 * 7 %> {{ 7 * 7 }}",
]
Make = Callable[..., dict[str, Any]]


def cells_of(content: Mapping[str, Any], kind: str) -> dict[str, str]:
    return {cell["metadata"]["name"]: "".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == kind}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A notebook from small sections, as the JSON that it is."""

    def make(
        first: str = FIRST,
        facts: Mapping[str, Any] = FACTS,
        config: Mapping[str, Any] | None = None,
        code: Callable[[str], str] = str,
        opening: str = OPENING,
    ) -> dict[str, Any]:
        for name, text in {
            "templates/report.html": "<%= style %>",
            "templates/style.css": "",
            "templates/summary.md": "Found in <%= value('run.steps', 'integer') %> steps. [steps]\n\n"
            "```claims\nsteps: run.steps > 5\n```\n",
            "templates/notebook.md": opening,
            "templates/sections/1.1.md": first,
            "templates/sections/1.2.md": SECOND,
            "templates/sections/A.md": "# Notes\n\nMore.\n",
            "lib/code.py": "import math\n\n\ndef twice(x: int) -> int:\n    return int(math.ldexp(x, 1))\n",
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        tree = {**facts, "config": {"n": 3, "report": REPORT, **(config or {})}}
        found = code_cells(tmp_path, rehearse(tmp_path, tree, RUBRIC, ["one"]))
        printed = {"output_type": "stream", "name": "stdout", "text": "printed\n"}
        executed = {name: {"source": code(source), "outputs": [printed]} for name, source in found}
        return dict(json.loads(notebook(tmp_path, tree, RUBRIC, ["one"], executed)))

    return make


def test_questions_and_answers_are_markdown_with_the_values_in_them(make: Make) -> None:
    text = cells_of(make(), "markdown")
    assert text["opening"] == "# A report\n\nBy A and B. Found in 6 steps."
    assert text["section 1.1"] == "## 1.1 Descent"
    assert text["question 1.1.a"] == "### 1.1.a What is $x$? (2 points)\n\nAsk *this*."
    assert text["answer 1.1.a"] == (
        "**Answer.**\n\nIt is 0.2500 (Figure\u00a01, Listing\u00a01, Table\u00a01, 1.1.b), and $y^2$.\n\n"
        "$$\nz = \\frac{a}{b}\n$$"
    )
    assert text["after 1.1.a"] == "**Listing\u00a01.** The code."
    assert text["after 1.1.a, part 2"] == ("**Figure\u00a01.** A picture.")
    assert text["after 1.1.a, part 3"].endswith("All runs.\n\n| a | b |\n| :-- | --: |\n| `first` | $c$ |")
    assert "See 1.1.a and [there](https://example.org/a_b)." in text["answer 1.1.b"]
    assert text["section A"] == "## Appendix A: Notes\n\nMore."


def test_an_output_is_text_only_where_nothing_runs(make: Make) -> None:
    text = cells_of(make(), "markdown")
    assert "```output\nsteps: 6\n```" in text["after 1.1.b"]
    assert not any("steps:" in text[name] for name in text if "1.1.a" in name)


def test_the_code_is_the_real_source_and_cells_that_run_it(make: Make) -> None:
    code = cells_of(make(), "code")
    assert list(code) == ["imports", "settings", "lib/code.py: twice", "run", "figure one"]
    assert code["imports"] == "%matplotlib inline\nimport math"
    assert code["lib/code.py: twice"] == "# lib/code.py\n\ndef twice(x):\n    return int(math.ldexp(x, 1))"
    assert code["run"] == 'results["run"] = {"steps": twice(3)}\nprint(results["run"])'


def test_it_is_valid_and_the_same_every_time(make: Make) -> None:
    content = make()
    assert content == make()
    nbformat.validate(nbformat.from_dict(content))  # type: ignore[no-untyped-call]
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])


def test_a_cell_keeps_its_id_when_another_changes(make: Make) -> None:
    before, after = make(), make(FIRST.replace("A picture.", "Another picture."))
    assert [cell["id"] for cell in before["cells"]] == [cell["id"] for cell in after["cells"]]


def test_an_edit_of_the_text_leaves_the_code_as_it_is(make: Make) -> None:
    assert cells_of(make(FIRST.replace("Ask *this*.", "Ask that.")), "code") == cells_of(make(), "code")


def test_a_figure_may_be_drawn_further_down(make: Make) -> None:
    fence = '```run figure one\nresults["run"]\n```\n'
    text = cells_of(make(FIRST.replace(f"\n{fence}", "").replace("```output", f"{fence}\n```output")), "markdown")
    assert text["after 1.1.a, part 2"].endswith("A picture.\n\n*It is drawn below, in 1.1.a.*")


def test_a_cell_that_is_there_again_is_run_once(make: Make) -> None:
    fence = "```run again\nx = 1\n```\n\n"
    assert list(cells_of(make(FIRST.replace("```output", f"{fence}{fence}```output")), "code")).count("again") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("```run figure one\n", "```run other\n", "^question 1.1.a: no cell draws the figure one for"),
        ("```run run\n", "```run settings\n", "^.*the cell 'settings' is in opening already, with other code"),
        ("```run run\n", "```run\n", "a ```run needs a name"),
        ("import twice", "import thrice", "^lib/code.py does not define thrice"),
        ("print(results", "print(findings", "^the cell 'run': uses findings"),
        ("from lib.code", "import requests\nfrom lib.code", "^the cell 'run': imports requests"),
    ],
)
def test_a_fault_in_a_cell_is_named_before_anything_runs(make: Make, old: str, new: str, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        make(FIRST.replace(old, new))


def test_a_literal_is_of_the_configuration() -> None:
    from reporting.cite.values import Values

    values = Values({"config": {"a": {"b": [1, 'x"y']}}, "run": {"loss": 0.5}})
    values.literal("config.a")
    assert ast.literal_eval(values.cited[0].text) == {"b": [1, 'x"y']}
    with pytest.raises(CitationError, match=r"^run\.loss: a literal is a value of config"):
        values.literal("run.loss")


def test_code_that_was_not_executed_is_refused(make: Make) -> None:
    with pytest.raises(ReportError, match="not what was executed"):
        make(code=lambda source: source + "\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(make: Make, name: str) -> None:
    content = make(config={"report": {"title": name, "authors": [name]}}, facts={"run": {**FACTS["run"], "name": name}})
    text = cells_of(content, "markdown")
    markdown = MarkdownIt("js-default", {"html": True, "linkify": False})
    tokens = markdown.parse(text["opening"])
    assert [token.type for token in tokens[::3] if token.nesting == 1] == ["heading_open", "paragraph_open"]
    for token in (token for token in tokens if token.type == "inline"):
        children = [child for child in token.children or [] if not child.type.startswith("text")]
        assert {child.content for child in children} <= {"<span>", "</span>"}
        shown = "".join(child.content for child in token.children or [] if child.type.startswith("text"))
        assert name in shown
    assert not re.search(r"\$|\ue000|://|www\.", text["opening"])


@pytest.mark.parametrize("text", [*HOSTILE, "two_layer", "a. b", "1.5 and 2)", "x < y & z", "— ± × “q”", "+", "=="])
def test_escaped_text_reads_as_it_was(text: str) -> None:
    markup = MarkdownIt("js-default", {"html": True}).render(escaped(text))
    assert re.fullmatch(r"<p>(?:[^<]|</?span>)*</p>\n", markup)


def test_nothing_that_stands_for_something_else_is_left(make: Make) -> None:
    assert not re.search("[\ue000-\uf8ff]|<%|%>|:::", json.dumps(make(), ensure_ascii=False))


# What the report's formulas use, all of it in MathJax 3 with the packages that notebooks load (base and ams).
MACROS = {
    *(
        "\\",
        ",",
        ";",
        "!",
        "{",
        "}",
        "quad",
        "qquad",
        "begin",
        "end",
        "left",
        "right",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "text",
    ),
    *("mathbf", "mathcal", "mathsf", "mathrm", "hat", "frac", "sqrt", "sum", "partial", "nabla", "infty", "iff"),
    *("cos", "sin", "log", "ln", "exp", "max", "min", "cdot", "times", "pm", "le", "ge", "ne", "in", "to"),
    *("leftarrow", "Longrightarrow", "sigma", "delta", "varepsilon", "epsilon", "lambda", "eta"),
}
ENVIRONMENTS = {"cases", "aligned", "pmatrix", "bmatrix"}


def formulas(report: Any) -> list[str]:
    """All formulas of a report, as they are written."""
    blocks = [*tree.walk([block for section in report.sections for block in section.blocks]), *report.summary]
    found = [token for block in blocks if isinstance(block, tree.Markup) for token in block.tokens]
    found += [token for block in blocks for text in tree.texts(block) for token in text.tokens]
    return [token.content.strip() for token in found if token.type.startswith("math")]


def unknown(tex: str) -> set[str]:
    """What in a formula MathJax does not know, or does not find the end of."""
    tex = re.sub(r"\\\\\[\d+pt\]", "", tex)
    found = {name for name in re.findall(r"\\([A-Za-z]+|.)", tex) if name not in MACROS}
    found |= set(re.findall(r"\\begin\{(\w+)\}", tex)) - ENVIRONMENTS
    if tex.count("{") != tex.count("}") or re.findall(r"\\begin\{(\w+)\}", tex) != re.findall(r"\\end\{(\w+)\}", tex):
        found.add("an end")
    return found


@pytest.mark.parametrize("tex", [r"\foo{x}", r"\frac{a}{b", r"\begin{align3}x\end{align3}", r"\begin{cases}x"])
def test_a_formula_that_mathjax_does_not_know_is_found(tex: str) -> None:
    assert unknown(tex)


@pytest.fixture(scope="module")
def real() -> Any:
    """The rehearsal of the project's own report."""
    from reporting.cite.paths import Unknown
    from reporting.pipeline import settings as configuration

    settings = configuration.read(str(ROOT / "config/config.yaml"))
    rules = [(ROOT / "rules" / f"{name}.smk").read_text(encoding="utf-8") for name in ("experiments", "figures")]
    artifacts = re.findall(r'"results/([a-z_]+)\.json"', rules[0])
    figures = re.findall(r'drawn\("([a-z_]+)"', rules[1])
    runs = [f"{kind}/{name}" for kind in ("descents", "networks") for name in settings[kind]]
    seeds = [f"seeds/{name}" for name in settings["networks"]]
    tree = dict.fromkeys([*artifacts, *runs, *seeds, "made"], Unknown()) | {"config": settings}
    rubric = configuration.read_rubric(str(ROOT / "config/rubric.yaml"))
    return rehearse(ROOT, tree, rubric, [*figures, *runs])


def test_every_formula_of_the_report_is_valid_mathjax(real: Any) -> None:
    found = formulas(real)
    assert len(found) > 100
    assert {tex: bad for tex in found if (bad := unknown(tex))} == {}


def test_the_report_s_notebook_imports_nothing_of_the_project(real: Any) -> None:
    code = dict(code_cells(ROOT, real))
    for name, source in code.items():
        tree = ast.parse(source.replace("%matplotlib inline\n", ""))
        imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert name == "imports" or not imported, name
        for node in imported:
            package = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert package.split(".")[0] in {*ALLOWED, *sys.stdlib_module_names}


def test_the_report_s_notebook_runs_every_experiment_and_draws_every_figure(real: Any) -> None:
    names = [name for name, _ in code_cells(ROOT, real)]
    config = real.values.artifacts["config"]
    for kind in ("descents", "networks", "comparisons"):
        assert {f"{kind}.{name}" for name in config[kind]} <= set(names)
    assert {f"figure {name}" for name in real.pictures} == {name for name in names if name.startswith("figure ")}
    assert len(names) == len(set(names))
