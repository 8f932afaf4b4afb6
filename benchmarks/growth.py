"""Measure how the times of builds grow with a report, and write them into docs/performance.md: a part of `make bench`,
and alone `python -m benchmarks.growth`.

The reports are that of tests/report with one section, three runs and their three figures, and so many times that. An
edit changes what the report says or shows, and each time is the least of a few; a build from nothing is done once.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.build import edit, least, snakemake
from reporting.pipeline.settings import load
from tests.conftest import small_report

PAGE = Path("docs/performance.md")
TABLE = re.compile(r"(<!-- growth -->\n).*?(<!-- end of growth -->\n)", re.DOTALL)
TIMES = (1, 4, 16)
PLANETS = ("earth", "mars", "venus")
SECTION = """<% from "cells.md" import planet, planet_figure %>
# Years

:::: question 1.0.a When is a birthday shared?
Say it for a year of $d$ days.

::: answer
Among <%= value("birthdays.earth.half.people", "integer") %> people, as [](#fig-planets/earth) shows. [half]
A year has <%= value("birthdays.earth.days", "integer") %> days, and this share of groups has a shared birthday:
<%= value("birthdays.earth.half.expected", "short") %>. [half]

```claims
half: birthdays.earth.half.expected > 0.5
half: birthdays.earth.half.expected_before < 0.5
```
:::

<%= planet("earth") %>

::: figure planets/earth
The shares. [shown]

<%= planet_figure("earth") %>
:::
::::

:::: question 1.0.b How many people does it take?
Compare years of other lengths.

::: answer
It takes <%= value("birthdays.mars.half.people", "integer") %> people ([](#fig-planets/mars)), and
<%= value("birthdays.venus.half.people", "integer") %> people ([](#fig-planets/venus)). [more]

```claims
more: birthdays.mars.half.people > birthdays.venus.half.people
```
:::

<%= planet("mars") %>
<%= planet("venus") %>

::: figure planets/mars
The shares. [shown]

<%= planet_figure("mars") %>
:::

::: figure planets/venus
The shares. [shown]

<%= planet_figure("venus") %>
:::
::::
"""
# What is edited, there and back.
SENTENCES = ("Say it for a year", "Tell it for a year")
SPACINGS = ("letter-spacing: 0 ", "letter-spacing: 0.01em ")
GROUPS = (201, 202)


def growing() -> None:
    """Measure the reports, and write the table into the page."""
    with tempfile.TemporaryDirectory() as folder:
        measured = {}
        for times in TIMES:
            (place := Path(folder, str(times))).mkdir()
            root = small_report(place)
            multiply(root, times)
            measured[times] = built(root)
            print(f"A report of {times} sections: " + ", ".join(f"{a} {b:.2f} s" for a, b in measured[times].items()))
    try:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), table(measured)), encoding="utf-8")
    except ValueError as error:
        sys.exit(f"{PAGE}: {error}")
    print(f"{PAGE} has the table")


def multiply(root: Path, times: int) -> None:
    """Give a copy of tests/report so many sections, each of three runs and three figures of its own."""
    config, rubric = root / "config/config.yaml", root / "config/rubric.yaml"
    settings, questions = load(config), load(rubric)
    blocks = settings["birthdays"]
    settings["birthdays"] = {
        own(name, number): blocks[name] | {"title": own(name, number)}
        for number in range(1, times + 1)
        for name in PLANETS
    }
    questions["points"] = {f"1.{number}.{letter}": 1 for number in range(1, times + 1) for letter in "ab"}
    questions["longest_body"] *= times
    dump(config, settings)
    dump(rubric, questions)
    for number in range(1, times + 1):
        (root / f"templates/sections/1.{number}.md").write_text(section(number), encoding="utf-8")


def own(name: str, number: int) -> str:
    """The name that a run has in a section; in the first it is that of the run which is multiplied."""
    return name if number == 1 else f"{name}_{number}"


def section(number: int) -> str:
    text = SECTION.replace("1.0.", f"1.{number}.")
    return re.sub(rf"\b({'|'.join(PLANETS)})\b", lambda found: own(found[0], number), text)


def dump(path: Path, content: Any) -> None:
    """Write YAML that a person could have written."""
    yaml = YAML()
    yaml.default_flow_style = False
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def built(root: Path) -> dict[str, float]:
    """The seconds of each kind of build."""
    text, style, config = root / "templates/sections/1.1.md", root / "templates/style.css", root / "config/config.yaml"
    first = f"groups: {load(config)['birthdays']['earth']['groups']}"
    groups = [first, *(f"groups: {number}" for number in GROUPS)]
    found = {"from nothing": snakemake(root), "nothing to do": least(lambda: snakemake(root))}
    found["a text edit, to HTML"] = edits(text, SENTENCES, lambda: snakemake(root, "results/report.html"))
    snakemake(root)
    found["a text edit, to PDF"] = edits(text, SENTENCES, lambda: snakemake(root))
    found["one run's setting, to PDF"] = edits(config, groups, lambda: snakemake(root))
    found["the style, to PDF"] = edits(style, SPACINGS, lambda: snakemake(root))
    return found


def edits(path: Path, texts: Sequence[str], build: Callable[[], float]) -> float:
    """The least of three builds, each after an edit that replaces the text which is there with the next."""

    def after_edit() -> float:
        content = path.read_text(encoding="utf-8")
        there = next((number for number, text in enumerate(texts) if text in content), 0)
        edit(path, texts[there], texts[(there + 1) % len(texts)])
        return build()

    return least(after_edit)


def table(measured: Mapping[int, Mapping[str, float]]) -> str:
    """The times of each kind of build, by the size of the report, in seconds and as a multiple of the smallest's."""
    smallest, *larger = measured
    heads = [f"{smallest} section", *(cell for times in larger for cell in (f"{times} sections", "multiple"))]
    lines = ["| | " + " | ".join(heads) + " |", "| --- |" + " ---: |" * len(heads)]
    for what, least_time in measured[smallest].items():
        cells = [f"{least_time:.1f} s"]
        for times in larger:
            cells += [f"{measured[times][what]:.1f} s", f"{measured[times][what] / least_time:.1f}"]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def written(page: str, rows: str) -> str:
    """The page with this table between its two marks; raises ValueError where they are not there once."""
    text, found = TABLE.subn(lambda marks: f"{marks[1]}{rows}{marks[2]}", page)
    if found != 1:
        raise ValueError(f"has {found} places for the table, must have one: <!-- growth --> and <!-- end of growth -->")
    return text


if __name__ == "__main__":
    growing()
