"""From a result to the code that it follows from, by the rules and modules that a report carries; none of it runs."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from reporting.pipeline.fingerprint import parsed

RULE = re.compile(r"^rule \w+:\n((?:[ \t].*\n|\n)*)", re.MULTILINE)
PART = re.compile(r"^    (input|output|params|script):\n((?:     .*\n|\n)*)", re.MULTILINE)
RESULT = re.compile(r'"results/(\w+)')


def changed_code(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> set[str]:
    """The modules that do not compute as before; another comment is no change."""
    paths = (path for path in {*old, *new} if path.endswith(".py") and old.get(path) != new.get(path))
    return {path for path in paths if meaning(old.get(path))[0] != meaning(new.get(path))[0]}


def behind(kind: str, files: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
    """The kinds of results from which those of a kind follow, itself among them, and the modules: the scripts that make
    all of these, with what they import."""
    made: dict[str, list[tuple[str, set[str]]]] = {}
    for path in files:
        for outputs, script, inputs in rules(path, files) if path.endswith(".smk") else ():
            for output in outputs:
                made.setdefault(output, []).append((script, inputs))
    kinds, scripts, left = set[str](), set[str](), {kind}
    while left:
        kinds |= left
        found = [rule for each in left for rule in made.get(each, ())]
        scripts |= {script for script, _ in found}
        left = set[str]().union(*(inputs for _, inputs in found)) - kinds
    return kinds, followed(scripts, files)


def rules(path: str, files: Mapping[str, bytes]) -> Iterator[tuple[set[str], str, set[str]]]:
    """The rules of a file: the kinds of results that each makes, its script, and the kinds that it reads."""
    for rule in RULE.findall(files[path].decode(errors="replace")):
        parts = dict(PART.findall(rule))
        script = re.search('"(.*)"', parts.get("script", ""))
        if script:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), script[1]))
            yield set(RESULT.findall(parts.get("output", ""))), place, set(RESULT.findall(parts.get("input", "")))


def followed(scripts: set[str], files: Mapping[str, bytes]) -> set[str]:
    """The modules with all of the report's own that they import."""
    found, left = set[str](), scripts & files.keys()
    while left:
        found |= left
        names = [name.split(".") for path in left for name in meaning(files[path])[1]]
        places = {"/".join(name[:depth]) for name in names for depth in range(1, len(name) + 1)}
        left = {path for place in places for path in (f"{place}.py", f"{place}/__init__.py") if path in files} - found
    return found


def meaning(text: bytes | None) -> tuple[str, list[str]]:
    """What a module computes, and the names that it imports; nothing for what is no module."""
    try:
        return parsed(text) if text is not None else ("", [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return repr(text), []
