"""The product's own sources, read and parsed once."""

import ast
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = ("backend", "graphql", "tenants", "mini_program_api")


@dataclass
class Source:
    """One Python file, by its path in the tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree, listed once for all who look through them."""
        return list(ast.walk(self.tree))

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def functions(self) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """Every function, also nested ones, with its dotted name."""
        return list(_functions(self.tree, ""))

    @property
    def lengths(self) -> list[tuple[str, int]]:
        """How many lines each function has.

        A tree that nobody else looks at is not kept: those of all tests would take a quarter of a gigabyte.
        """
        tree = self.__dict__.get("tree") or ast.parse(self.text, self.path)
        return [
            (name, (node.end_lineno or node.lineno) - node.lineno + 1)
            for name, node in _functions(tree, "")
        ]


def _functions(node: ast.AST, prefix: str):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _read(folders: Sequence[str]) -> list[Source]:
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        # The packages of Node bring Python of their own.
        if not {"__pycache__", "node_modules"} & set(path.parts)
    ]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    """The packages."""
    found = _read(SOURCE_ROOTS)
    assert len(found) > 50
    return found


@pytest.fixture(scope="session")
def all_python(sources) -> list[Source]:
    """The packages, the tests, the task runner and the migrations' own programs."""
    more = [
        Source(name, (ROOT / name).read_text(encoding="utf-8"))
        for name in ("run.py", "migrations/env.py", "migrations/generate.py")
    ]
    return [*sources, *_read(["tests"]), *more]


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file that is, or would be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in found if path.is_file()]
