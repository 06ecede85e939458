"""Memory stays flat: what a process remembers is bounded, and a request leaves nothing behind.

How much a process holds after 100,000 requests is measured by ``python3 run.py bench memory``.
"""

import gc
from collections import Counter

import pytest
from resident import climb_mib

from suxin_graphql import documents
from suxin_graphql.documents import REMEMBERED
from suxin_graphql.execution.compiled import FORMS, STATEMENTS, Compiled, Forms
from suxin_graphql.execution.completion import NotCompiled
from suxin_graphql.execution.forgetting import COLLECTED_AFTER, FORGETTING
from suxin_graphql.schema import schema

WARM_UP, REQUESTS = 60, 300
INBOX = "{ referrals(first: 5) { totalCount edges { node { id lead { number } } } } }"


async def ask(caller, times):
    for number in range(times):
        await caller.data(INBOX)
        assert "errors" in await caller.answer('{ referral(id: "x") { id } }'), number


def held() -> Counter[str]:
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects())


async def test_requests_leave_no_objects_behind(bank_a, case, runtime):
    await ask(bank_a, WARM_UP)
    before = held()
    await ask(bank_a, REQUESTS)
    # One object left by each request would be as many as there were.
    left = held() - before
    assert {name: count for name, count in left.items() if count >= REQUESTS // 2} == {}
    assert runtime.shares._shares == {}


async def test_no_more_documents_are_remembered_than_so_many(bank_a):
    for number in range(REMEMBERED + 20):
        await bank_a.data(f"{{ viewer {{ a{number}: __typename }} }}")
    assert len(documents._remembered) == REMEMBERED
    newest = f"{{ viewer {{ a{REMEMBERED + 19}: __typename }} }}"
    assert documents.is_remembered(newest)
    assert not documents.is_remembered("{ viewer { a0: __typename } }")


def test_the_forms_of_all_operations_are_counted_together_and_the_oldest_goes():
    forms, made = Forms(most=2), []

    def ask(operation: str, decided: bytes) -> None:
        def make() -> Compiled:
            made.append((operation, decided))
            # What cannot be compiled is remembered as well, and not tried again.
            if operation == "b":
                raise NotCompiled
            return Compiled((), None)  # type: ignore[arg-type] # nothing is read by it

        assert (forms.of(operation, decided, make) is None) is (operation == "b")

    for operation, decided in (("a", b"1"), ("b", b"1"), ("a", b"1"), ("a", b"2"), ("b", b"1")):
        ask(operation, decided)
    assert made == [("a", b"1"), ("b", b"1"), ("a", b"2"), ("b", b"1")]
    assert len(forms) == 2


async def test_one_operation_has_no_more_forms_than_all_may_have(bank_a, monkeypatch):
    documents._remembered.clear()
    FORMS._kept.clear()
    monkeypatch.setattr(FORMS, "_most", 3)
    query = "query ($n: Int!) { referrals(first: 1) { edges { node { offers(first: $n) { edges { cursor } } } } } }"
    for number in range(1, 8):
        await bank_a.data(query, n=number)
        # Whatever it was asked with, what is remembered of its variables keeps no form of its own.
        assert len(FORMS) == min(number, 3)
    assert held()["Compiled"] == 3
    again = await bank_a.data(query, n=1)
    assert "referrals" in again


async def test_what_is_remembered_of_a_statement_keeps_neither_its_plan_nor_what_it_was_made_of(
    bank_a,
):
    nested = "{ referrals(first: 2) { edges { node { offers(first: 1) { edges { cursor } } } } } }"

    def forgotten() -> Counter[str]:
        documents._remembered.clear()
        FORMS._kept.clear()
        return held()

    await bank_a.data(nested)
    before, known = forgotten(), len(STATEMENTS)
    for number in range(10):
        await bank_a.data(f"# {number}\n{nested}")
    left = forgotten() - before
    assert len(STATEMENTS) == known + 10
    kinds = ("WrittenPagePlan", "WrittenPlan", "Columns", "Select", "OperationDefinitionNode")
    assert {kind: left[kind] for kind in kinds if left[kind]} == {}


def alive(name: str) -> int:
    """How many there are, what lies about uncollected included."""
    return sum(type(one).__name__ == name for one in gc.get_objects())


def test_documents_that_gave_way_do_not_lie_about():
    documents._remembered.clear()
    gc.collect()
    before, threshold = alive("DocumentNode"), gc.get_threshold()
    # As in a process that works, where a full collection is hardly ever due.
    gc.set_threshold(0)
    try:
        for number in range(REMEMBERED + 2 * COLLECTED_AFTER):
            documents.prepare(schema._schema, f"{{ viewer {{ a{number}: __typename }} }}")
            if number >= REMEMBERED:
                most = REMEMBERED + COLLECTED_AFTER
                assert number % 32 or alive("DocumentNode") - before <= most
    finally:
        gc.set_threshold(*threshold)


def test_forms_that_gave_way_are_counted_as_well(monkeypatch):
    noted = []
    monkeypatch.setattr(FORGETTING, "note", lambda: noted.append(1))
    forms = Forms(most=1)
    for decided in (b"1", b"2", b"2", b"3"):
        forms.of("a", decided, lambda: Compiled((), None))  # type: ignore[arg-type] # nothing is read by it
    assert len(noted) == 2


@pytest.mark.parametrize(("lost_bytes", "least", "most"), [(0, -1.0, 1.0), (100, 8.5, 10.5)])
def test_the_benchmark_tells_a_climb_from_a_process_that_breathes(lost_bytes, least, most):
    """A hundred bytes lost at each request are over its limit; garbage that comes and goes is not."""
    marks = [
        (number, 176 + lost_bytes * number / 1024**2 + (0.7 if number % 10_000 else 0.0))
        for number in range(5_000, 100_001, 5_000)
    ]
    assert least < climb_mib(marks, over=100_000) < most
