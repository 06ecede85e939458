"""Appeals: whoever objects freezes a claim; the supervisors decide, and then the town, which is outside the village.

Any resident of the village objects to what is on notice, and the household to a refusal; somebody who came in person has it taken down.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import clocks, queries
from suxin.grid.chain import Said, take_seat
from suxin.grid.models import PointAppeal, PointClaim, PointNotice
from suxin.grid.policies import APPEAL_DECIDE, CLAIM_RECORD, TOWN_DECIDE
from suxin.grid.posting import post_after_notice, reject
from suxin.grid.refusals import AppealOver, NotOfVillage, NotYourAppeal
from suxin.grid.rule_sets import checked_reason
from suxin.grid.states import Body, ClaimState, Verdict
from suxin.grid.telling import record_step, tell_household, tell_village
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.review.chains import OwnMatter
from suxin.villages import queries as villages

MAX_APPEALS: Final = 4
"""How many appeals one claim may have in all. Proposed."""

MAX_TAKEN_DOWN_FOR: Final = 40


async def object_to_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    claim_id: UUID,
    reason: str,
    now: datetime,
) -> PointAppeal:
    """Object, as a resident of the village, to what is on notice, or to a refusal of one's own household's claim.

    :raises NotOfVillage: if the person is in no household of the village
    :raises NotFound: if the village has no such claim, or it was refused and is another household's
    :raises Invalid: if no reason is given
    :raises AppealOver: if the time is over, or there were as many appeals as there may be
    :raises StepNotPossible: if it is neither on notice nor refused
    """
    said = checked_reason(reason)
    mine = await villages.household_of_person(session, tenant_id, actor.own_person)
    if mine is None:
        raise NotOfVillage
    async with act_for(session, tenant_id=tenant_id, reason="point objection"):
        claim = await queries.lock_claim(session, tenant_id, claim_id)
        strange = mine.household_id != claim.household_id
        if strange and claim.state is not ClaimState.NOTICED and claim.notice_id is None:
            # What never was before the village is nobody else's to know.
            raise NotFound(thing_zh="积分申报", thing_en="claim")
        if strange and claim.state is ClaimState.REFUSED:
            raise NotYourAppeal
        return await _file(session, claim, said, by=actor.own_person, taken_down_for=None, now=now)


async def object_to_line(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    notice_number: int,
    line: int,
    reason: str,
    now: datetime,
) -> PointAppeal:
    """Object, as a resident of the village, to a line of a notice, which says no more of a claim than its number.

    :raises NotOfVillage: if the person is in no household of the village
    :raises NotFound: if there is no such line
    :raises Invalid: if no reason is given
    :raises AppealOver: if the time is over, or there were as many appeals as there may be
    :raises StepNotPossible: if the claim is frozen or not on notice any more
    """
    said = checked_reason(reason)
    if await villages.household_of_person(session, tenant_id, actor.own_person) is None:
        raise NotOfVillage
    async with act_for(session, tenant_id=tenant_id, reason="point objection"):
        claim_id = await session.scalar(
            select(PointClaim.id)
            .join(
                PointNotice,
                (PointNotice.tenant_id == PointClaim.tenant_id)
                & (PointNotice.id == PointClaim.notice_id),
            )
            .where(
                PointClaim.tenant_id == tenant_id,
                PointNotice.number == notice_number,
                PointClaim.notice_line == line,
                PointClaim.state != ClaimState.REFUSED,
            )
        )
        if claim_id is None:
            raise NotFound(thing_zh="公示编号", thing_en="line of a notice", field="line")
        claim = await queries.lock_claim(session, tenant_id, claim_id)
        return await _file(session, claim, said, by=actor.own_person, taken_down_for=None, now=now)


async def take_down_appeal(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    resident: str,
    reason: str,
    now: datetime,
) -> PointAppeal:
    """Take down what a resident who came in person objects; ``resident`` is how he is called on the signed paper.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if nobody is named, or no reason is given
    :raises AppealOver: if the time is over, or there were as many appeals as there may be
    :raises StepNotPossible: if it is neither on notice nor refused
    """
    actor.require(CLAIM_RECORD)
    said, named = checked_reason(reason), resident.strip()
    if not 1 <= len(named) <= MAX_TAKEN_DOWN_FOR:
        raise Invalid(
            field="resident",
            reason_zh="请写明提出异议的村民",
            reason_en="say which resident objects",
        )
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    return await _file(session, claim, said, by=actor.own_staff, taken_down_for=named, now=now)


async def answer_appeal(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    verdict: Verdict,
    answer: str,
    now: datetime,
) -> PointClaim:
    """Decide on an appeal as one of the supervisors: whether the claim stands. It takes effect when nobody goes on to the town.

    :raises Forbidden: without the right to decide appeals
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises HomeUnknown, OwnMatter, OwnFamily, SatBefore: if the actor may not sit on it
    :raises StepNotPossible: if no appeal waits
    """
    actor.require(APPEAL_DECIDE)
    said = checked_reason(answer)
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    claim.require_before_supervisors()
    appeal = await _open(session, claim)
    if appeal.filed_by == actor.own_staff:
        # Whoever took down what a resident said helps him, and decides nothing of it.
        raise OwnMatter
    voice = Said(claim_id=claim.id, verdict=verdict, reason=said)
    await take_seat(session, claim, voice, staff_id=actor.own_staff, body=Body.SUPERVISORS, now=now)
    claim.answer()
    await clocks.set_due(session, claim, days=clocks.FURTHER_DAYS, since=now, now=now)
    appeal.stands, appeal.answer = verdict is Verdict.FOR, said
    appeal.answered_at = now
    appeal.further_until = claim.due_at
    await session.flush()
    record_step(session, claim, "answered", now=now, detail={"verdict": verdict.value})
    await tell_household(
        session,
        claim,
        title="村监委已决定",
        body=f"“{claim.rule_name}”：{_WORDS[verdict]}。{said}。如不服，可在 {clocks.FURTHER_DAYS} 个工作日内提请乡镇决定。",
        now=now,
    )
    await session.flush()
    return claim


async def take_to_town(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    claim_id: UUID,
    reason: str,
    now: datetime,
) -> PointClaim:
    """Take what the supervisors decided to the town: whoever objected, or one of the household.

    :raises NotOfVillage: if the person is in no household of the village
    :raises NotFound: if the village has no such claim
    :raises Invalid: if no reason is given
    :raises NotYourAppeal: if he neither objected nor is of the household
    :raises AppealOver: if the time is over
    :raises StepNotPossible: if the supervisors have not decided
    """
    said = checked_reason(reason)
    mine = await villages.household_of_person(session, tenant_id, actor.own_person)
    if mine is None:
        raise NotOfVillage
    async with act_for(session, tenant_id=tenant_id, reason="point objection"):
        claim = await queries.lock_claim(session, tenant_id, claim_id)
        appeal = await queries.open_appeal(session, claim)
        concerned = mine.household_id == claim.household_id
        filed = appeal is not None and appeal.filed_by == actor.own_person
        if not concerned and not filed:
            raise NotYourAppeal
        return await _further(session, claim, said, by=actor.own_person, now=now)


async def take_down_further(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, reason: str, now: datetime
) -> PointClaim:
    """Take what the supervisors decided to the town for a resident who came in person.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises AppealOver: if the time is over
    :raises StepNotPossible: if the supervisors have not decided
    """
    actor.require(CLAIM_RECORD)
    said = checked_reason(reason)
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    return await _further(session, claim, said, by=actor.own_staff, now=now)


async def decide_for_town(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    verdict: Verdict,
    answer: str,
    now: datetime,
) -> PointClaim:
    """Decide last, for the town, whether a claim stands; it takes effect at once, or goes on with its notice.

    :raises Forbidden: without the right to decide for the town
    :raises NotFound: if none of that id was taken to it
    :raises Invalid: if no reason is given
    :raises OwnMatter, SatBefore: if the actor may not sit on it
    """
    actor.require(TOWN_DECIDE)
    said = checked_reason(answer)
    seen = await queries.lock_claim_at_town(session, claim_id)
    async with act_for(session, tenant_id=seen.tenant_id, reason="point appeal at the town"):
        await queries.take_turn(session, seen.tenant_id)
        claim = await queries.lock_claim(session, seen.tenant_id, claim_id)
        claim.require_before_town()
        appeal = await _open(session, claim)
        voice = Said(claim_id=claim.id, verdict=verdict, reason=said)
        await take_seat(session, claim, voice, staff_id=actor.own_staff, body=Body.TOWN, now=now)
        appeal.town_stands, appeal.town_answer = verdict is Verdict.FOR, said
        appeal.town_decided_at = now
        record_step(session, claim, "town_decided", now=now, detail={"verdict": verdict.value})
        await tell_household(
            session,
            claim,
            title="乡镇已决定",
            body=f"“{claim.rule_name}”：{_WORDS[verdict]}。{said}",
            now=now,
        )
        await conclude_appeal(session, claim, now=now)
        return claim


async def conclude_appeal(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    """Let what was decided last on a claim's appeal take effect, in the village's turn and with the claim locked."""
    appeal = await _open(session, claim)
    stands = appeal.stands if appeal.town_stands is None else appeal.town_stands
    answer = appeal.town_answer or appeal.answer
    appeal.closed_at = now
    await session.flush()
    if not stands:
        await reject(session, claim, answer, now=now)
    elif claim.notice_ends_at is None:
        claim.revive()
        record_step(session, claim, "revived", now=now)
    elif claim.notice_ends_at > now:
        claim.unfreeze()
        record_step(session, claim, "unfrozen", now=now)
    else:
        await post_after_notice(session, [claim], now=now)
    await session.flush()


_WORDS: Final = {Verdict.FOR: "申报成立", Verdict.AGAINST: "申报不成立"}


async def _file(
    session: AsyncSession,
    claim: PointClaim,
    reason: str,
    *,
    by: UUID,
    taken_down_for: str | None,
    now: datetime,
) -> PointAppeal:
    against_refusal = claim.state is ClaimState.REFUSED
    due_at = claim.due_at
    claim.freeze()
    before = await queries.appeals_of(session, claim.tenant_id, claim.id)
    if len(before) >= MAX_APPEALS or (due_at is not None and due_at <= now):
        raise AppealOver
    await clocks.set_due(session, claim, days=clocks.SUPERVISOR_DAYS, since=now, now=now)
    appeal = PointAppeal(
        tenant_id=claim.tenant_id,
        id=new_id(now),
        claim_id=claim.id,
        number=len(before) + 1,
        against_refusal=against_refusal,
        filed_by=by,
        taken_down_for=taken_down_for,
        reason=reason,
        filed_at=now,
    )
    session.add(appeal)
    await session.flush()
    record_step(session, claim, "appealed", now=now)
    await tell_village(
        session,
        claim,
        to=APPEAL_DECIDE,
        title="待决定的异议",
        body=f"“{claim.rule_name}”{claim.points:+d} 分已冻结，请在 {clocks.SUPERVISOR_DAYS} 个工作日内决定。",
        now=now,
    )
    await tell_household(
        session,
        claim,
        title="积分有异议，暂缓入账",
        body=f"“{claim.rule_name}”{claim.points:+d} 分，村监委将在 {clocks.SUPERVISOR_DAYS} 个工作日内决定。",
        now=now,
    )
    await session.flush()
    return appeal


async def _further(
    session: AsyncSession, claim: PointClaim, reason: str, *, by: UUID, now: datetime
) -> PointClaim:
    due_at = claim.due_at
    claim.take_to_town()
    if due_at is not None and due_at <= now:
        raise AppealOver
    appeal = await _open(session, claim)
    appeal.to_town_by, appeal.to_town_at, appeal.town_reason = by, now, reason
    await clocks.set_due(session, claim, days=clocks.TOWN_DAYS, since=now, now=now)
    await session.flush()
    record_step(session, claim, "taken_to_town", now=now)
    return claim


async def _open(session: AsyncSession, claim: PointClaim) -> PointAppeal:
    appeal = await queries.open_appeal(session, claim)
    if appeal is None:
        raise NotFound(thing_zh="异议", thing_en="appeal")
    return appeal
