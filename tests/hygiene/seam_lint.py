"""Finds where a source reaches the machine beside the ports.

Time, chance, written files, processes, network and keyring are what the ports are for.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

# Whole modules, and what of them is pure and so allowed.
MODULES: dict[str, frozenset[str]] = {
    "time": frozenset(),
    "random": frozenset({"Random"}),  # with a seed it is no chance at all
    "secrets": frozenset({"compare_digest"}),
    "socket": frozenset(),
    "keyring": frozenset(),
    "subprocess": frozenset(),
    "multiprocessing": frozenset(),
    "pty": frozenset(),
    "tempfile": frozenset(),
    "sqlite3": frozenset(),
    "httpx": frozenset(),
    "http.client": frozenset(),
    "urllib.request": frozenset(),
}
_WHOLE = [module for module, pure in MODULES.items() if not pure]
NAMES = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "datetime.date.today",
        "uuid.uuid1",
        "uuid.uuid4",
        "os.urandom",
        "os.getrandom",
        "os.putenv",
        "os.unsetenv",
        "os.open",
        "os.remove",
        "os.unlink",
        "os.rename",
        "os.replace",
        "os.mkdir",
        "os.makedirs",
        "os.rmdir",
        "os.fork",
        "os.kill",
        "os.killpg",
        "os.system",
        "os.popen",
        "os.execv",
        "os.execve",
        "os.execvp",
        "os.execvpe",
        "os.posix_spawn",
        "shutil.rmtree",
        "shutil.move",
        "shutil.copy",
        "shutil.copy2",
        "shutil.copyfile",
        "shutil.copytree",
    }
)
# Methods that only a Path has; `rename` and `replace` are left out, for others have them too.
PATH_METHODS = frozenset(
    {"write_text", "write_bytes", "touch", "mkdir", "rmdir", "unlink", "chmod", "symlink_to", "hardlink_to"}
)
ENVIRONMENT_CHANGES = frozenset({"pop", "popitem", "update", "setdefault", "clear"})


@dataclass(frozen=True, slots=True)
class Reach:
    """One place where a source reaches past the ports."""

    line: int
    what: str


def reaches(source: ast.Module) -> list[Reach]:
    """Return every place, in order; imports for type checkers alone do not count."""
    visitor = _Visitor()
    visitor.visit(source)
    return sorted(visitor.found, key=lambda reach: (reach.line, reach.what))


class _Visitor(ast.NodeVisitor):
    """Walks one source and knows under which names it has imported what."""

    def __init__(self) -> None:
        self.found: list[Reach] = []
        self._names: dict[str, str] = {}

    def visit_If(self, node: ast.If) -> None:
        """Skip the body of `if TYPE_CHECKING`."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for inner in node.orelse:
                self.visit(inner)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        """Note what a plain import binds; a module with pure parts is judged where it is used."""
        for alias in node.names:
            root = alias.name.split(".")[0]
            self._names[alias.asname or root] = alias.name if alias.asname else root
            if any(alias.name == module or alias.name.startswith(f"{module}.") for module in _WHOLE):
                self._note(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Note what a from-import binds, and judge it."""
        for alias in node.names:
            dotted = f"{node.module}.{alias.name}"
            self._names[alias.asname or alias.name] = dotted
            if dotted in MODULES or self._is_forbidden(dotted):
                self._note(node, dotted)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Judge a dotted name."""
        dotted = self._dotted(node)
        if dotted and self._is_forbidden(dotted):
            self._note(node, dotted)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Judge opening for writing, a Path's own writing, changes of the environment, and waiting."""
        name = self._dotted(node.func) or ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if (name in {"open", "io.open"} or method == "open") and _opens_for_writing(
            node, is_method=bool(method)
        ):
            self._note(node, "open for writing")
        elif method in PATH_METHODS:
            self._note(node, f"Path.{method}")
        elif name.startswith("os.environ.") and method in ENVIRONMENT_CHANGES:
            self._note(node, "os.environ changed")
        elif name == "random.Random" and not node.args:
            self._note(node, "random.Random without a seed")
        elif name == "asyncio.sleep" and not _is_zero(node):
            self._note(node, "asyncio.sleep")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Judge `os.environ[...] = ...` and `del os.environ[...]`."""
        if self._dotted(node.value) == "os.environ" and not isinstance(node.ctx, ast.Load):
            self._note(node, "os.environ changed")
        self.generic_visit(node)

    def _is_forbidden(self, dotted: str) -> bool:
        if dotted in NAMES:
            return True
        module, _, rest = dotted.rpartition(".")
        return module in MODULES and rest not in MODULES[module]

    def _dotted(self, node: ast.expr) -> str | None:
        """Return the full name behind an expression, by way of the imports."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, node.id if node.id == "open" else None)
        if isinstance(node, ast.Attribute):
            owner = self._dotted(node.value)
            return f"{owner}.{node.attr}" if owner else None
        return None

    def _note(self, node: ast.stmt | ast.expr, what: str) -> None:
        self.found.append(Reach(node.lineno, what))


def _opens_for_writing(node: ast.Call, *, is_method: bool) -> bool:
    """Tell whether the mode of an open call writes; for `open` itself a computed mode counts as writing."""
    place = 0 if is_method else 1
    modes = [keyword.value for keyword in node.keywords if keyword.arg == "mode"] or node.args[
        place : place + 1
    ]
    if not modes:
        return False
    mode = modes[0]
    if isinstance(mode, ast.Constant) and isinstance(mode.value, str):
        return set(mode.value) <= set("rwaxbtU+") and bool(set(mode.value) & set("wax+"))
    return not is_method


def _is_zero(node: ast.Call) -> bool:
    return len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
