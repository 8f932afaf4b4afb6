"""What a job's code is: its script, the modules of ours that it imports, and the packages that these use.

Snakemake does not see what a script imports, and takes a touched script for a changed one.
"""

import ast
import hashlib
import re
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from reporting.pipeline.kept import Kept, checksum
from reporting.pipeline.numerics import libraries
from reporting.pipeline.project import ROOT, home, located, part

LOCK = ROOT / "requirements.lock"
MODULES, OWNERS = Kept("modules"), Kept("owners")
BY_NAME = ("report_module", "files", "find_spec")  # functions that are given a module's name, and use what is there


def forget() -> None:
    """Look at the files anew when asked again."""
    for known in (code, modules, is_ours, package, source, locked):
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
    used = followed(set().union(*map(packages, files)), LOCK)
    return {
        **{part(path): parsed(source(path))[0] for path in sorted(files)},
        **{package: locked(LOCK)[package][0] for package in used},
        **{library: version for package in used for library, version in libraries(package).items()},
    }


@cache
def source(path: Path) -> bytes:
    return path.read_bytes()


@cache
def parsed(text: bytes) -> tuple[str, list[str]]:
    """Of a module, the SHA-256 of its syntax tree, short, and the names of the modules that it imports.

    Both are without docstrings, and without what is imported for a type checker alone.
    """
    tree_checksum, names = MODULES.get(checksum(text, __file__), lambda: parse(text))
    return tree_checksum, names


def parse(text: bytes) -> tuple[str, list[str]]:
    tree = ast.parse(text)
    tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and is_name(node.test, "TYPE_CHECKING"))]
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                if ast.get_docstring(node, clean=False) is not None:
                    node.body = node.body[1:]
            case ast.Import():
                names.extend(alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                names.extend([module, *(f"{module}.{alias.name}" for alias in node.names)])
            case ast.Call(func=ast.Name(name), args=[ast.Constant(str(module)), *_]) if name in BY_NAME:
                names.append(module)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16], names


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def imported(path: Path) -> set[Path]:
    """The files of ours that the one at `path` imports by itself, with the packages that they are in."""
    return set().union(*map(modules, parsed(source(path))[1]))


@cache
def modules(module: str) -> set[Path]:
    """The files of a module of ours and of the packages that it is in; none of another's."""
    names = module.split(".")
    if not is_ours(names[0]):
        return set()
    targets = [home(names[0]).joinpath(*names[:depth]) for depth in range(1, len(names) + 1)]
    found = {*(target / "__init__.py" for target in targets), targets[-1].with_suffix(".py")}
    return {path for path in found if path.is_file()}


@cache
def is_ours(name: str) -> bool:
    return (home(name) / name).is_dir()


def packages(path: Path) -> set[str]:
    """The packages of the lock file that a module imports."""
    return set().union(*map(package, {module.split(".")[0] for module in parsed(source(path))[1]}))


@cache
def package(name: str) -> set[str]:
    """The packages of the lock file that bring a module, most of which are called as it is."""
    if name in sys.stdlib_module_names or is_ours(name):
        return set()
    if normal(name) in locked(LOCK):
        return {normal(name)}
    owned = OWNERS.get(checksum(name, __file__), lambda: owners(name))
    return set(map(normal, owned)) & locked(LOCK).keys()


def owners(module: str) -> list[str]:
    """The packages that bring a module. To have packages_distributions read which module is whose takes 0.15 s."""
    records = ((each, "\n" + (each.read_text("RECORD") or "")) for each in distributions())
    return [each.name for each, record in records if f"\n{module}/" in record or f"\n{module}.py," in record]


def normal(package: str) -> str:
    """A package's name as the lock file has it."""
    return re.sub(r"[-_.]+", "-", package).lower()


@cache
def locked(lock: Path) -> dict[str, tuple[str, set[str]]]:
    """The packages of a lock file: the version of each, and the packages that it needs.

    These are from the lock file too, as importlib.metadata.requires knows only of needs on this machine, and not which
    extras were asked for: for 13 of our 117 packages it would find fewer.
    """
    versions: dict[str, list[str]] = {}
    needs: dict[str, set[str]] = {}
    package = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9-]+)(?:\[.*\])?==([^ ]+)", line):
            package = found[1]
            versions.setdefault(package, []).append(found[2])
        elif found := re.match(r"    #(?: via|  ) ([a-z0-9-]+)", line):
            needs.setdefault(found[1], set()).add(package)
    return {name: (", ".join(found), needs.get(name, set())) for name, found in versions.items()}


def followed(packages: set[str], lock: Path) -> list[str]:
    """The packages and all that they need, by a lock file."""
    found: set[str] = set()
    left = set(packages)
    while left:
        found |= left
        left = {need for package in left for need in locked(lock)[package][1]} - found
    return sorted(found)
