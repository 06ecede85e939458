"""What events cost their subscriber: as much as a query, out of the same budget, and nothing where he is told nothing."""

import json

import pytest
from staff_log_ins import at_desk
from streaming import opened_events, until

from suxin_graphql.streams import running
from suxin_web.budgets import Budget, Budgets, Taken

ARRIVED = "subscription { referralArrived { id lead { number county { name } } } }"
PRICE = 4
"""The root, the referral, its lead and the lead's area."""


class Purse(Budgets):
    """Budgets of this process alone, that tell what was taken."""

    def __init__(self, size: int) -> None:
        super().__init__(budget=Budget(size=size, restored_per_second=1))
        self.left: dict[str, int] = {}

    async def take(self, caller: str, cost: int) -> Taken:
        left = self.left.get(caller, self.budget.size)
        if cost > left:
            return Taken(fits=False, available=left, wait_s=cost - left)
        self.left[caller] = left - cost
        return Taken(fits=True, available=self.left[caller], wait_s=0)

    def give_back(self, caller: str, points: int) -> None:
        self.left[caller] += points


@pytest.fixture
def size() -> int:
    return 100


@pytest.fixture
def purse(runtime, size):
    found = Purse(size)
    object.__setattr__(runtime, "budgets", found)
    return found


async def test_an_event_costs_what_a_query_does_and_says_so(url, small_city, desk, purse):
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        await stream.begun()
        [before] = purse.left.values()
        await small_city.submit()
        name, told = await stream.whole()
    assert name == "next"
    assert told["data"]["referralArrived"]["lead"]["number"]
    cost = told["extensions"]["cost"]
    assert (cost["requested"], cost["restoreRate"]) == (PRICE, 1)
    assert 1 < cost["actual"] <= PRICE
    assert list(purse.left.values()) == [before - cost["actual"]] == [cost["available"]]


async def test_an_event_that_is_not_his_costs_nothing(url, small_city, desk, purse, monkeypatch):
    """Not even a point: what he has left would tell him that something happened."""
    looked = []

    async def hidden(*given):
        looked.append(given[0])
        return False

    monkeypatch.setattr(running, "is_shown", hidden)
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        await stream.begun()
        before = dict(purse.left)
        await small_city.submit()
        await until(lambda: looked)
    assert looked
    assert purse.left == before


async def test_who_has_nothing_left_is_told_that_he_misses_events(
    url, small_city, desk, purse, ended
):
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        await stream.begun()
        [caller] = purse.left
        purse.left[caller] = PRICE - 1
        await small_city.submit()
        name, told = await stream.next()
        extensions = told["errors"][0]["extensions"]
        assert (name, extensions["code"]) == ("next", "SUBSCRIPTION_ENDED")
        assert (extensions["reason"], extensions["retryable"]) == ("BUDGET_EXHAUSTED", True)
        assert (await stream.next())[0] == "complete"
    assert ended() == {"BUDGET_EXHAUSTED": 1}
    assert purse.left == {caller: PRICE - 1}


async def test_who_cannot_pay_for_one_event_is_refused_at_once(url, desk, purse):
    officer = at_desk(await desk())
    async with opened_events(url, ARRIVED, headers=officer) as stream:
        await stream.begun()
        [caller] = purse.left
        purse.left[caller] = PRICE - 1
        async with opened_events(url, ARRIVED, headers=officer) as second:
            body = await second.response.aread()
    assert second.response.status_code == 429
    assert second.response.headers["retry-after"] == "1"
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "COST_EXHAUSTED"


@pytest.mark.parametrize("size", [PRICE - 1])
async def test_an_event_dearer_than_any_operation_may_be_is_refused(url, desk, purse):
    async with opened_events(url, ARRIVED, headers=at_desk(await desk())) as stream:
        body = json.loads(await stream.response.aread())
    assert body["errors"][0]["extensions"]["code"] == "OPERATION_TOO_DEAR"
