"""An objection freezes; the supervisors decide, then the town; whatever stands goes on with its notice, or is posted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from arrangements import arrangement_2027
from small_city import SmallCity
from small_points import PLATFORM, SmallPoints, build_points

from suxin.grid.appealing import (
    answer_appeal,
    decide_for_town,
    object_to_claim,
    take_down_appeal,
    take_down_further,
    take_to_town,
)
from suxin.grid.chain import Said, check_claims
from suxin.grid.clocks import redate_claims
from suxin.grid.ending import end_of_time
from suxin.grid.models import PointClaim, PointNotice
from suxin.grid.noticing import publish_notice
from suxin.grid.posting import balance_of
from suxin.grid.refusals import AppealOver, NotYourAppeal
from suxin.grid.states import ClaimState, Verdict
from suxin.kernel.calendars import calendar_for_deadlines, load_arrangement
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import add_working_days
from suxin.lending.models.steps import StepNotPossible
from suxin.review.chains import SatBefore


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


def which(points: SmallPoints, claim: PointClaim) -> dict[str, Any]:
    return {"tenant_id": points.tenant_id, "claim_id": claim.id, "reason": "当天他不在村里"}


async def objected(points: SmallPoints) -> tuple[PointClaim, PointNotice]:
    """Put a claim on notice, and let the neighbour object."""
    claim = await points.record()
    notice = await points.notice(claim)
    await points.city.act(object_to_claim, points.neighbour, **which(points, claim))
    return claim, notice


async def answered(points: SmallPoints, claim: PointClaim, verdict: Verdict) -> None:
    await points.city.act(
        answer_appeal, points.person("supervisor"), claim_id=claim.id, verdict=verdict, answer="已走访核实"
    )  # fmt: skip


async def times_end(points: SmallPoints, claim: PointClaim) -> datetime:
    """Let the time of a claim end, as the job does."""
    due_at = (await points.claim(claim)).due_at
    assert due_at is not None
    moment = due_at + timedelta(seconds=1)
    async with points.city.database.transaction(PLATFORM, now=moment) as session:
        await end_of_time(
            session, tenant_id=points.tenant_id, claim_id=claim.id, due_at=due_at, now=moment
        )
    return moment


async def balance(points: SmallPoints) -> int:
    async with points.city.database.transaction(PLATFORM, now=points.city.now) as session:
        return await balance_of(session, points.tenant_id, points.households[0])


async def test_an_objection_freezes_although_the_notice_is_over(points: SmallPoints) -> None:
    claim, notice = await objected(points)
    await points.end_notice(notice)
    assert (await points.claim(claim)).state is ClaimState.APPEALED
    assert await balance(points) == 0
    with pytest.raises(StepNotPossible):
        await points.city.act(object_to_claim, points.neighbour, **which(points, claim))


async def test_what_the_supervisors_uphold_is_posted_when_nobody_goes_on(
    points: SmallPoints,
) -> None:
    claim, _ = await objected(points)
    await answered(points, claim, Verdict.FOR)
    assert await balance(points) == 0
    await times_end(points, claim)
    # Five working days of notice are over by then: the answer may be contested for five more.
    assert (await points.claim(claim)).state is ClaimState.POSTED
    assert await balance(points) == 2


async def test_what_they_do_not_uphold_ends_with_nothing_posted(points: SmallPoints) -> None:
    claim, _ = await objected(points)
    await answered(points, claim, Verdict.AGAINST)
    await times_end(points, claim)
    ended = await points.claim(claim)
    assert (ended.state, ended.reason) == (ClaimState.REJECTED, "已走访核实")
    assert await balance(points) == 0


async def test_the_town_decides_last_and_a_notice_that_stands_goes_on(
    points: SmallPoints,
) -> None:
    claim, notice = await objected(points)
    await answered(points, claim, Verdict.AGAINST)
    third = points.city.applicant
    with pytest.raises(NotFound):
        await points.city.act(decide_for_town, points.town, claim_id=claim.id, verdict=Verdict.FOR, answer="核实属实")  # fmt: skip
    assert third.person_id == points.resident.person_id
    await points.city.act(take_to_town, points.resident, **which(points, claim))
    await points.city.act(decide_for_town, points.town, claim_id=claim.id, verdict=Verdict.FOR, answer="核实属实")  # fmt: skip
    assert (await points.claim(claim)).state is ClaimState.NOTICED
    await points.end_notice(notice)
    assert await balance(points) == 2


async def test_the_town_reads_only_what_was_taken_to_it(points: SmallPoints) -> None:
    claim, _ = await objected(points)
    async with points.city.database.transaction(points.town, now=points.city.now) as session:
        assert await session.get(PointClaim, (points.tenant_id, claim.id)) is None
    await answered(points, claim, Verdict.FOR)
    await points.city.act(take_down_further, points.person("grid_worker"), claim_id=claim.id, reason="当事人不服")  # fmt: skip
    async with points.city.database.transaction(points.town, now=points.city.now) as session:
        assert await session.get(PointClaim, (points.tenant_id, claim.id)) is not None


async def test_a_refusal_is_appealed_by_the_household_alone_and_then_put_on_notice(
    points: SmallPoints,
) -> None:
    claim = await points.record()
    refused = [Said(claim_id=claim.id, verdict=Verdict.AGAINST, reason="没有证据")]
    await points.city.act(check_claims, points.person("grid_worker2"), said=refused)
    with pytest.raises(NotFound):
        await points.city.act(object_to_claim, points.neighbour, **which(points, claim))
    await points.city.act(object_to_claim, points.resident, **which(points, claim))
    await answered(points, claim, Verdict.FOR)
    await times_end(points, claim)
    assert (await points.claim(claim)).state is ClaimState.APPROVED
    await points.city.act(publish_notice, points.person("village_admin"))
    assert (await points.claim(claim)).state is ClaimState.NOTICED


async def test_a_refusal_that_nobody_appeals_is_final(points: SmallPoints) -> None:
    claim = await points.record()
    refused = [Said(claim_id=claim.id, verdict=Verdict.AGAINST, reason="没有证据")]
    await points.city.act(check_claims, points.person("grid_worker2"), said=refused)
    late = await times_end(points, claim)
    assert (await points.claim(claim)).state is ClaimState.REJECTED
    with pytest.raises(StepNotPossible):
        await points.city.act(object_to_claim, points.resident, now=late, **which(points, claim))


async def test_whoever_sat_before_does_not_answer(points: SmallPoints) -> None:
    claim, _ = await objected(points)
    await answered(points, claim, Verdict.FOR)
    await times_end(points, claim)
    second = await points.record(note="又一次")
    await points.notice(second)
    await points.city.act(object_to_claim, points.neighbour, **which(points, second))
    await points.admin.execute(
        "update grid_claim_seats set staff_id = $1 where claim_id = $2 and body = 'checker'",
        points.person("supervisor").staff_id,
        second.id,
    )
    with pytest.raises(SatBefore):
        await answered(points, second, Verdict.FOR)


async def test_only_whoever_objected_or_the_household_goes_on(points: SmallPoints) -> None:
    claim = await points.record()
    await points.notice(claim)
    worker = points.person("grid_worker")
    with pytest.raises(Invalid):
        await points.city.act(
            take_down_appeal, worker, claim_id=claim.id, resident=" ", reason="不实"
        )
    await points.city.act(
        take_down_appeal, worker, claim_id=claim.id, resident="张某", reason="不实"
    )
    await answered(points, claim, Verdict.FOR)
    with pytest.raises(NotYourAppeal):
        await points.city.act(take_to_town, points.neighbour, **which(points, claim))


async def test_an_objection_after_the_notice_is_too_late(points: SmallPoints) -> None:
    claim = await points.record()
    notice = await points.notice(claim)
    late = notice.ends_at + timedelta(seconds=1)
    with pytest.raises(AppealOver):
        await points.city.act(object_to_claim, points.neighbour, now=late, **which(points, claim))
    assert (await points.claim(claim)).state is ClaimState.NOTICED


async def test_what_is_not_done_in_time_is_late_and_goes_on(points: SmallPoints) -> None:
    claim = await points.record()
    await times_end(points, claim)
    late = await points.claim(claim)
    assert late.late_at is not None
    assert late.state is ClaimState.SUBMITTED
    await points.check(claim)
    assert (await points.claim(claim)).late_at is None


async def test_a_years_holidays_move_the_running_times(points: SmallPoints) -> None:
    city, claim = points.city, await points.record()
    december = datetime(2026, 12, 30, 4, tzinfo=UTC)
    await points.admin.execute(
        "update grid_claims set due_from = $1, due_days = 3, due_at = $2, due_provisional = true",
        december,
        datetime(2027, 1, 5, 15, 59, 59, tzinfo=UTC),
    )
    await city.act(load_arrangement, city.operator, arrangement=arrangement_2027())
    async with city.database.transaction(PLATFORM, now=december) as session:
        assert await redate_claims(session, year=2027, after=None, now=december) is None
    moved = await points.claim(claim)
    async with city.database.transaction(PLATFORM, now=december) as session:
        due = add_working_days(december, 3, calendar=await calendar_for_deadlines(session))
    assert (moved.due_at, moved.due_provisional) == (due.at, False)
