"""No module of the FAPI 2.0 Security Profile's test plan is neither ported nor excused, and the page says which is which."""

import ast
import csv
import re
from collections.abc import Iterator

import pytest

ROW = re.compile(r"\| `([\w-]+)` \| (.+?) \|")
PORTED = re.compile(r"`(test_\w+\.py(?:::test_\w+)?)`")


@pytest.fixture(scope="session")
def plan(root) -> dict[str, bool]:
    """The modules of the final plan, and whether each applies to our profile."""
    with (root / "tests/oauth/fapi_modules.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    modules = {row["module"]: row["applies"] == "yes" for row in rows}
    assert len(modules) == len(rows) > 60
    assert {row["applies"] for row in rows} == {"yes", "no"}
    return modules


@pytest.fixture(scope="session")
def page(root) -> dict[str, str]:
    """What the page says of each module."""
    found = ROW.findall((root / "docs/fapi.md").read_text(encoding="utf-8"))
    assert len(found) == len(dict(found))
    return dict(found)


@pytest.fixture(scope="session")
def ported(all_python) -> dict[str, str]:
    """Where each module is ported: a test's name, or a whole file's."""
    found: dict[str, str] = {}
    for source in all_python:
        if source.path.startswith("tests/oauth/"):
            for module, place in marks(source.tree, source.path.rpartition("/")[2]):
                assert module not in found, module
                found[module] = place
    return found


def marks(tree: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((module, name) for module in marked(node.value))
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            for decorator in node.decorator_list:
                yield from ((module, f"{name}::{node.name}") for module in marked(decorator))


def marked(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fapi":
        return [ast.literal_eval(node.args[0])]
    return []


def test_what_applies_is_ported_and_nothing_else(plan, ported):
    assert set(ported) == {module for module, applies in plan.items() if applies}


def test_the_page_names_the_test_or_the_reason(plan, page, ported):
    assert list(page) == sorted(plan)
    for module, said in page.items():
        if module in ported:
            assert PORTED.fullmatch(said), said
            assert PORTED.fullmatch(said)[1] == ported[module]
        else:
            assert not PORTED.search(said), said
            assert len(said) > 20, said
