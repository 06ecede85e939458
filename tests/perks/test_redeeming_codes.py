"""Redeeming by code in few round trips: what it writes is what a session writes, and what it cannot do a session does."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from observing import nothing_written
from sent_statements import sent_statements
from small_city import SmallCity
from small_codes import SmallCodes, code_of, resident_of
from small_perks import SmallPerks, build_perks, give_tier

from suxin.kernel.refusals import Refusal
from suxin.perks import redeeming_codes
from suxin.perks.redeeming_codes import CodeRedeeming
from suxin_tenants.merchant.till_shapes import shown

ROWS = """
    select r.state, r.uses, r.used_value_fen, r.held_by, r.granted_at, r.use_by, r.ended_at, r.benefit::text, r.handle is not null as named,
      m.subject_id, m.scenario_code, m.persons, m.day, (m.consent_id is not null) as agreed,
      e.type, e.data - 'programme' as said,
      (select array_agg((f.number, f.period, f.at_desk, f.at, f.categories)::text) from consent_fetches f where f.consent_id = m.consent_id) as uses_of_consent,
      (select array_agg(b.ended_at) from access_bases b where b.source_id = m.consent_id) as ended,
      (select array_agg((t.phase, t.code, t.amount, t.reference = r.id::text)::text order by t.asset) from ledger_transfers t
       where t.reference = r.id::text) as moved
    from perk_redemptions r join perk_redeemers m on m.redemption_id = r.id join tenant_events e on e.object_id = r.id order by r.id"""
ACTS = """
    select action, actor_kind, staff_id, tenant_id, subject_id, consent_id is null as unbound, object_type, purpose, categories, fields, row_count, detail, at
    from audit_entries where request_id = $1 order by action, detail::text"""
JOBS = "select topic, tenant_id, sandbox_id, created_at, not_before, attempts, array(select jsonb_object_keys(payload) order by 1) named from outbox where id > $1 order by topic"


@pytest.fixture
async def perks(small_city: SmallCity) -> SmallPerks:
    return await build_perks(small_city)


@pytest.fixture
async def codes(small_city: SmallCity, perks: SmallPerks, admin) -> SmallCodes:
    await give_tier(admin, small_city, small_city.person_id, 0)
    return SmallCodes(perks=perks, resident=resident_of(small_city))


@pytest.fixture
async def redeeming(small_city: SmallCity):
    redeeming = CodeRedeeming(small_city.database, operation="perks.redeem")
    yield redeeming
    await redeeming.close()


@pytest.fixture
def in_session(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of those who were served in a session."""
    served: list[str] = []
    by_session = CodeRedeeming._in_session

    async def noted(redeeming: CodeRedeeming, asked: Any, *given: Any) -> Any:
        served.append(asked.key)
        return await by_session(redeeming, asked, *given)

    monkeypatch.setattr(CodeRedeeming, "_in_session", noted)
    return served


async def redeemed(redeeming: CodeRedeeming, perks: SmallPerks, code: str, **given: Any) -> Any:
    """Ask for one redemption; a refusal is an answer, by its code."""
    asked = {"actor": perks.merchant, "key": f"till-{uuid4()}", "persons": 1, **given}
    try:
        return await redeeming.redeem(
            asked.pop("actor"),
            code=code,
            request={"code": code, "persons": asked["persons"]},
            sealer=perks.city.sealer,
            show=shown,
            now=perks.city.now,
            **asked,
        )
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize("agree", [True, False])
async def test_both_ways_write_the_same(
    agree, perks, codes, redeeming, in_session, admin: asyncpg.Connection, monkeypatch
) -> None:
    programme = await perks.published(stock=9, budget_fen=60_000, person_total=9)
    written = []
    for way in ("shortly", "in a session"):
        opened = (await codes.present(programme, agree=agree)).opened
        last = await admin.fetchval("select coalesce(max(id::text), '')::text from outbox")
        if way == "in a session":
            monkeypatch.setattr(redeeming_codes, "look_at_code", _nothing_seen)
        actor = replace(perks.merchant, request_id=way)
        done = await redeemed(
            redeeming,
            perks,
            code_of(opened, perks.city.now),
            actor=actor,
            key=f"till-key-{way[:2]}",
        )
        assert not done.replayed
        acts = [tuple(row) for row in await admin.fetch(ACTS, way)]
        jobs = [
            tuple(row) for row in await admin.fetch(JOBS.replace("id > $1", "id::text > $1"), last)
        ]
        used = await admin.fetchval("select used_at from presentation_passes")
        written.append((acts, jobs, used))
    assert in_session == ["till-key-in"]
    short, plain = await admin.fetch(ROWS)
    assert tuple(short) == tuple(plain)
    assert written[0] == written[1]
    assert (len(written[0][0]), len(written[0][1])) == ((4, 1) if agree else (2, 0))
    assert short["agreed"] is agree


async def _nothing_seen(*_: Any, **__: Any) -> None:
    """Whatever is shown, a session has to look at it."""


async def test_a_code_is_taken_in_three_round_trips_and_once(
    perks, codes, redeeming, in_session, admin
) -> None:
    programme = await perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, perks.city.now)
    answers = await asyncio.gather(*(redeemed(redeeming, perks, code) for _ in "abc"))
    told = sorted(str(getattr(one, "replayed", one)) for one in answers)
    assert told == ["False", "PRESENTATION_CODE_REPLAYED", "PRESENTATION_CODE_REPLAYED"]
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1
    second = code_of((await codes.present(programme, agree=None)).opened, perks.city.now)
    in_session.clear()
    async with sent_statements(perks.city.database) as sent:
        first = await redeemed(redeeming, perks, second, key="till-key-1")
    assert (sent, in_session) == ([], [])
    async with nothing_written(admin):
        again = await redeemed(redeeming, perks, second, key="till-key-1")
        assert (again.result, again.replayed) == (first.result, True)


async def test_what_stands_in_the_way_is_refused_by_the_session(
    perks, codes, redeeming, in_session, admin
) -> None:
    programme = await perks.published(stock=1, party_limit=1, person_daily=1)
    now = perks.city.now
    first = code_of((await codes.present(programme, agree=True)).opened, now)
    assert not (await redeemed(redeeming, perks, first)).replayed
    assert in_session == []
    second = code_of((await codes.present(programme, agree=True)).opened, now)
    async with nothing_written(admin):
        assert await redeemed(redeeming, perks, second) == "PERK_PERSON_LIMIT"
        assert await redeemed(redeeming, perks, second, persons=2) == "PERK_GROUP_TOO_LARGE"
        assert await redeemed(redeeming, perks, second, key="short") == "IDEMPOTENCY_KEY_INVALID"
        assert await redeemed(redeeming, perks, "4111 1111") == "PRESENTATION_CODE_UNREADABLE"
    assert len(in_session) == 4


async def test_a_consent_taken_back_meanwhile_opens_no_benefit(
    perks, codes, redeeming, in_session, admin
) -> None:
    programme = await perks.published(stock=9)
    code = code_of((await codes.present(programme, agree=True)).opened, perks.city.now)
    await admin.execute("update access_bases set ended_at = $1", perks.city.now)
    done = await redeemed(redeeming, perks, code)
    assert done.result["benefit"]["label"] == programme.fallback_read.label
    assert len(in_session) == 1
    assert (
        await admin.fetchval("select count(*) from audit_entries where object_type = 'score_tier'")
        == 0
    )
