"""Draw the way of the data into a page of Markdown, from what Snakemake says of its rules:
snakemake --rulegraph mermaid-js | python -m reporting.commands.picture docs/architecture.md

The rules of each file have a colour of their own, and an arrow leads from a rule to each that reads what it makes. An
arrow is left out where a longer way says the same.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from reporting.pipeline.project import ENGINE, part

FENCE = re.compile(r"^```mermaid\n.*?^```\n", re.DOTALL | re.MULTILINE)
COLOURS = ("fill:#dbe9f6,color:#000", "fill:#fdebc8,color:#000", "fill:#dcefd8,color:#000", "fill:#eee,color:#000")
Edges = set[tuple[str, str]]


def main(page: str) -> None:
    path, (rules, edges) = Path(page), graph(sys.stdin.read())
    if not rules:
        sys.exit("There is no graph to draw; give it what snakemake --rulegraph mermaid-js prints.")
    text, found = FENCE.subn(lambda _: picture(rules, edges, homes()), path.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"{page}: has {found} blocks of mermaid, must have one")
    path.write_text(text, encoding="utf-8")


def graph(printed: str) -> tuple[set[str], Edges]:
    """The rules that make something, and which reads what of which, from what Snakemake prints."""
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]$", printed, re.MULTILINE))
    arrows = re.findall(r"^\s*(id\d+) --> (id\d+)$", printed, re.MULTILINE)
    edges = {(names[before], names[after]) for before, after in arrows}
    return set(names.values()) - {"all"}, {edge for edge in edges if "all" not in edge}


def homes() -> dict[str, str]:
    """The file in which each rule stands."""
    files = [path for folder in (Path("rules"), ENGINE / "rules") for path in sorted(folder.glob("*.smk"))]
    found = ((rule, path) for path in files for rule in re.findall(r"^\s*rule (\w+):", path.read_text("utf-8"), re.M))
    return {rule: part(path) for rule, path in found}


def reduced(edges: Edges) -> Edges:
    """The edges but for those that a longer way stands in for."""
    parents: dict[str, set[str]] = {}
    for before, after in edges:
        parents.setdefault(after, set()).add(before)

    def ancestors(rules: set[str]) -> set[str]:
        above = {parent for rule in rules for parent in parents.get(rule, ())}
        return above | ancestors(above) if above else set()

    return {(before, after) for before, after in edges if before not in ancestors(parents[after])}


def picture(rules: set[str], edges: Edges, homes: Mapping[str, str]) -> str:
    """A fence of mermaid."""
    lines = ["```mermaid", "flowchart LR"]
    lines += [f"    {before} --> {after}" for before, after in sorted(reduced(edges))]
    for number, home in enumerate(dict.fromkeys(homes.values())):
        if inside := sorted(rule for rule in rules if homes[rule] == home):
            lines += [
                f"    classDef file{number} {COLOURS[number % len(COLOURS)]}",
                f"    class {','.join(inside)} file{number}",
            ]
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    main(*sys.argv[1:])
