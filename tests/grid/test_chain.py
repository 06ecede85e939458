"""The path of a claim: checked, decided by a quorum, put on notice, posted; nobody sits twice, nor on his own."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_points import PLATFORM, SmallPoints, add_household, build_points

from suxin.grid.chain import Said, check_claims, declare_home, vote_on_claims
from suxin.grid.claiming import record_claim, record_own_claim, withdraw_claim, withdraw_own_claim
from suxin.grid.contents import digest
from suxin.grid.models import PointClaim
from suxin.grid.noticing import publish_notice
from suxin.grid.posting import ask_reversal, balance_of, confirm_reversal
from suxin.grid.refusals import (
    CapReached,
    ClaimIdTaken,
    DigestWrong,
    HomeUnknown,
    NothingToNotice,
    NotOfVillage,
    ReversalByAnother,
)
from suxin.grid.states import ClaimState, Verdict
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending.models.steps import StepNotPossible
from suxin.review.chains import OwnFamily, OwnMatter, SatBefore


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


def said(claim: PointClaim, verdict: Verdict = Verdict.FOR, reason: str = "") -> list[Said]:
    return [Said(claim_id=claim.id, verdict=verdict, reason=reason)]


async def balance(points: SmallPoints, which: int = 0) -> int:
    async with points.city.database.transaction(PLATFORM, now=points.city.now) as session:
        return await balance_of(session, points.tenant_id, points.households[which])


async def test_what_nobody_objects_to_is_posted_when_its_notice_is_over(
    points: SmallPoints,
) -> None:
    claim = await points.record()
    notice = await points.notice(claim)
    assert (await points.claim(claim)).state is ClaimState.NOTICED
    assert await balance(points) == 0
    await points.end_notice(notice)
    posted = await points.claim(claim)
    assert (posted.state, posted.posted_points) == (ClaimState.POSTED, 2)
    assert await balance(points) == 2
    await points.end_notice(notice)
    assert await balance(points) == 2


async def test_a_notice_stands_five_working_days_and_not_a_second_less(
    points: SmallPoints,
) -> None:
    notice = await points.notice(await points.record())
    assert notice.days == 5
    early = notice.ends_at - timedelta(seconds=1)
    from suxin.grid.noticing import notice_over

    async with points.city.database.transaction(PLATFORM, now=early) as session:
        await notice_over(session, tenant_id=points.tenant_id, notice_id=notice.id, now=early)
    assert await balance(points) == 0


async def test_the_same_claim_twice_is_one_and_another_under_its_id_is_refused(
    points: SmallPoints,
) -> None:
    city, worker, content, id_ = points.city, points.person("grid_worker"), points.content(), new_id(points.city.now)  # fmt: skip
    given = {"claim_id": id_, "sealer": city.sealer}
    first = await city.act(record_claim, worker, content=content, content_hash=digest(content), **given)  # fmt: skip
    again = await city.act(record_claim, worker, content=content, content_hash=digest(content), **given)  # fmt: skip
    assert (first.existed, again.existed) == (False, True)
    other = points.content(note="别的")
    with pytest.raises(ClaimIdTaken):
        await city.act(record_claim, worker, content=other, content_hash=digest(other), **given)
    with pytest.raises(DigestWrong) as wrong:
        await city.act(record_claim, worker, content=other, content_hash=digest(content), **given)
    assert wrong.value.facts["digest"] == digest(other)
    assert await points.admin.fetchval("select count(*) from grid_claims") == 1


async def test_two_who_send_the_same_claim_at_once_make_one(points: SmallPoints) -> None:
    city, content, id_ = points.city, points.content(), new_id(points.city.now)
    given = {"claim_id": id_, "content": content, "content_hash": digest(content), "sealer": city.sealer}  # fmt: skip
    worker = points.person("grid_worker")
    both = await asyncio.gather(*(city.act(record_claim, worker, **given) for _ in range(2)))
    assert sorted(one.existed for one in both) == [False, True]


async def test_a_cap_is_not_passed_by_two_at_once(points: SmallPoints) -> None:
    """Ten points a week: five claims of two points fit, whoever is first."""
    answers = await asyncio.gather(
        *(points.record(note=f"第 {number} 次") for number in range(7)), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, CapReached)]
    assert (len(answers) - len(refused), len(refused)) == (5, 2)
    assert await points.admin.fetchval("select sum(points) from grid_claims") == 10


async def test_nobody_sits_twice_nor_on_what_he_recorded(points: SmallPoints) -> None:
    claim = await points.record()
    with pytest.raises(OwnMatter):
        await points.check(claim, by="grid_worker")
    await points.check(claim)
    member = points.person("committee1")
    await points.city.act(vote_on_claims, member, said=said(claim))
    with pytest.raises(SatBefore):
        await points.city.act(vote_on_claims, member, said=said(claim))
    assert await points.admin.fetchval("select count(*) from grid_claim_seats") == 2


async def test_nobody_sits_on_his_own_households_claim(points: SmallPoints) -> None:
    claim, checker = await points.record(), points.person("grid_worker2")
    boss = points.person("village_admin")
    home = {"staff_id": checker.staff_id, "household_id": points.households[0]}
    await points.city.act(declare_home, boss, **home)
    with pytest.raises(OwnFamily):
        await points.check(claim)
    with pytest.raises(Forbidden):
        await points.city.act(declare_home, boss, staff_id=boss.staff_id, household_id=None)


async def test_whose_home_is_unknown_sits_on_nothing(points: SmallPoints) -> None:
    claim = await points.record()
    await points.admin.execute("delete from grid_staff_homes")
    with pytest.raises(HomeUnknown):
        await points.check(claim)


async def test_the_committee_decides_by_the_majority_of_three(points: SmallPoints) -> None:
    claim = await points.record()
    await points.check(claim)
    for number, verdict in ((1, Verdict.FOR), (2, Verdict.AGAINST)):
        await points.city.act(
            vote_on_claims, points.person(f"committee{number}"), said=said(claim, verdict, "不属实")
        )
        assert (await points.claim(claim)).state is ClaimState.CHECKED
    await points.city.act(
        vote_on_claims, points.person("committee3"), said=said(claim, Verdict.AGAINST, "重复")
    )
    refused = await points.claim(claim)
    # Both spoke at one moment here, so that neither came first.
    assert refused.state is ClaimState.REFUSED
    assert set((refused.reason or "").split("；")) == {"不属实", "重复"}


async def test_against_a_claim_a_reason_is_given_and_many_are_decided_at_once(
    points: SmallPoints,
) -> None:
    one, two = await points.record(), await points.record(note="又一次")
    with pytest.raises(Invalid):
        await points.city.act(
            check_claims, points.person("grid_worker2"), said=said(one, Verdict.AGAINST)
        )
    both = [*said(one), *said(two, Verdict.AGAINST, "重复申报")]
    await points.city.act(check_claims, points.person("grid_worker2"), said=both)
    assert [(await points.claim(each)).state for each in (one, two)] == [
        ClaimState.CHECKED,
        ClaimState.REFUSED,
    ]


async def test_no_step_is_left_out(points: SmallPoints) -> None:
    claim = await points.record()
    with pytest.raises(StepNotPossible):
        await points.city.act(vote_on_claims, points.person("committee1"), said=said(claim))
    with pytest.raises(NothingToNotice):
        await points.city.act(publish_notice, points.person("village_admin"))
    with pytest.raises(asyncpg.CheckViolationError):
        await points.admin.execute(
            "update grid_claims set state = 'POSTED', posted_at = now(), posted_points = 2, ended_at = now()"
        )


async def test_a_resident_claims_for_his_own_household_alone(points: SmallPoints) -> None:
    city, content = points.city, points.content()
    given = {
        "tenant_id": points.tenant_id,
        "claim_id": new_id(city.now),
        "content": content,
        "content_hash": digest(content),
        "sealer": city.sealer,
    }
    with pytest.raises(NotOfVillage):
        await city.act(record_own_claim, points.neighbour, **given)
    recorded = await city.act(record_own_claim, points.resident, **given)
    which = {"tenant_id": points.tenant_id, "claim_id": recorded.claim.id}
    with pytest.raises(NotFound):
        await city.act(withdraw_own_claim, points.neighbour, **which)
    withdrawn = await city.act(withdraw_own_claim, points.resident, **which)
    assert withdrawn.state is ClaimState.WITHDRAWN
    with pytest.raises(NotFound):
        await city.act(withdraw_claim, points.person("grid_worker"), claim_id=recorded.claim.id)


async def test_what_was_posted_is_reversed_by_two_people_and_stays_written(
    points: SmallPoints,
) -> None:
    claim = await points.record()
    await points.end_notice(await points.notice(claim))
    boss, other = points.person("village_admin"), points.person("supervisor")
    with pytest.raises(ReversalByAnother):
        await points.city.act(confirm_reversal, other, claim_id=claim.id)
    await points.city.act(ask_reversal, boss, claim_id=claim.id, reason="登记错误")
    with pytest.raises(ReversalByAnother):
        await points.city.act(confirm_reversal, boss, claim_id=claim.id)
    await points.city.act(confirm_reversal, other, claim_id=claim.id)
    assert (await points.claim(claim)).state is ClaimState.REVERSED
    assert await balance(points) == 0
    assert await points.admin.fetchval("select count(*) from ledger_transfers where code like 'grid.%'") == 2  # fmt: skip


async def test_a_household_that_moved_away_claims_nothing(points: SmallPoints) -> None:
    household_id, member_id = await add_household(
        points.city, points.admin, points.tenant_id, "009", None
    )
    await points.admin.execute(
        "update households set state = 'MOVED_AWAY', ended_at = now() where id = $1", household_id
    )
    from suxin.villages.states import HouseholdElsewhere

    with pytest.raises(HouseholdElsewhere):
        await points.record(household_id=household_id, member_id=member_id)
