"""Codes redeemed together by other callers than somebody at a desk, of several programmes at once, and where a statement fails in the middle."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from many_residents import make_residents
from redeemed_codes import BETTER, USUAL, keep, left_behind, put_back, redeemed, stumbles
from small_codes import SmallCodes, code_of
from small_perks import build_perks

from suxin.kernel.actor import Actor, ActorKind
from suxin.perks import short_codes
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin.perks.short_codes import CodesTurn
from suxin.tenancy.profiles import TenantKind

OTHERS = UUID(int=77)
"""A consent of somebody else's, which a token was approved for."""


async def both_ways(
    codes: SmallCodes, admin: asyncpg.Connection, monkeypatch: Any, actor: Actor, code: str
) -> tuple[list[Any], list[Any]]:
    """Redeem a code together with others and, all put back, in a session; return both answers, and what each left behind."""
    city = codes.perks.city
    answers, written = [], []
    await keep(admin)
    for way in ("together", "in a session"):
        if way != "together":
            await put_back(admin)
            monkeypatch.setattr(CodesTurn, "carry_out", stumbles)
        queue = RedeemingQueue(city.database, city.sealer)
        answers.append(await redeemed(queue, codes, code, actor=actor))
        await queue.close()
        written.append(await left_behind(admin))
    return answers, written


@pytest.mark.parametrize(
    ("bound_to", "benefit", "uses"), [("this one", BETTER, 1), ("another", USUAL, 0)]
)
async def test_a_token_for_one_consent_has_no_other_used(
    codes: SmallCodes, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch,
    alone: list[str], bound_to: str, benefit: str, uses: int,
) -> None:  # fmt: skip
    programme = await codes.perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    own = await admin.fetchval("select id from consents where purpose = 'perk.redeem'")
    bound = replace(codes.perks.merchant, consent_id=own if bound_to == "this one" else OTHERS)
    answers, written = await both_ways(codes, admin, monkeypatch, bound, code)
    assert answers == [benefit, benefit]
    assert written[0] == written[1]
    assert len(written[0]["uses"]) == uses
    assert written[0]["bases"] == [(1 - uses, 1)]
    assert len(alone) == 1


async def test_a_device_without_staff_is_answered_alike_both_ways(
    codes: SmallCodes, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, alone: list[str]
) -> None:
    programme = await codes.perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    device = replace(codes.perks.merchant, kind=ActorKind.CLIENT, staff_id=None, client_id="gate-1")
    answers, written = await both_ways(codes, admin, monkeypatch, device, code)
    assert answers == [BETTER, BETTER]
    assert written[0] == written[1]
    assert len(alone) == 1
    assert await admin.fetchval("select held_by is null from perk_redemptions")


async def test_two_tenants_take_the_same_code_and_it_is_one_merchants(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection, alone: list[str]
) -> None:
    programme = await codes.perks.published(stock=9)
    other = (await build_perks(codes.perks.city, TenantKind.ATTRACTION)).merchant
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    told = await asyncio.gather(
        redeemed(queue, codes, code, actor=other), redeemed(queue, codes, code)
    )
    assert told[1] == BETTER
    assert told[0] == "PRESENTATION_CODE_FOR_ANOTHER_MERCHANT"
    assert alone == []
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1
    assert await admin.fetchval("select failures from presentation_passes") == 0


async def test_programmes_of_one_turn_are_counted_each_for_itself(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection, alone: list[str]
) -> None:
    """Twelve come in pairs, to two programmes in turns; one takes three pairs a day, the other has pieces for two."""
    perks = codes.perks
    by_day = await perks.published(daily=7, stock=99)
    by_stock = await perks.published(daily=99, stock=5)
    await admin.execute("delete from score_tiers")
    passes = await make_residents(admin, perks.city, perks, by_day, count=12)
    await admin.execute(
        "update presentation_passes set context_id = $1 where number % 2 = 0", by_stock.id
    )
    told = await asyncio.gather(
        *(redeemed(queue, codes, one.code(perks.city.now), persons=2) for one in passes)
    )
    assert alone == []
    of = {True: [], False: []}
    for one, said in zip(passes, told, strict=True):
        of[one.number % 2 == 0].append(said)
    assert of[False][3:] == ["PERK_DAY_LIMIT"] * 3
    assert of[True][2:] == ["PERK_STOCK_EXHAUSTED"] * 4
    rows = await admin.fetch(
        "select programme_id, sum(persons) persons from perk_redemptions group by 1"
    )
    assert dict(map(tuple, rows)) == {by_day.id: 6, by_stock.id: 4}


async def test_a_statement_that_fails_in_the_middle_leaves_nothing_and_each_is_served_by_himself(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection,
    alone: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two are given one pseudonym, which the database refuses after redemptions, transfers and uses went out."""
    perks = codes.perks
    programme = await perks.published(stock=9)
    await admin.execute("delete from score_tiers")
    passes = await make_residents(admin, perks.city, perks, programme, count=3)
    monkeypatch.setattr(short_codes, "new_handle", lambda: "SAMESAME")
    told = await asyncio.gather(
        *(redeemed(queue, codes, one.code(perks.city.now)) for one in passes)
    )
    assert not any(said.isascii() for said in told)
    assert len(alone) == 3
    counted = await admin.fetchrow(
        "select (select count(*) from perk_redemptions), (select count(*) from consent_fetches),"
        " (select count(distinct handle) from perk_handles where handle <> 'SAMESAME'),"
        " (select posted_debits from ledger_accounts where code like '%.stock'),"
        " (select count(*) from idempotency_keys where operation = 'perks.redeem')"
    )
    assert tuple(counted) == (3, 3, 3, 3, 3)
