"""An arrangement is published: deadlines that run move with their timers and claims, and nothing else does."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from arrangements import SOURCE, arrangement_2027
from observing import HANDLERS, as_platform, carry_out, nothing_written, one, posted
from small_city import Bank, SmallCity, offered

from suxin.kernel import performing
from suxin.kernel.calendars import (
    CALENDAR_CHANGED_TOPIC,
    Loading,
    calendar_for_deadlines,
    load_arrangement,
)
from suxin.lending.commands import redating
from suxin.lending.commands.offers import withdraw_offer
from suxin.lending.commands.referrals import accept_referral, claim_lead, decline_referral
from suxin.lending.models import DispatchMode
from suxin.lending.terms import DeclineReason
from suxin_tenants import PROFILES

REFERRAL = "select * from referrals where id = $1"
# A Wednesday; the ends of one, three and five working days are 31 December, 5 and 7 January, as far as is known.
START = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = {"off": ["2027-01-04"]}
EARLIER = {"workdays": ["2027-01-02"]}


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:59:59+00:00")


async def load(city: SmallCity, *, now: datetime = START + HOUR, **changes: Any) -> Loading:
    loading: Loading = await city.act(
        load_arrangement, city.operator, arrangement=arrangement_2027(**changes), now=now
    )
    return loading


async def redated(
    city: SmallCity, admin: asyncpg.Connection, *, now: datetime = START + HOUR, **changes: Any
) -> None:
    """Load an arrangement and carry out the jobs that follow from it."""
    await load(city, now=now, **changes)
    assert await carry_out(city, admin, CALENDAR_CHANGED_TOPIC, now=now) == 1


async def referred(city: SmallCity, bank: Bank) -> UUID:
    return await city.referral_to(await city.submit(now=START), bank)


async def dues(admin: asyncpg.Connection, referral_id: UUID) -> tuple[datetime, ...]:
    row = await one(admin, REFERRAL, referral_id)
    return row["accept_by"], row["contact_by"], row["decide_by"]


async def timers(admin: asyncpg.Connection, step: str, referral_id: UUID) -> list[datetime]:
    return [
        row["not_before"]
        for row in await posted(admin, f"lending.referral.{step}_due")
        if json.loads(row["payload"])["referral_id"] == str(referral_id)
    ]


@pytest.mark.parametrize(
    ("changes", "contact", "decide"),
    [(LATER, "2027-01-06", "2027-01-08"), (EARLIER, "2027-01-04", "2027-01-06")],
)
async def test_running_deadlines_move_with_their_timers_and_the_bank_is_told(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, list[str]],
    contact: str,
    decide: str,
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    assert (await one(admin, REFERRAL, referral_id))["deadlines_provisional"]
    before = await dues(admin, referral_id)
    await redated(small_city, admin, **changes)

    assert await dues(admin, referral_id) == (before[0], end_of(contact), end_of(decide))
    assert not (await one(admin, REFERRAL, referral_id))["deadlines_provisional"]
    assert await timers(admin, "accept", referral_id) == [before[0]]
    assert await timers(admin, "contact", referral_id) == [before[1], end_of(contact)]
    assert await timers(admin, "decide", referral_id) == [before[2], end_of(decide)]
    told = await one(
        admin,
        "select n.body, l.number from notices n, leads l where n.tenant_id = $1 and n.title = '办理时限已调整'",
        bank.tenant_id,
    )
    days = [f"2027 年 1 月 {int(day[-2:])} 日" for day in (contact, decide)]
    assert told["body"] == (
        f"线索 {told['number']}：按{SOURCE}，联系时限由 2027 年 1 月 5 日改为 {days[0]}，"
        f"答复时限由 2027 年 1 月 7 日改为 {days[1]}。"
    )


async def test_a_deadline_that_stays_loses_its_mark_and_nothing_else(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    before = await dues(admin, referral_id)
    notices = await admin.fetchval("select count(*) from notices")
    await redated(small_city, admin)
    assert await dues(admin, referral_id) == before
    assert not (await one(admin, REFERRAL, referral_id))["deadlines_provisional"]
    assert await timers(admin, "decide", referral_id) == [before[2]]
    assert await admin.fetchval("select count(*) from notices") == notices


async def test_the_old_timer_finds_nothing_to_do_and_the_new_one_does(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    referral_id = await referred(small_city, small_city.banks[0])
    await redated(small_city, admin, off=["2026-12-31", "2027-01-04"])
    old, new = end_of("2026-12-31"), end_of("2027-01-05")
    assert await timers(admin, "accept", referral_id) == [old, new]
    assert await carry_out(small_city, admin, "lending.referral.accept_due", now=old) == 2
    assert (await one(admin, REFERRAL, referral_id))["state"] == "DISPATCHED"
    assert await carry_out(small_city, admin, "lending.referral.accept_due", now=new) == 2
    assert (await one(admin, REFERRAL, referral_id))["state"] == "LAPSED"


async def test_a_closed_referral_and_a_step_that_was_taken_are_untouched(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, other = small_city.banks
    submitted = await small_city.submit(now=START)
    closed = await small_city.referral_to(submitted, other)
    running = await small_city.referral_to(submitted, bank)
    await small_city.act(
        decline_referral,
        other.officer,
        referral_id=closed,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
        now=START,
    )
    await small_city.act(accept_referral, bank.officer, referral_id=running, now=START)
    before, accept = await one(admin, REFERRAL, closed), (await dues(admin, running))[0]
    await redated(small_city, admin, off=["2026-12-31", "2027-01-04"])
    assert await one(admin, REFERRAL, closed) == before
    assert before["deadlines_provisional"]
    after = await dues(admin, running)
    assert (after[0], after[2]) == (accept, end_of("2027-01-11"))


async def test_a_claim_is_held_for_as_long_as_its_deadline(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    pool = await small_city.submit(mode=DispatchMode.OPEN_POOL, now=START)
    assert pool.lead is not None
    claimed = await small_city.act(
        claim_lead, bank.officer, lead_id=pool.lead.id, profiles=PROFILES, now=START
    )
    used = "select used from quotas where tenant_id = $1 and name = 'open_claims'"
    assert await admin.fetchval(used, bank.tenant_id) == 1
    await redated(small_city, admin, **LATER)
    assert await admin.fetchval(used, bank.tenant_id) == 1
    held = await admin.fetchval("select claim_expires_at from leads where id = $1", pool.lead.id)
    assert held == (await dues(admin, claimed.id))[1] == end_of("2027-01-06")


async def test_after_an_offer_the_time_to_decide_moves_quietly_and_binds_when_it_is_taken_back(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank, now=START)
    referral_id = await small_city.referral_to(submitted, bank)
    await redated(small_city, admin, **LATER)
    decide = end_of("2027-01-08")
    assert (await dues(admin, referral_id))[2] == decide
    assert await timers(admin, "decide", referral_id) == [end_of("2027-01-07"), decide]
    told = "select count(*) from notices where tenant_id = $1 and title = '办理时限已调整'"
    assert await admin.fetchval(told, bank.tenant_id) == 0
    await small_city.act(withdraw_offer, bank.officer, offer_id=offer_id, now=START + 2 * HOUR)
    assert (await dues(admin, referral_id))[2] == decide


async def test_a_time_to_decide_that_began_anew_is_counted_from_there(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    start = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)
    submitted = await small_city.submit(now=start)
    await small_city.consent(submitted.request.id, bank, now=start)
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id, now=start)
    late = end_of("2026-12-29")
    await carry_out(small_city, admin, "lending.referral.decide_due", now=late)
    row = await one(admin, REFERRAL, referral_id)
    assert (row["decide_from"], row["decide_by"]) == (late, end_of("2027-01-06"))
    await redated(small_city, admin, now=late + HOUR, **LATER)
    assert (await dues(admin, referral_id))[2] == end_of("2027-01-07")


async def test_what_is_published_late_makes_no_bank_late_at_once(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The Sunday was worked, which nobody knew; the bank keeps the end of the next working day."""
    referral_id = await referred(small_city, small_city.banks[0])
    now = end_of("2027-01-05") - 2 * HOUR
    await redated(small_city, admin, now=now, workdays=["2027-01-02", "2027-01-03"])
    assert (await dues(admin, referral_id))[1:] == (end_of("2027-01-05"), end_of("2027-01-06"))


async def test_doing_it_again_changes_nothing(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await referred(small_city, small_city.banks[0])
    await redated(small_city, admin, **LATER)
    (row,) = await posted(admin, CALENDAR_CHANGED_TOPIC)
    now = START + 2 * HOUR
    async with nothing_written(admin):
        assert not await performing.perform(small_city.database, row["id"], HANDLERS, now=now)
        await as_platform(small_city, redating.redate_deadlines, year=2027, after=None, now=now)


async def test_a_correction_moves_what_was_settled(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    referral_id = await referred(small_city, small_city.banks[0])
    await redated(small_city, admin, **LATER)
    await redated(small_city, admin, now=START + 2 * HOUR, **EARLIER)
    assert (await dues(admin, referral_id))[1:] == (end_of("2027-01-04"), end_of("2027-01-06"))


async def test_many_are_worked_out_in_chunks_each_leaving_where_the_next_begins(
    small_city: SmallCity, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redating, "CHUNK", 1)
    await small_city.submit(now=START)
    await load(small_city, **LATER)
    now = START + HOUR
    await carry_out(small_city, admin, CALENDAR_CHANGED_TOPIC, now=now)
    settled = "select count(*) from referrals where not deadlines_provisional"
    counts = [await admin.fetchval(settled)]
    while await carry_out(small_city, admin, redating.REDATE_TOPIC, now=now):
        counts.append(await admin.fetchval(settled))
    assert counts == [1, 2, 2]


async def test_no_deadline_by_the_old_calendar_is_left_behind(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Loading waits for a transaction that has read the calendar; the job then sees what that one stored."""
    bank = small_city.banks[0]
    async with small_city.database.transaction(bank.officer, now=START) as session:
        assert not (await calendar_for_deadlines(session)).arrangements
        loading = asyncio.create_task(load(small_city, **LATER))
        await asyncio.sleep(0.2)
        assert not loading.done()
    assert await loading is Loading.ADDED


async def test_deadlines_set_afterwards_follow_the_arrangement(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await load(small_city, **LATER)
    referral_id = await referred(small_city, small_city.banks[0])
    row = await one(admin, REFERRAL, referral_id)
    assert (row["contact_by"], row["deadlines_provisional"]) == (end_of("2027-01-06"), False)
