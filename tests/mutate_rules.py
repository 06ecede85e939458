"""Break the rules about money in every place, one at a time, and list what no test notices.

Run ``python tests/mutate_rules.py``, or name what it shall break (``ledger``, ``risk_pool``). Each mutant of these modules runs the tests of its rules in a
process of its own, forked once everything is loaded, so that each takes a fraction of a second. The survivors, and why they do, are in ``docs/ledger.md``.
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
from suxin.risk_pool import agreements, losses, stop_loss

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "support"))
# What is broken, and the tests that ought to notice it: pure ones, without a database.
RULES: dict[str, dict[ModuleType, tuple[str, ...]]] = {
    "ledger": dict.fromkeys(
        (postings, books), ("ledger/test_postings.py", "ledger/test_postings_of_holds.py")
    ),
    "risk_pool": {
        agreements: ("risk_pool/test_agreements.py", "risk_pool/test_agreement_bounds.py"),
        losses: (
            "risk_pool/test_losses.py",
            "risk_pool/test_later_parts.py",
            "risk_pool/test_agreement_bounds.py",
        ),
        stop_loss: ("risk_pool/test_stop_loss.py", "risk_pool/test_agreement_bounds.py"),
    },
}
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


def put_in_force(module: ModuleType, mutant: ast.Module) -> None:
    """Run a mutant in place of its module, also where another module has taken names from it."""
    before = dict(module.__dict__)
    exec(compile(mutant, module.__file__ or "", "exec"), module.__dict__)  # noqa: S102 - our own source, broken
    for other in [one for name, one in sys.modules.items() if name.startswith("suxin.")]:
        for name, value in list(vars(other).items()):
            if name in before and before[name] is value and name in module.__dict__:
                setattr(other, name, module.__dict__[name])


def survives(module: ModuleType, mutant: ast.Module, tests: tuple[str, ...]) -> None:
    """Run the tests over the mutant, in this process; leave with ``NOTICED`` if they noticed."""
    signal.alarm(TIMEOUT_S)
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        try:
            put_in_force(module, mutant)
        except Exception:  # noqa: BLE001 - a module that does not even load is noticed
            os._exit(NOTICED)
        code = pytest.main([*PLAIN, *(str(HERE / test) for test in tests)])
    # Amounts that are worked out while the tests are collected notice it there.
    noticed = code in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
    os._exit(NOTICED if noticed else int(code))


def main(chosen: list[str]) -> int:
    """Try every mutant; print those that nothing noticed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    context = multiprocessing.get_context("fork")
    for rules in chosen or RULES:
        tried, alive = 0, 0
        for module, tests in RULES[rules].items():
            source = Path(module.__file__ or "").read_text(encoding="utf-8")
            for line, was, now, mutant in mutants(source):
                process = context.Process(target=survives, args=(module, mutant, tests))
                process.start()
                process.join()
                tried += 1
                # A rule that loops for ever is noticed as well.
                if process.exitcode not in {NOTICED, -signal.SIGALRM}:
                    alive += 1
                    left = f"{module.__name__}:{line}: {was}  →  {now}"
                    print(f"{left}  (exit {process.exitcode})", flush=True)
        print(f"{rules}: {tried} mutants, {alive} not noticed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
