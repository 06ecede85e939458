"""Each limit by itself: who comes after it is refused by name, nothing is written, and where it was reached is not said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_perks import build_perks

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.perks.limits import closed_because
from suxin.perks.models import Programme
from suxin.perks.redeeming import (
    complete_redemption,
    expire_redemption,
    grant_redemption,
    hold_redemption,
    roll_back_redemption,
)
from suxin.perks.refusals import (
    DayLimitReached,
    GroupTooLarge,
    HoldOver,
    PersonLimitReached,
    ProgrammeNotOpen,
    UsedAlready,
    UsesExceeded,
)
from suxin.perks.states import ProgrammeState
from suxin.tenancy.profiles import TenantKind

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def programme(**changes: Any) -> Programme:
    plain = {
        "state": ProgrammeState.PUBLISHED,
        "starts_on": date(2026, 11, 1),
        "ends_before": date(2026, 12, 1),
        "closed_on": [],
        "opens_minute": None,
        "closes_minute": None,
    }
    return Programme(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"state": ProgrammeState.SUSPENDED}, "已暂停"),
        ({"starts_on": date(2026, 11, 21)}, "2026-11-21 起有效"),
        ({"ends_before": date(2026, 11, 20)}, "已过有效期"),
        ({"closed_on": ["2026-11-20"]}, "今日不开放"),
        ({"opens_minute": 12 * 60, "closes_minute": 13 * 60}, None),
        ({"opens_minute": 11 * 60, "closes_minute": 12 * 60}, "不在开放时段"),
        ({"opens_minute": 12 * 60 + 1, "closes_minute": 1_440}, "不在开放时段"),
    ],
)
def test_a_programme_says_why_it_is_closed(changes: dict[str, Any], why: str | None) -> None:
    found = closed_because(programme(**changes), now=NOON)
    assert (None if found is None else found[0]) == why


async def count(admin: asyncpg.Connection) -> int:
    found: int = await admin.fetchval("select count(*) from perk_redemptions")
    return found


@pytest.mark.parametrize(
    ("limits", "persons", "refusal"),
    [
        ({"person_daily": 2, "party_limit": 2}, 2, PersonLimitReached),
        ({"person_total": 3, "party_limit": 2}, 2, PersonLimitReached),
        ({"daily": 3, "party_limit": 2}, 2, DayLimitReached),
        ({"party_limit": 1}, 1, GroupTooLarge),
    ],
)
async def test_the_next_one_is_refused_and_nothing_is_written(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    limits: dict[str, int],
    persons: int,
    refusal: type[Refusal],
) -> None:
    small = await build_perks(small_city)
    published = await small.published(**limits)
    someone = small_city.person_id
    held = await small.hold(published, someone, persons=persons)
    with pytest.raises(refusal):
        await small.hold(published, someone, persons=2)
    assert await count(admin) == 1
    if refusal is not GroupTooLarge:
        await small_city.act(
            roll_back_redemption, small.merchant, redemption_id=held.id, reason="改日再来"
        )
        # What was rolled back counts no more.
        assert await small.hold(published, someone, persons=2)


async def test_a_day_is_over_at_midnight_in_shanghai_and_a_lock_after_its_minutes(
    small_city: SmallCity,
) -> None:
    small = await build_perks(small_city)
    published = await small.published(person_daily=1, party_limit=1)
    someone = small_city.person_id
    held = await small.hold(published, someone)
    with pytest.raises(PersonLimitReached):
        await small.hold(published, someone)
    later = small_city.now + timedelta(minutes=6)
    with pytest.raises(HoldOver):
        await small_city.act(grant_redemption, small.merchant, redemption_id=held.id, now=later)
    again = await small.hold(published, someone, now=later)
    await small_city.act(grant_redemption, small.merchant, redemption_id=again.id, now=later)
    with pytest.raises(PersonLimitReached):
        await small.hold(published, someone, now=later)
    assert await small.hold(published, someone, now=small_city.now + timedelta(days=1))


async def test_a_scenario_is_counted_at_all_merchants_and_which_is_not_said(
    small_city: SmallCity,
) -> None:
    one = await build_perks(small_city)
    other = await build_perks(small_city, TenantKind.ATTRACTION)
    limits = {"scenario_monthly": 1, "party_limit": 1}
    at_one, at_other = await one.published(**limits), await other.published(**limits)
    someone = small_city.person_id
    held = await one.hold(at_one, someone)
    with pytest.raises(PersonLimitReached) as refused:
        await other.hold(at_other, someone)
    assert "某" not in refused.value.zh_message
    assert refused.value.facts == {}
    # Another's month is his own, and a visitor has none.
    known = await other.hold(at_other, small_city.stranger_id)
    assert await other.hold(at_other)
    # Two merchants cannot compare their customers.
    here = await one.hold(at_one, small_city.stranger_id, now=small_city.now + timedelta(days=31))
    assert len({held.handle, known.handle, here.handle}) == 3


async def test_uses_are_bounded_and_what_was_used_is_not_rolled_back(
    small_city: SmallCity,
) -> None:
    small = await build_perks(small_city)
    published = await small.published(uses_each=3)
    held = await small.hold(published)
    wanted = {"redemption_id": held.id}
    await small_city.act(grant_redemption, small.merchant, **wanted)
    for uses in (0, 4):
        with pytest.raises(UsesExceeded):
            await small_city.act(complete_redemption, small.merchant, **wanted, uses=uses)
    await small_city.act(complete_redemption, small.merchant, **wanted, uses=2, close=False)
    with pytest.raises(UsedAlready):
        await small_city.act(roll_back_redemption, small.merchant, **wanted, reason="x")
    with pytest.raises(UsesExceeded):
        await small_city.act(complete_redemption, small.merchant, **wanted, uses=2)


async def test_what_is_not_published_is_not_redeemed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    published = await small.published()
    with pytest.raises(ProgrammeNotOpen):
        await small_city.act(
            hold_redemption,
            small.merchant,
            programme_id=published.id,
            subject_id=None,
            now=small_city.now + timedelta(days=800),
        )
    assert await count(admin) == 0


async def test_the_platform_ends_what_nobody_used(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    published = await small.published(stock=9, uses_each=2, use_days=1)
    locked, given, used = [await small.hold(published) for _ in range(3)]
    for one in (given, used):
        await small_city.act(grant_redemption, small.merchant, redemption_id=one.id)
    await small_city.act(
        complete_redemption, small.merchant, redemption_id=used.id, uses=1, close=False
    )
    late = small_city.now + timedelta(days=2)
    for one in (locked, given, used):
        await as_platform(small_city, one.tenant_id, one.id, late)
    rows = await admin.fetch("select state, uses from perk_redemptions order by id")
    assert [tuple(row) for row in rows] == [("EXPIRED", 0), ("EXPIRED", 0), ("COMPLETED", 1)]


async def as_platform(city: SmallCity, tenant_id: Any, redemption_id: Any, now: datetime) -> None:
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        await expire_redemption(session, tenant_id=tenant_id, redemption_id=redemption_id, now=now)
