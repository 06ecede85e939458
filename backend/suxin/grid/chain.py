"""What the village's people say of claims: the first check by one, the committee's votes, each for many claims at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import clocks, queries
from suxin.grid.models import ClaimSeat, PointClaim, StaffHome
from suxin.grid.policies import CLAIM_CHECK, CLAIM_DECIDE, RULE_MANAGE
from suxin.grid.refusals import HomeUnknown
from suxin.grid.rule_sets import checked_reason
from suxin.grid.states import Body, Verdict
from suxin.grid.telling import record_step, tell_household, tell_village
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.review.chains import Matter, outcome, require_seat
from suxin.tenancy.models import StaffMember
from suxin.villages import queries as villages

QUORUM: Final = 3
"""How many of the committee speak on a claim; the majority of them decides. Proposed."""

MAX_BATCH: Final = 100
"""How many claims one page decides at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of one claim; against it he says why."""

    claim_id: UUID
    verdict: Verdict
    reason: str = ""


async def declare_home(
    session: AsyncSession,
    actor: Actor,
    *,
    staff_id: UUID,
    household_id: UUID | None,
    now: datetime,
) -> StaffHome:
    """Say in which household of the village one of its staff lives; none if he is not of the village.

    :raises Forbidden: without the right to keep rules, or about oneself
    :raises NotFound: if the village has no such staff member or household
    """
    actor.require(RULE_MANAGE)
    if staff_id == actor.own_staff:
        raise Forbidden(permission=RULE_MANAGE)
    staff = await session.get(StaffMember, (actor.own_tenant, staff_id))
    if staff is None:
        raise NotFound(thing_zh="工作人员", thing_en="staff member")
    if household_id is not None:
        await villages.household(session, actor.own_tenant, household_id)
    await queries.take_turn(session, actor.own_tenant)
    home = await queries.home_of(session, actor.own_tenant, staff_id)
    if home is None:
        home = StaffHome(tenant_id=actor.own_tenant, staff_id=staff_id)
        session.add(home)
    home.household_id, home.declared_by, home.declared_at = household_id, actor.own_staff, now
    append_act(session, action="grid.home.declared", now=now, object_type="staff", object_id=staff_id)  # fmt: skip
    await session.flush()
    return home


async def check_claims(
    session: AsyncSession, actor: Actor, *, said: Sequence[Said], now: datetime
) -> Sequence[PointClaim]:
    """Check claims for the first time: what is right goes to the committee, what is not is refused with a reason.

    All of them or none.

    :raises Forbidden: without the right to check
    :raises Invalid: if they are none, too many, or a reason is missing
    :raises NotFound: if one is not this tenant's
    :raises HomeUnknown: if nobody declared where the actor lives
    :raises OwnMatter, OwnFamily: if he recorded one, or it is his household's
    :raises StepNotPossible: if one does not wait for its first check
    """
    actor.require(CLAIM_CHECK)
    checked = []
    for one in ordered(said):
        claim = await queries.lock_claim(session, actor.own_tenant, one.claim_id)
        claim.require_checkable()
        await take_seat(session, claim, one, staff_id=actor.own_staff, body=Body.CHECKER, now=now)
        if one.verdict is Verdict.AGAINST:
            await _refuse(session, claim, one.reason, now=now)
        else:
            claim.pass_check(now=now)
            since = clocks.month_over(now)
            await clocks.set_due(session, claim, days=clocks.COMMITTEE_DAYS, since=since, now=now)
            record_step(session, claim, "checked", now=now)
        await session.flush()
        checked.append(claim)
    return checked


async def vote_on_claims(
    session: AsyncSession, actor: Actor, *, said: Sequence[Said], now: datetime
) -> Sequence[PointClaim]:
    """Speak on claims as one of the committee; each is decided by the majority once ``QUORUM`` have spoken.

    All of them or none.

    :raises Forbidden: without the right to decide
    :raises Invalid: if they are none, too many, or a reason is missing
    :raises NotFound: if one is not this tenant's
    :raises HomeUnknown: if nobody declared where the actor lives
    :raises OwnMatter, OwnFamily: if he recorded one, or it is his household's
    :raises SatBefore: if he checked one first, or spoke on it
    :raises StepNotPossible: if one does not wait for the committee
    """
    actor.require(CLAIM_DECIDE)
    spoken = []
    for one in ordered(said):
        claim = await queries.lock_claim(session, actor.own_tenant, one.claim_id)
        claim.require_before_committee()
        await take_seat(session, claim, one, staff_id=actor.own_staff, body=Body.COMMITTEE, now=now)
        await _conclude(session, claim, now=now)
        spoken.append(claim)
    return spoken


def ordered(said: Sequence[Said]) -> Sequence[Said]:
    """Return what was said of claims in the order of their ids, in which they are locked.

    :raises Invalid: if it is none, too much, of one claim twice, or against one without a reason
    """
    ids = {one.claim_id for one in said}
    if not 1 <= len(said) <= MAX_BATCH or len(ids) < len(said):
        raise Invalid(
            field="claims",
            reason_zh=f"一次 1 至 {MAX_BATCH} 件，不重复",
            reason_en=f"1 to {MAX_BATCH} claims at once, each once",
        )
    for one in said:
        if one.verdict is Verdict.AGAINST:
            checked_reason(one.reason)
    return sorted(said, key=lambda one: one.claim_id)


async def take_seat(
    session: AsyncSession,
    claim: PointClaim,
    said: Said,
    *,
    staff_id: UUID,
    body: Body,
    now: datetime,
) -> None:
    """Take down what one of a body says of a claim, if he may sit on it.

    :raises HomeUnknown: if nobody declared where he lives, of whom the village knows
    :raises OwnMatter, OwnFamily, SatBefore: see ``review.chains.require_seat``
    """
    home_id = None
    if body is not Body.TOWN:
        home = await queries.home_of(session, claim.tenant_id, staff_id)
        if home is None:
            raise HomeUnknown
        home_id = home.household_id
    seats = await queries.seats_of(session, claim.tenant_id, claim.id)
    require_seat(
        Matter(
            brought_by=claim.claimed_by,
            household_id=claim.household_id,
            sat=[seat.staff_id for seat in seats],
        ),
        staff_id=staff_id,
        home_id=home_id,
    )
    session.add(
        ClaimSeat(
            tenant_id=claim.tenant_id,
            claim_id=claim.id,
            staff_id=staff_id,
            household_id=claim.household_id,
            claimed_by=claim.claimed_by,
            home_id=home_id,
            body=body,
            verdict=said.verdict,
            reason=said.reason.strip(),
            said_at=now,
        )
    )
    await session.flush()


async def _conclude(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    seats = await queries.seats_of(session, claim.tenant_id, claim.id)
    votes = [seat for seat in seats if seat.body is Body.COMMITTEE]
    decided = outcome([seat.verdict is Verdict.FOR for seat in votes], quorum=QUORUM)
    if decided is None:
        record_step(session, claim, "voted", now=now)
    elif decided:
        claim.approve(now=now)
        record_step(session, claim, "approved", now=now)
    else:
        why = "；".join(seat.reason for seat in votes if seat.verdict is Verdict.AGAINST)
        await _refuse(session, claim, why, now=now)
    await session.flush()


async def _refuse(session: AsyncSession, claim: PointClaim, reason: str, *, now: datetime) -> None:
    claim.refuse(reason.strip(), now=now)
    await clocks.set_due(session, claim, days=clocks.APPEAL_DAYS, since=now, now=now)
    record_step(session, claim, "refused", now=now)
    body = f"“{claim.rule_name}”{claim.points:+d} 分：{claim.reason}。{clocks.APPEAL_DAYS} 个工作日内可申诉。"
    await tell_household(session, claim, title="积分申报未通过", body=body, now=now)
    await tell_village(session, claim, to=CLAIM_CHECK, title="积分申报未通过", body=body, now=now)
