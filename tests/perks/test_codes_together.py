"""Codes redeemed in one request: in a session and together with others the same is answered and written, and each is judged by himself."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from many_residents import make_residents
from observing import nothing_written
from redeemed_codes import BETTER, USUAL, keep, left_behind, put_back, redeemed, stumbles
from sample_rows import insert, sample
from small_codes import SmallCodes, code_of
from small_perks import build_perks, give_basis

from suxin.consent.commands import pause_consent, revoke_consent
from suxin.perks.limiting.models import Limit, LimitParty
from suxin.perks.limiting.states import LimitState
from suxin.perks.models import Programme
from suxin.perks.publishing import suspend_programme
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin.perks.scenarios import scenario_named
from suxin.perks.short_codes import CodesTurn
from suxin.perks.states import RecordRule
from suxin.subjects.models import PassKind
from suxin.tenancy.profiles import TenantKind

TICKET = scenario_named("tour.ticket")
WAYS = ("together", "in a session")


async def agreed(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    return await codes.present(programme, agree=True)


async def without_a_tier(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    await admin.execute("delete from score_tiers")
    return await codes.present(programme, agree=True)


async def with_a_tier_that_ran_out(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    await admin.execute("update score_tiers set valid_until = date '2026-11-20'")
    return await codes.present(programme, agree=True)


async def declined(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    # Nor is the tier weighed by another permission that is open.
    await give_basis(admin, codes.perks.city, codes.resident.own_subject, programme.tenant_id)
    return await codes.present(programme, agree=False)


async def taken_back(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    presented = await codes.present(programme, agree=True)
    consent_id = await admin.fetchval("select id from consents where purpose = 'perk.redeem'")
    await codes.perks.city.act(revoke_consent, codes.resident, consent_id=consent_id, reason=None)
    return presented


async def paused(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    presented = await codes.present(programme, agree=True)
    consent_id = await admin.fetchval("select id from consents where purpose = 'perk.redeem'")
    await codes.perks.city.act(pause_consent, codes.resident, consent_id=consent_id)
    return presented


async def used_up(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    presented = await codes.present(programme, agree=True)
    await admin.execute(
        "insert into consent_fetches (subject_id, consent_id, number, tenant_id, period, at_desk, at, categories)"
        " select subject_id, id, 1, tenant_id, 'once', false, $1, categories from consents where purpose = 'perk.redeem'",
        codes.perks.city.now,
    )
    return presented


async def limited(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    city, subject_id = codes.perks.city, codes.resident.own_subject
    await admin.execute("set session_replication_role = replica")
    about = {"tenant_id": programme.tenant_id, "programme_id": programme.id}
    limit = sample(Limit, city.now, **about, state=LimitState.EFFECTIVE.value, months=3)
    limit |= {
        "noticed_at": city.now - timedelta(days=60),
        "object_until": city.now - timedelta(days=30),
        "effective_at": city.now - timedelta(days=20),
        "ends_on": city.now.date() + timedelta(days=60),
    }
    await insert(admin, Limit, limit)
    party = sample(LimitParty, city.now, **about, limit_id=limit["id"], subject_id=subject_id)
    await insert(admin, LimitParty, party)
    await admin.execute("set session_replication_role = origin")
    return await codes.present(programme, agree=True)


async def had_his_share(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    await codes.scan(await codes.present(programme, agree=True))
    return await codes.present(programme)


async def had_it_elsewhere(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    other = await build_perks(codes.perks.city, TenantKind.ATTRACTION)
    theirs = SmallCodes(perks=other, resident=codes.resident)
    await theirs.scan(await theirs.present(await other.published(), agree=False))
    return await codes.present(programme, agree=True)


async def closed_meanwhile(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    presented = await codes.present(programme, agree=True)
    given = {"programme_id": programme.id, "reason": "设备检修"}
    await codes.perks.city.act(suspend_programme, codes.perks.merchant, **given)
    return presented


async def on_paper(codes: SmallCodes, programme: Programme, admin: asyncpg.Connection) -> Any:
    return await codes.present(programme, agree=True, kind=PassKind.PAPER)


async def tried_too_often(codes: SmallCodes, programme: Programme, admin: Any) -> Any:
    presented = await codes.present(programme, agree=True)
    await admin.execute("update presentation_passes set failures = 5")
    return presented


Situation = Callable[[SmallCodes, Programme, asyncpg.Connection], Awaitable[Any]]
SITUATIONS: list[tuple[Situation, dict[str, Any], dict[str, Any], str]] = [
    (agreed, {}, {}, BETTER),
    (agreed, {"daily": 3, "person_daily": 2, "person_total": 9, "scenario_monthly": 9, "party_limit": 2}, {"persons": 2}, BETTER),
    (agreed, {"scenario": "stay.hotel_deposit", "record_rule": RecordRule.KEPT, "offers": TICKET.offers, "fallback": TICKET.fallback}, {}, BETTER),
    (without_a_tier, {}, {}, USUAL),
    (with_a_tier_that_ran_out, {}, {}, USUAL),
    (declined, {}, {}, USUAL),
    (taken_back, {}, {}, USUAL),
    (paused, {}, {}, USUAL),
    (limited, {}, {}, USUAL),
    (on_paper, {}, {"persons": 3}, BETTER),
    (used_up, {}, {}, "FREQUENCY_EXHAUSTED"),
    (had_his_share, {"person_daily": 1, "party_limit": 1}, {}, "PERK_PERSON_LIMIT"),
    (had_his_share, {"person_total": 1, "party_limit": 1}, {}, "PERK_PERSON_LIMIT"),
    (had_it_elsewhere, {"scenario_monthly": 1, "party_limit": 1}, {}, "PERK_PERSON_LIMIT"),
    (had_his_share, {"daily": 1, "party_limit": 1}, {}, "PERK_DAY_LIMIT"),
    (agreed, {"party_limit": 2}, {"persons": 3}, "PERK_GROUP_TOO_LARGE"),
    (agreed, {"stock": 1}, {"persons": 2}, "PERK_STOCK_EXHAUSTED"),
    (agreed, {"budget_fen": 1}, {}, "PERK_BUDGET_EXHAUSTED"),
    (agreed, {"uses_each": 2}, {}, "PERK_NOT_AT_ONCE"),
    (closed_meanwhile, {}, {}, "PERK_NOT_OPEN"),
    (tried_too_often, {}, {}, "PRESENTATION_CODE_TRIED_TOO_OFTEN"),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "changes", "asked", "answer"), SITUATIONS)
async def test_both_ways_answer_and_write_the_same(
    situation: Situation, changes: dict[str, Any], asked: dict[str, Any], answer: str,
    codes: SmallCodes, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, alone: list[str],
) -> None:  # fmt: skip
    city = codes.perks.city
    programme = await codes.perks.published(**{"stock": 9, "budget_fen": 100_000, **changes})
    presented = await situation(codes, programme, admin)
    code = code_of(presented.opened, city.now)
    before = await left_behind(admin)
    await keep(admin)
    written = []
    for way in WAYS:
        if way != "together":
            await put_back(admin)
            monkeypatch.setattr(CodesTurn, "carry_out", stumbles)
        queue = RedeemingQueue(city.database, city.sealer)
        assert await redeemed(queue, codes, code, **asked) == answer
        await queue.close()
        written.append(await left_behind(admin))
        assert len(alone) == (way != "together")
    assert written[0] == written[1]
    assert (written[0] == before) == answer.isascii()


async def test_a_wrong_code_is_counted_and_holds_up_nobody(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection, alone: list[str]
) -> None:
    programme = await codes.perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    unknown = code.replace(code[5:11], f"{(int(code[5:11]) + 1) % 10**6:06d}")
    told = await asyncio.gather(
        *(redeemed(queue, codes, one) for one in (forged, "4111 1111", unknown, forged, code))
    )
    assert told == [
        "PRESENTATION_CODE_NOT_GENUINE",
        "PRESENTATION_CODE_UNREADABLE",
        "PRESENTATION_CODE_NOT_GENUINE",
        "PRESENTATION_CODE_NOT_GENUINE",
        BETTER,
    ]
    assert alone == []
    row = await admin.fetchrow("select used_at is not null, failures from presentation_passes")
    assert tuple(row) == (True, 2)
    assert await admin.fetchval("select count(*) from idempotency_keys") == 1


async def test_the_fifth_wrong_code_ends_the_pass_for_whoever_comes_after_it(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection
) -> None:
    programme = await codes.perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    told = await asyncio.gather(*(redeemed(queue, codes, one) for one in [forged] * 5 + [code]))
    assert told[-1] == "PRESENTATION_CODE_TRIED_TOO_OFTEN"
    assert await admin.fetchval("select failures from presentation_passes") == 5
    assert await admin.fetchval("select count(*) from perk_redemptions") == 0


async def test_a_code_shown_at_two_tills_at_once_is_taken_once(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection, alone: list[str]
) -> None:
    programme = await codes.perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, codes.perks.city.now)
    told = await asyncio.gather(*(redeemed(queue, codes, code) for _ in range(3)))
    assert sorted(told) == ["PRESENTATION_CODE_REPLAYED", "PRESENTATION_CODE_REPLAYED", BETTER]
    assert len(alone) == 2
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1


async def test_whoever_shows_two_codes_at_once_has_no_more_than_he_may(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection
) -> None:
    programme = await codes.perks.published(stock=9, person_daily=1, party_limit=1)
    presented = [
        await codes.present(programme, agree=True, kind=kind) for kind in (PassKind.PHONE, PassKind.PAPER)
    ]  # fmt: skip
    told = await asyncio.gather(
        *(redeemed(queue, codes, code_of(one.opened, codes.perks.city.now)) for one in presented)
    )
    assert sorted(told) == ["PERK_PERSON_LIMIT", BETTER]
    assert (
        await admin.fetchval("select count(*) from presentation_passes where used_at is null") == 1
    )


async def test_a_key_is_answered_once_and_with_the_same_code_alone(
    codes: SmallCodes, queue: RedeemingQueue, admin: asyncpg.Connection, alone: list[str]
) -> None:
    first, second = await codes.perks.published(stock=9), await codes.perks.published(stock=9)
    city = codes.perks.city
    code = code_of((await codes.present(first, agree=False)).opened, city.now)
    assert await redeemed(queue, codes, code, key="till-key-1") == USUAL
    other = code_of((await codes.present(second, agree=False)).opened, city.now)
    async with nothing_written(admin):
        assert await redeemed(queue, codes, code, key="till-key-1") == USUAL
        assert await redeemed(queue, codes, other, key="till-key-1") == "IDEMPOTENCY_KEY_REUSED"
    assert alone == []


async def test_many_who_come_at_once_are_each_judged_by_himself(
    codes: SmallCodes, admin: asyncpg.Connection, alone: list[str]
) -> None:
    """Thirty-two residents at two processes, every second of whom has a tier that opens something, and twenty pieces."""
    city, merchant = codes.perks.city, codes.perks.merchant
    programme = await codes.perks.published(stock=20, person_total=1, party_limit=1)
    await admin.execute("delete from score_tiers")
    best = programme.offers_read[0].benefit.label
    passes = await make_residents(admin, city, codes.perks, programme, count=32)
    queues = [RedeemingQueue(city.database, city.sealer) for _ in "ab"]
    told = Counter(
        await asyncio.gather(
            *(redeemed(queues[at % 2], codes, one.code(city.now)) for at, one in enumerate(passes))
        )
    )
    for queue in queues:
        await queue.close()
    assert alone == []
    assert (told["PERK_STOCK_EXHAUSTED"], told[best] + told[USUAL]) == (12, 20)
    matched = await admin.fetch(
        "select r.benefit ->> 'label' label, t.place, c.id = f.consent_id and b.ended_at is not null and f.number = 1 used,"
        " h.handle = r.handle named, p.used_at is not null taken"
        " from perk_redeemers w join perk_redemptions r on r.id = w.redemption_id"
        " join score_tiers t using (subject_id) join consents c on c.id = w.consent_id and c.subject_id = w.subject_id"
        " join access_bases b on b.source_id = c.id join consent_fetches f on f.subject_id = w.subject_id"
        " join perk_handles h on h.subject_id = w.subject_id join presentation_passes p on p.subject_id = w.subject_id"
    )
    assert len(matched) == 20
    assert {(row["label"], row["place"]) for row in matched} == {(best, 0), (USUAL, 3)}
    assert all(row["used"] and row["named"] and row["taken"] for row in matched)
    left = "select (select count(*) from presentation_passes where used_at is null), (select count(*) from access_bases where ended_at is null and purpose = 'perk.redeem'), (select count(distinct handle) from perk_handles)"
    assert tuple(await admin.fetchrow(left)) == (12, 12, 20)
    # Whoever's rows were touched is on record, and nobody else; nobody is named to the merchant.
    borrowed = await admin.fetch(
        "select subject_id, staff_id, detail ->> 'reason' reason from audit_entries where action = 'kernel.act_for' and tenant_id = $1 and detail ->> 'reason' like 'perk %'",
        merchant.own_tenant,
    )
    redeemers: set[UUID] = {
        row[0] for row in await admin.fetch("select subject_id from perk_redeemers")
    }
    assert {row["subject_id"] for row in borrowed} == redeemers
    assert {(row["staff_id"], row["reason"]) for row in borrowed} == {
        (merchant.own_staff, "perk redeemed")
    }
