"""Memory stays flat: what a process remembers is bounded, and a request leaves nothing behind.

How much a process holds after 100,000 requests is measured by ``python3 run.py bench memory``.
"""

import gc
from collections import Counter

import pytest
from resident import climb_mib

from suxin_graphql import documents
from suxin_graphql.documents import REMEMBERED

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


@pytest.mark.parametrize(("lost_bytes", "least", "most"), [(0, -1.0, 1.0), (100, 8.5, 10.5)])
def test_the_benchmark_tells_a_climb_from_a_process_that_breathes(lost_bytes, least, most):
    """A hundred bytes lost at each request are over its limit; garbage that comes and goes is not."""
    marks = [
        (number, 176 + lost_bytes * number / 1024**2 + (0.7 if number % 10_000 else 0.0))
        for number in range(5_000, 100_001, 5_000)
    ]
    assert least < climb_mib(marks, over=100_000) < most
