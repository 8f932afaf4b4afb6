"""The project's code for a notebook that stands alone: its own modules' definitions in place of their imports."""

import ast
import builtins
import symtable
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reporting.compose.listing import defined, extent, untyped

ALLOWED = ("numpy", "scipy", "sklearn", "matplotlib")
GIVEN = {*dir(builtins), "__name__", "__annotations__"}


class InlineError(Exception):
    """Code that a notebook cannot take: which, and why."""


@dataclass
class Module:
    """A file of ours: what it defines, statement by statement, and what it imports."""

    path: Path

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        return {name: node for node in self.tree.body for name in defined(node)}

    def span(self, node: ast.stmt) -> tuple[int, int]:
        """The statement's first line, or that of the comments right above it, and its last."""
        start, end = extent(self.tree, defined(node)[0], self.path)
        while start > 1 and self.lines[start - 2].startswith("#"):
            start -= 1
        return start, end

    def text(self, node: ast.stmt) -> str:
        """The statement as listings have it, without annotations, and the comments right above it."""
        start, _ = self.span(node)
        first, _ = extent(self.tree, defined(node)[0], self.path)
        try:
            return "\n".join([*self.lines[start - 1 : first - 1], untyped(self.source, node)])
        except ValueError as error:
            raise InlineError(f"{self.path.name}, {error}") from None


@dataclass
class Piece:
    """Definitions of one module, in its order, for one cell."""

    module: str
    names: list[str]
    source: str


@dataclass
class Library:
    """What a notebook has from our modules so far, and what it imports from others'."""

    root: Path
    placed: dict[str, str] = field(default_factory=dict)  # name -> the file that defines it
    imports: dict[str, list[str]] = field(default_factory=dict)  # name -> the statement that imports it, or its parts
    assigned: set[str] = field(default_factory=set)  # by the cells that run something
    modules: dict[str, Module] = field(default_factory=dict)
    origins: dict[str, list[tuple[str, tuple[str, str] | str]]] = field(default_factory=dict)  # what `imported` gives

    def pieces(self, file: str, names: list[str]) -> list[Piece]:
        """These definitions and all that they use, as far as it is not there yet; a module comes after its imports."""
        needed: dict[str, list[ast.stmt]] = {}
        for name in names:
            self.collect_needed(file, name, needed)
        found = []
        for at in self.ordered(file, []) if any(needed.values()) else []:
            module = self.module(at)
            nodes = sorted(needed.get(at, []), key=lambda node: node.lineno)
            nodes = [node for node in nodes if self.placed.get(defined(node)[0]) != at]
            for name in (name for node in nodes for name in defined(node)):
                self.reserve_name(name, at)
            if nodes:
                source = f"# {at}\n\n" + "\n".join(spaced(module, nodes))
                found.append(Piece(at, [name for node in nodes for name in defined(node)], source))
        return found

    def module(self, file: str) -> Module:
        return self.modules.setdefault(file, Module(self.root / file))

    def imports_of(self, file: str) -> list[tuple[str, tuple[str, str] | str]]:
        if file not in self.origins:
            self.origins[file] = list(self.imported(self.module(file).tree, file))
        return self.origins[file]

    def ordered(self, file: str, before: list[str]) -> list[str]:
        """The file behind all files that it imports, directly or not."""
        for _, origin in self.imports_of(file):
            if isinstance(origin, tuple) and origin[0] not in before:
                before = self.ordered(origin[0], before)
        return before if file in before else [*before, file]

    def collect_needed(self, file: str, name: str, needed: dict[str, list[ast.stmt]]) -> None:
        """Note the definition and all that it uses, by file."""
        module = self.module(file)
        if name not in module.definitions:
            raise InlineError(f"{file} does not define {name}")
        node = module.definitions[name]
        if self.placed.get(name) == file or node in needed.setdefault(file, []):
            return
        needed[file].append(node)
        for used in sorted(free_variables(module.text(node), file)):
            if used in module.definitions:
                self.collect_needed(file, used, needed)
                continue
            for origin in (origin for bound, origin in self.imports_of(file) if bound == used):
                if isinstance(origin, tuple):
                    self.collect_needed(*origin, needed)
                else:
                    self.add_import(used, origin, file)

    def imported(self, tree: ast.Module, where: str) -> Iterator[tuple[str, tuple[str, str] | str]]:
        """The names that the imports bind: our file and the name in it, or the statement of an import from others."""
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                file = f"{(node.module or '').replace('.', '/')}.py"
                for alias in node.names:
                    bound = alias.asname or alias.name
                    if not (self.root / file).is_file():
                        yield bound, ast.unparse(ast.ImportFrom(node.module, [alias], node.level))
                    elif bound == alias.name:
                        yield bound, (file, alias.name)
                    else:
                        raise InlineError(f"{where}: imports {alias.name} of {file} as {bound}; keep its name")
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield (alias.asname or alias.name).split(".")[0], ast.unparse(ast.Import([alias]))

    def run(self, code: str, where: str) -> tuple[list[Piece], str]:
        """What must stand above a cell that runs `code`, and the cell; its imports are taken out."""
        try:
            tree = ast.parse(code)
        except SyntaxError as error:
            raise InlineError(f"{where}: line {error.lineno}: {error.msg}") from None
        pieces = []
        for name, origin in self.imported(tree, where):
            if isinstance(origin, tuple):
                pieces += self.pieces(origin[0], [origin[1]])
            else:
                self.add_import(name, origin, where)
        lines = code.splitlines()
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
        rest = "\n".join(lines).strip("\n")
        for name in sorted(assigned_variables(rest, where)):
            if name in self.placed or name in self.imports:
                raise InlineError(f"{where}: assigns {name}, which {self.placed.get(name, 'an import')} has defined")
            self.assigned.add(name)
        for name in sorted(free_variables(rest, where) - GIVEN - self.assigned - set(self.placed) - set(self.imports)):
            raise InlineError(f"{where}: uses {name}, which no cell above defines; import it from its module")
        return pieces, rest

    def add_import(self, name: str, statement: str, where: str) -> None:
        """Note an import from others: of the standard library or of what a notebook may import."""
        package = statement.split()[1].split(".")[0]
        if package not in ALLOWED and package not in sys.stdlib_module_names:
            raise InlineError(
                f"{where}: imports {package}; a notebook may import {', '.join(ALLOWED)} and the standard library"
            )
        known = self.imports.setdefault(name, [])
        if statement in known:
            return
        part = f"import {name}"  # of a package there may be several: import scipy.optimize, import scipy.stats
        others = [text for text in known if not (text.startswith(part) and statement.startswith(part))]
        if others or name in self.placed or name in self.assigned:
            other = [*others, self.placed.get(name, "a cell")][0]
            raise InlineError(f"{where}: `{statement}` gives the name {name}, which another has: {other}")
        known.append(statement)

    def reserve_name(self, name: str, file: str) -> None:
        """Note a definition; a notebook has one namespace, so a name is defined once."""
        if name in self.assigned or name in self.imports:
            raise InlineError(f"{file}: defines {name}, which a cell above or an import has")
        if self.placed.setdefault(name, file) != file:
            raise InlineError(f"{file} and {self.placed[name]} both define {name}; rename one")

    def statements(self) -> str:
        """All imports from others: modules of the standard library, then the rest, each sorted."""
        groups: dict[tuple[bool, bool, str], list[str]] = {}
        for text in {text for texts in self.imports.values() for text in texts}:
            start, _, name = text.rpartition("import ")
            module = start.split()[1] if start else name.split()[0]
            key = (module.split(".")[0] in ALLOWED, bool(start), start)
            groups.setdefault(key, []).append(name)
        parts: dict[bool, list[str]] = {False: [], True: []}
        for (ours, is_from, start), names in sorted(groups.items()):
            listed = [", ".join(sorted(names))] if is_from else sorted(names)
            parts[ours] += [f"{start}import {name}" for name in listed]
        return "\n\n".join("\n".join(part) for part in parts.values() if part)


def spaced(module: Module, nodes: list[ast.stmt]) -> Iterator[str]:
    """The statements' texts, with blank lines between them but for constants that are neighbours."""
    for before, node in zip([None, *nodes], nodes, strict=False):
        together = isinstance(before, ast.Assign | ast.AnnAssign) and module.span(node)[0] == module.span(before)[1] + 1
        if before and not together:
            yield "\n"
        yield module.text(node)


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from tables(child)


def free_variables(code: str, where: str) -> set[str]:
    """The global names that the code refers to, in all its scopes."""
    return {
        symbol.get_name()
        for table in tables(symtable.symtable(code, where, "exec"))
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global())
    }


def assigned_variables(code: str, where: str) -> set[str]:
    """The global names that the code binds."""
    symbols = symtable.symtable(code, where, "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_namespace()}
