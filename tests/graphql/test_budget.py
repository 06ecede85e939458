"""What happens to a caller whose budget is used up: 429 with the moment to come back, and his neighbours go on."""

from dataclasses import replace
from uuid import uuid4

import pytest
from costs import cost_of
from redis.asyncio import Redis

from suxin.kernel.actor import Actor, ActorKind
from suxin_graphql.metering import Meter
from suxin_web.budget_size import Budget
from suxin_web.budgets import Budgets

SMALL = Budget(size=30, restored_per_second=1)
PAGE = "{ referrals(first: 20) { edges { node { id } } } }"
COST = 21
PROBE = "{ __typename }"
MEDIA = ("application/json", "application/graphql-response+json")


@pytest.fixture
async def budgets(valkey):
    async with Redis.from_url(valkey.url) as broker:
        await broker.flushdb()
    budgets = Budgets.connect(valkey.url, SMALL)
    yield budgets
    await budgets.close()


@pytest.fixture
def runtime(runtime, budgets):
    return replace(runtime, budgets=budgets)


async def use_up(caller, budgets):
    """Leave nothing in the bucket of a bank's desks."""
    await caller.post({"query": PROBE})
    await budgets.return_owed()
    left = (await budgets.take(f"{caller.bank.tenant_id}:desk", 0)).available
    await budgets.take(f"{caller.bank.tenant_id}:desk", left)


async def test_an_answer_tells_what_is_left(bank_a, budgets):
    await bank_a.post({"query": PAGE})
    await budgets.return_owed()
    told = cost_of(await bank_a.post({"query": PAGE}))
    # The first reading of a document took a point of its own; nothing was read of an empty list.
    assert (told["requested"], told["actual"], told["restoreRate"]) == (COST, 1, 1)
    assert told["available"] in (27, 28)


@pytest.mark.parametrize("media", MEDIA)
async def test_what_does_not_fit_is_refused_with_the_moment_to_come_back(
    bank_a, budgets, statements, media
):
    await bank_a.post({"query": PAGE})
    await use_up(bank_a, budgets)
    async with statements() as sent:
        answer = await bank_a.post({"query": PAGE}, Accept=media)
    assert [one for one in sent if "from referrals" in one.lower()] == []
    assert answer.status_code == 429
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    wait_s = int(answer.headers["Retry-After"])
    assert COST - 2 <= wait_s <= COST
    body = answer.json()
    assert set(body) == {"errors", "extensions"}
    (error,) = body["errors"]
    told = cost_of(answer)
    left = told["available"]
    assert left in (0, 1, 2)
    assert told == {"requested": COST, "actual": 0, "available": left, "restoreRate": 1}
    assert error["message"] == (
        f"查询额度不足：本次操作最多需 {COST} 点，现有 {left} 点；请在 {wait_s} 秒后再试"
    )
    assert error["extensions"]["messageEn"] == (
        f"The budget holds {left} points and the operation may cost {COST}; try again in {wait_s} s"
    )
    assert error["extensions"]["code"] == "COST_EXHAUSTED"
    assert error["extensions"]["retryable"] is True


async def test_a_colleague_shares_the_bucket_and_another_bank_has_its_own(
    desks, bank_a, bank_b, budgets
):
    await use_up(bank_a, budgets)
    colleague = await desks.open(desks.city.banks[0])
    assert (await colleague.post({"query": PAGE})).status_code == 429
    assert (await bank_b.post({"query": PAGE})).status_code == 200


async def test_what_was_not_needed_comes_back(bank_a, budgets):
    """Five pages would be taken to hold a hundred rows, and hold none."""
    for _ in range(5):
        assert (await bank_a.post({"query": PAGE})).status_code == 200
        await budgets.return_owed()


async def test_what_nobody_executes_costs_too(bank_a, budgets):
    """Else who has nothing left could have any number of documents and bodies read."""
    await use_up(bank_a, budgets)
    for body in (
        {"query": "{ viewer }"},
        {"query": "{ nothing"},
        {"query": 7},
        {"documentId": "x"},
    ):
        codes = set()
        for _ in range(4):
            answer = await bank_a.post(body)
            codes.add((answer.status_code, answer.json()["errors"][0]["extensions"]["code"]))
        assert (429, "COST_EXHAUSTED") in codes, body


async def test_a_long_document_of_ones_own_pays_for_its_first_reading(bank_a, budgets):
    text = "#" * 2_000 + "\n{ viewer { __typename } }"
    await bank_a.post({"query": PROBE})
    await budgets.return_owed()
    before = cost_of(await bank_a.post({"query": PROBE}))["available"]
    first = cost_of(await bank_a.post({"query": text}))
    assert first["requested"] == 2
    assert before - first["available"] >= 20
    again = cost_of(await bank_a.post({"query": text}))
    assert first["available"] - again["available"] <= 2


async def test_an_operation_dearer_than_the_bucket_is_too_dear(bank_a):
    answer = await bank_a.post({"query": PAGE.replace("20", "30")})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "OPERATION_TOO_DEAR"
    assert "31" in error["extensions"]["messageEn"]
    assert "30" in error["extensions"]["messageEn"]


async def test_while_valkey_is_away_everything_is_answered(bank_a, budgets, runtime, monkeypatch):
    away = Budgets.connect("redis://127.0.0.1:1/0", SMALL)
    monkeypatch.setattr(budgets, "_script", away._script)
    for _ in range(5):
        answer = await bank_a.post({"query": PAGE})
        assert answer.status_code == 200
        assert cost_of(answer)["available"] is None
    await away.close()


def test_each_client_of_a_tenant_has_a_bucket_and_its_desks_have_one():
    tenant = uuid4()

    def caller(**who):
        meter = Meter(Budgets())
        meter.count(Actor(kind=ActorKind.STAFF, request_id="x", tenant_id=tenant, **who))
        return meter.caller

    assert caller(staff_id=uuid4()) == caller(staff_id=uuid4()) == f"{tenant}:desk"
    assert caller(client_id="one") == f"{tenant}:one" != caller(client_id="two")
