"""What a job's code is: its script, the modules of ours that it imports, and the packages that these use.

Snakemake does not see what a script imports, and takes a touched script for a changed one.
"""

import ast
import hashlib
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from reporting.pipeline.numerics import libraries
from reporting.pipeline.project import ROOT, home, located, part

LOCK = ROOT / "requirements.lock"
# Functions that are given the name of a module, of which they load what is there.
BY_NAME = ("report_module", "files", "find_spec")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def forget() -> None:
    """Look at the files anew when asked again."""
    for known in (code, imported, packages, source, locked):
        known.cache_clear()


@cache
def code(script: str) -> dict[str, str]:
    """All that a script computes with: modules of ours, packages, and libraries of the system.

    Each module has the SHA-256 of its syntax tree, so that comments, docstrings and layout are not part of it; each
    package its version in the lock file.
    """
    files = {path for path in [located(script)] if path.is_file()}
    left = files
    while left:
        left = set().union(*map(imported, left)) - files
        files = files | left
    used = followed(set().union(*map(packages, files)))
    return {
        **{part(path): meaning(source(path)) for path in sorted(files)},
        **{package: locked()[package][0] for package in used},
        **{library: version for package in used for library, version in libraries(package).items()},
    }


@cache
def source(path: Path) -> bytes:
    return path.read_bytes()


@cache
def tree(text: bytes) -> ast.Module:
    """A module's syntax tree without its docstrings, and without what is imported for a type checker alone."""
    bare = ast.parse(text)
    for node in ast.walk(bare):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    bare.body = [node for node in bare.body if not (isinstance(node, ast.If) and is_name(node.test, "TYPE_CHECKING"))]
    return bare


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


@cache
def meaning(text: bytes) -> str:
    """The SHA-256 of a module's syntax tree, short."""
    return hashlib.sha256(ast.dump(tree(text)).encode()).hexdigest()[:16]


@cache
def imported(path: Path) -> set[Path]:
    """The files of ours that the one at `path` imports by itself, with the packages that they are in."""
    found: set[Path] = set()
    for module in modules(source(path)):
        names = module.split(".")
        if (home(names[0]) / names[0]).is_dir():
            targets = [home(names[0]).joinpath(*names[:depth]) for depth in range(1, len(names) + 1)]
            found.update(target / "__init__.py" for target in targets)
            found.add(targets[-1].with_suffix(".py"))
    return {path for path in found if path.is_file()}


@cache
def packages(path: Path) -> set[str]:
    """The packages of the lock file that a module imports."""
    found: set[str] = set()
    for name in {module.split(".")[0] for module in modules(source(path))}:
        if name not in sys.stdlib_module_names and not (home(name) / name).is_dir():
            # Most are called as their module is; to ask for the others takes a while.
            names = [name] if normal(name) in locked() else distributions().get(name, [])
            found.update(map(normal, names))
    return found & locked().keys()


@cache
def distributions() -> Mapping[str, list[str]]:
    """The packages that are installed, by the modules that they bring."""
    return packages_distributions()


def normal(package: str) -> str:
    """A package's name as the lock file has it."""
    return re.sub(r"[-_.]+", "-", package).lower()


@cache
def modules(text: bytes) -> tuple[str, ...]:
    """The names of the modules that one imports."""
    found: list[str] = []
    for node in ast.walk(tree(text)):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BY_NAME:
            found.extend(str(name.value) for name in node.args[:1] if isinstance(name, ast.Constant))
    return tuple(found)


@cache
def locked() -> dict[str, tuple[str, set[str]]]:
    """The packages of the lock file: the version of each, and the packages that it needs.

    These are from the lock file too, since what is installed knows only of needs on this machine, and not which extras
    were asked for.
    """
    versions: dict[str, list[str]] = {}
    needs: dict[str, set[str]] = {}
    package = ""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9-]+)(?:\[.*\])?==([^ ]+)", line):
            package = found[1]
            versions.setdefault(package, []).append(found[2])
        elif found := re.match(r"    #(?: via|  ) ([a-z0-9-]+)", line):
            needs.setdefault(found[1], set()).add(package)
    return {name: (", ".join(found), needs.get(name, set())) for name, found in versions.items()}


def followed(packages: set[str]) -> list[str]:
    """The packages and all that they need."""
    found: set[str] = set()
    left = set(packages)
    while left:
        found |= left
        left = {need for package in left for need in locked()[package][1]} - found
    return sorted(found)
