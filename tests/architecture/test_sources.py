"""What no source may contain, and where alone some things may stand."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

BANNED_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "repository",
    "repositories",
    "schemas",
    "exceptions",
    "constants",
    "misc",
    "common",
}
CLOCKS = ("backend/suxin_web/clock.py", "backend/suxin_server/")
# Ids are dated by the machine: a sort key, never a fact of the domain.
RAW_CLOCKS = ("backend/suxin/kernel/ids.py", "backend/suxin_server/")
ENVIRONMENT = "backend/suxin_server/"
EDGES = (
    "tenants/suxin_tenants/",
    "mini_program_api/suxin_mini_program/",
    "backend/suxin_web/",
    "graphql/suxin_graphql/",
)
READING_PATH = "graphql/suxin_graphql/execution/"
STATEMENTS = {"select", "update", "insert", "delete", "text", "exists", "func", "literal_column"}
JOINS = {"outerjoin", "select_from", "add_columns", "subquery"}


def calls(source, *dotted: str) -> list[int]:
    """Lines on which one of the dotted names is used, however its module was imported."""
    ends = {name.split(".")[-1]: name.split(".")[-2] for name in dotted}
    return [
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in ends
        and ast.unparse(node.value).split(".")[-1] == ends[node.attr]
    ]


def test_only_the_kernel_commits(sources):
    """A commit in between would publish half a command, and lose its receipts."""
    found = {
        source.path
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    kernel = "backend/suxin/kernel"
    assert found == {f"{kernel}/database.py", f"{kernel}/short_transactions.py"}


def test_time_is_an_argument(sources):
    found = [
        f"{source.path}:{line}"
        for source in sources
        for line in calls(source, "datetime.now", "datetime.utcnow", "date.today")
        if not source.path.startswith(CLOCKS)
    ]
    assert found == []
    raw = [
        f"{source.path}:{line}"
        for source in sources
        for line in calls(source, "time.time", "time.time_ns", "time.localtime")
        if not source.path.startswith(RAW_CLOCKS)
    ]
    assert raw == []


def test_no_statement_asks_the_database_for_the_time(sources):
    """``now()`` in SQL is a clock as well; the policies compare with the time that the caller gave."""
    clock = re.compile(
        r"(?<![\w.])(now\(\)|current_timestamp|current_date|localtimestamp)", re.IGNORECASE
    )
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources
        if source.path.startswith("backend/suxin/")
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if clock.search(node.value) and re.search(r"\b(select|where|insert|update)\b", node.value)
    ]
    assert found == []


def test_the_environment_is_read_by_the_server_alone(sources):
    found = [
        f"{source.path}:{line}"
        for source in sources
        for line in calls(source, "os.environ", "os.getenv")
        if not source.path.startswith(ENVIRONMENT)
    ]
    assert found == []


def test_edges_build_no_statements(sources):
    """What is read is a query of the core, with the filters and the proofs that belong to it; an edge pages and renders it.

    The reading path of GraphQL alone composes what the core's queries return.
    """
    found = [
        f"{source.path}:{node.lineno}: {name}"
        for source in sources
        if source.path.startswith(EDGES) and not source.path.startswith(READING_PATH)
        for node in source.nodes
        for name in _statements_made(node)
    ]
    assert found == []


def _statements_made(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
        return {alias.name for alias in node.names} & STATEMENTS
    if isinstance(node, ast.Import):
        # Under its own name everything in it would be within reach.
        return {alias.name for alias in node.names if alias.name == "sqlalchemy"}
    if isinstance(node, ast.Attribute):
        return {node.attr} & JOINS
    return set()


def test_one_module_knows_arq(sources):
    found = {
        source.path
        for source in sources
        for node in source.nodes
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "arq" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "arq")
    }
    assert found == {"backend/suxin_server/worker.py"}


def test_annotations_stay_alive_for_the_frameworks_that_read_them(all_python):
    found = [
        source.path
        for source in all_python
        # No file without the word is parsed for it, and kept.
        if "__future__" in source.text
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert found == []


def test_no_module_is_named_for_nothing(sources):
    parts = {
        part: source.path for source in sources for part in Path(source.path).with_suffix("").parts
    }
    assert {name: path for name, path in parts.items() if name in BANNED_NAMES} == {}


def test_no_package_shadows_another(root):
    """``graphql/`` must never become the package ``graphql``, nor the tests a package of their own."""
    stray = [
        path.relative_to(root).as_posix()
        for folder in ("backend", "graphql", "tenants", "mini_program_api", "migrations", "tests")
        for path in [root / folder / "__init__.py", *(root / "tests").rglob("__init__.py")]
        if path.exists()
    ]
    assert stray == []
    tests_outside = [
        path for folder in ("graphql", "backend") for path in (root / folder).rglob("test_*.py")
    ]
    assert tests_outside == []


def test_every_exception_to_a_check_names_the_check_and_says_why(all_python):
    """``# noqa: CODE - why`` and ``# type: ignore[code] # why``."""
    marks = re.compile(r"#\s*(noqa|type:\s*ignore)\b(.*)$", re.MULTILINE)
    reasoned = re.compile(r"(: ?[A-Z]+\d+(, ?[A-Z]+\d+)* - \S+|\[[a-z-]+(, ?[a-z-]+)*\] # \S+).*")
    found = [
        f"{source.path}: {mark[0].strip()}"
        for source in all_python
        if not source.path.startswith("tests/")
        for mark in marks.finditer(source.text)
        if not reasoned.fullmatch(mark[2].rstrip())
    ]
    assert found == []


def test_the_floors_of_the_house_hold(root):
    """The core is free of frameworks and network clients; a module imports only downwards."""
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([str(linter)], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"Contracts: [3-9]\d* kept, 0 broken", done.stdout)


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        ("backend/suxin/kernel/readers.py", lambda tree: functions_returning(tree, "Reader")),
        ("backend/suxin/lending/facts.py", lambda tree: fields_of(tree, "ApplicantFacts")),
    ],
)
def test_what_others_are_to_build_on_is_built_on(sources, path, offered):
    """A way to admit readers that no table declares, or a fact that no match reads, is dead."""
    (own,) = (source for source in sources if source.path == path)
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for source in sources
        if source is not own
        for node in source.nodes
        if isinstance(node, ast.Name | ast.Attribute)
    }
    names = offered(own.tree)
    assert len(names) > 5
    # The finest area is read through a property of the facts themselves.
    assert names - used - {"town_code"} == set()


def functions_returning(tree: ast.Module, kind: str) -> set[str]:
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == kind
    }


def fields_of(tree: ast.Module, name: str) -> set[str]:
    (cls,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return {
        node.target.id
        for node in cls.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
