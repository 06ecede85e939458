"""Break the rules of posting in every place, one at a time, and list what no test notices.

Run ``python tests/ledger/mutate_rules.py``. Each mutant of ``suxin.ledger.postings`` and ``suxin.ledger.books`` runs the tests of the rules in a process of
its own, forked once everything is loaded, so that each takes a fraction of a second. The survivors, and why they do, are in ``docs/ledger.md``.
"""

import ast
import contextlib
import copy
import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from suxin.ledger import books, postings

HERE = Path(__file__).parent
TESTS = [str(HERE / name) for name in ("test_postings.py", "test_postings_of_holds.py")]
sys.path.insert(0, str(HERE.parent / "support"))
TIMEOUT_S = 60
NOTICED = 100
# Without the project's own settings and plugins, which take a hundred times as long to load as these tests to run.
PLAIN = ["-x", "-q", "--noconftest", "-c", os.devnull, "-p", "no:cacheprovider"]

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
WORKED: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


def _broken_expression(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a comparison, a conjunction or a sum may be broken into."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in COMPARED:
                changed = copy.deepcopy(node)
                changed.ops[place] = COMPARED[type(operator)]()
                yield changed
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            rest = [one for number, one in enumerate(node.values) if number != place]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.BinOp) and type(node.op) in WORKED:
        yield ast.BinOp(node.left, WORKED[type(node.op)](), node.right)


def _broken_statement(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a statement, a choice, a constant or a call may be broken into."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Raise | ast.Expr | ast.Assign | ast.Delete) and not _is_text(node):
        yield ast.Pass()
    elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        yield ast.Constant(not node.value if type(node.value) is bool else node.value + 1)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("max", "min", "reversed"):
        yield node.args[0]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def mutants(source: str) -> Iterator[tuple[int, str, str, ast.Module]]:
    """Yield each mutant of the functions of a module: line, what it was, what it is, and the whole."""
    tree = ast.parse(source)
    inside = [
        part
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
        for part in ast.walk(statement)
    ]
    for node in dict.fromkeys(inside):
        for changed in (*_broken_expression(node), *_broken_statement(node)):
            whole = copy.deepcopy(tree)
            twin = _twin(tree, whole, node)
            replaced = _Replace(twin, changed).visit(whole)
            was, now = ast.unparse(node), ast.unparse(ast.fix_missing_locations(changed))
            yield node.lineno, was, now, ast.fix_missing_locations(replaced)  # type: ignore[attr-defined] # expressions and statements have lines


def _twin(tree: ast.Module, whole: ast.Module, node: ast.AST) -> ast.AST:
    pairs = zip(ast.walk(tree), ast.walk(whole), strict=True)
    return next(other for one, other in pairs if one is node)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)


def survives(module: ModuleType, mutant: ast.Module) -> None:
    """Run the tests over the mutant, in this process; leave with 1 if they noticed."""
    # A rule that loops for ever is noticed as well.
    signal.alarm(TIMEOUT_S)
    exec(compile(mutant, module.__file__ or "", "exec"), module.__dict__)  # noqa: S102 - our own source, broken
    if module is books:
        for name in ("AccountState", "Books", "Transfer"):
            setattr(postings, name, getattr(books, name))
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        code = pytest.main([*PLAIN, *TESTS])
    os._exit(NOTICED if code == pytest.ExitCode.TESTS_FAILED else int(code))


def main() -> int:
    """Try every mutant, some at once; print those that nothing noticed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    context = multiprocessing.get_context("fork")
    tried, alive = 0, []
    for module in (postings, books):
        source = Path(module.__file__ or "").read_text(encoding="utf-8")
        for line, was, now, mutant in mutants(source):
            process = context.Process(target=survives, args=(module, mutant))
            process.start()
            process.join()
            tried += 1
            if process.exitcode != NOTICED:
                alive.append(
                    f"{module.__name__}:{line}: {was}  →  {now}  (exit {process.exitcode})"
                )
                print(alive[-1], flush=True)
    print(f"{tried} mutants, {len(alive)} not noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
