"""Limits after a default: nothing before its notice is over, an objection always freezes, one programme alone, and paid is over."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_covers import WAITED, SmallCover, build_cover
from small_limits import (
    PLATFORM,
    TOLD_FOR,
    decided,
    defaulted,
    follow,
    known_as_default,
    noticed,
    person_of,
    proposed,
)
from small_perks import build_perks, give_basis, give_tier
from sqlalchemy import text

from suxin.kernel.refusals import NotFound, Refusal
from suxin.perks.covers.refusals import CoverDisputeOpen
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.proposing import end_limit
from suxin.perks.limiting.queries import limits_about
from suxin.perks.limiting.refusals import (
    LimitExists,
    LimitNobody,
    LimitNotDefaulted,
    LimitObjectionOver,
    LimitTerm,
)
from suxin.perks.limiting.states import LimitState
from suxin.perks.orders.commands import sync_order
from suxin.perks.orders.models import ServiceOrder
from suxin.review.filing import withdraw_case
from suxin.review.jobs import end_of_time
from suxin.review.states import Outcome
from suxin.rights.kinds import KINDS, LIMIT_OBJECTION
from suxin.rights.limit_objections import object_to_limit


@pytest.fixture
async def small(small_city: SmallCity) -> SmallCover:
    return await build_cover(await build_perks(small_city))


async def contested(small: SmallCover, limit: Limit, *, now: datetime) -> Any:
    return await small.city.act(
        object_to_limit, person_of(small.city), limit_id=limit.id, reason="已当面付清", now=now
    )


async def stands(small: SmallCover, limit: Limit) -> LimitState:
    async with small.city.database.snapshot(small.perks.merchant, now=small.city.now) as session:
        return (await session.get_one(Limit, (limit.tenant_id, limit.id))).state


async def in_force(small: SmallCover) -> Limit:
    """Let a limit concern the city's person, and be in force."""
    limit = await noticed(small, await proposed(small, await defaulted(small)))
    assert limit.object_until is not None
    return await follow(small.city, limit, "let_take_effect", now=limit.object_until)


async def test_nothing_is_in_force_before_the_time_to_object_is_over(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    limit = await proposed(small, await defaulted(small))
    later = small.city.now + WAITED
    for state in (LimitState.PROPOSED, LimitState.NOTICED):
        found = await follow(small.city, limit, "let_take_effect", now=later)
        assert found.state is state
        limit = await noticed(small, limit)
    until = limit.object_until
    assert until is not None
    early = await follow(small.city, limit, "let_take_effect", now=until - timedelta(seconds=1))
    assert early.state is LimitState.NOTICED
    # Past every command the table itself refuses it.
    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute(
            "update perk_limits set state = 'EFFECTIVE', ends_on = $1, effective_at = $2",
            until.date(),
            until - timedelta(seconds=1),
        )
    done = await follow(small.city, limit, "let_take_effect", now=until)
    assert (done.state, done.effective_at) == (LimitState.EFFECTIVE, until)
    told = await admin.fetchval("select body from notices where title = '权益限制告知'")
    assert "不影响其他权益、您的评分和信用记录" in told


async def test_it_reaches_one_programme_and_ends_with_its_months(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    city, perks, someone = small.city, small.perks, small.city.person_id
    other = await perks.published()
    await give_tier(admin, city, someone, place=0)
    await give_basis(admin, city, someone, perks.merchant.own_tenant)

    async def labels() -> list[str]:
        held = [await perks.hold(one, someone) for one in (small.programme, other)]
        return [one.benefit_read.label for one in held]

    before = await labels()
    everybodys = [one.fallback_read.label for one in (small.programme, other)]
    assert not set(before) & set(everybodys)
    limit = await in_force(small)
    assert await labels() == [everybodys[0], before[1]]
    assert (await perks.hold(small.programme)).benefit_read.label == everybodys[0]
    records = await admin.fetchval("select count(*) from credit_records where source = 'perks'")
    assert records == 0
    assert limit.ends_on is not None
    over = datetime(limit.ends_on.year, limit.ends_on.month, limit.ends_on.day, tzinfo=city.now.tzinfo)  # fmt: skip
    assert (await follow(city, limit, "end_over", now=over - timedelta(days=1))).state is LimitState.EFFECTIVE  # fmt: skip
    assert (await follow(city, limit, "end_over", now=over)).state is LimitState.ENDED
    assert await labels() == before


@pytest.mark.parametrize(
    ("outcome", "lifted"),
    [(Outcome.GRANTED, True), (Outcome.DECLINED, False), (None, False)],
)
async def test_an_objection_freezes_until_two_people_have_decided(
    small: SmallCover, outcome: Outcome | None, *, lifted: bool
) -> None:
    city, limit = small.city, await noticed(small, await proposed(small, await defaulted(small)))
    filed_at = city.now + WAITED
    case = await contested(small, limit, now=filed_at)
    late = filed_at + TOLD_FOR
    assert (await follow(city, limit, "let_take_effect", now=late)).state is LimitState.CONTESTED
    with pytest.raises(CoverDisputeOpen):
        await small.claim(ServiceOrder(id=limit.order_id))
    if outcome is None:
        about = {"kind": LIMIT_OBJECTION, "case_id": case.id, "now": filed_at}
        await city.act(withdraw_case, person_of(city), **about)
    else:
        done = await decided(city, case, outcome, now=filed_at)
        if not lifted:
            assert await stands(small, limit) is LimitState.CONTESTED
            async with city.database.transaction(PLATFORM, now=done.due_at) as session:
                await end_of_time(
                    session,
                    KINDS,
                    subject_id=done.subject_id,
                    case_id=done.id,
                    due_at=done.due_at,
                    now=done.due_at,
                )
    expected = LimitState.LIFTED if lifted else LimitState.NOTICED
    assert await stands(small, limit) is expected
    with pytest.raises(LimitObjectionOver):
        await contested(small, limit, now=filed_at)
    after = await follow(city, limit, "let_take_effect", now=late)
    assert after.state is (LimitState.LIFTED if lifted else LimitState.EFFECTIVE)


@pytest.mark.parametrize("state", ["PROPOSED", "NOTICED", "CONTESTED", "EFFECTIVE"])
async def test_paid_is_over_wherever_it_stands(small: SmallCover, state: str) -> None:
    now = small.city.now + WAITED
    if state == "EFFECTIVE":
        limit = await in_force(small)
        now += TOLD_FOR
    else:
        limit = await proposed(small, await defaulted(small))
        if state != "PROPOSED":
            limit = await noticed(small, limit)
        if state == "CONTESTED":
            case = await contested(small, limit, now=now)
    assert await stands(small, limit) == state
    paying = {"order_id": limit.order_id, "paid_at": now, "now": now}
    await small.city.act(sync_order, small.perks.merchant, **paying)
    assert await stands(small, limit) is LimitState.ENDED
    if state == "CONTESTED":
        await decided(small.city, case, Outcome.GRANTED, now=now)
        assert await stands(small, limit) is LimitState.ENDED


async def test_only_a_confirmed_default_of_somebody_known_is_limited_once(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    fresh = await small.unpaid("A-1", subject_id=small.city.person_id)
    walk_in = await known_as_default(small, await small.unpaid("A-2"))
    order = await defaulted(small, number="A-3")

    async def refused(order: Any, **said: Any) -> type[Refusal]:
        async with nothing_written(admin):
            with pytest.raises(Refusal) as caught:
                await proposed(small, order, **said)
        return caught.type

    assert await refused(fresh) is LimitNotDefaulted
    assert await refused(walk_in) is LimitNobody
    assert await refused(order, months=13) is LimitTerm
    both = await asyncio.gather(*(proposed(small, order) for _ in range(2)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["Limit", "LimitExists"]
    limit = next(one for one in both if isinstance(one, Limit))
    assert await refused(order) is LimitExists
    await small.city.act(end_limit, small.perks.merchant, limit_id=limit.id, reason="误提")
    assert (await proposed(small, order)).id != limit.id


async def test_a_merchant_and_a_stranger_do_not_learn_whom_it_concerns(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    limit = await noticed(small, await proposed(small, await defaulted(small)))
    city = small.city
    async with city.database.snapshot(person_of(city), now=city.now) as session:
        rows = (await session.execute(limits_about(person_of(city)))).all()
    assert [row[0].id for row in rows] == [limit.id]
    merchants = city.database.snapshot(small.perks.merchant, now=city.now)
    async with merchants as session:
        found = await session.scalar(text("select count(*) from perk_limit_parties"))
    assert found == 0
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await city.act(object_to_limit, city.applicant, limit_id=limit.id, reason="x")
