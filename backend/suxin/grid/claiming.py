"""Recording a claim: by one of the village's staff for a household, by a resident for his own; and taking one back.

Whoever records it gives it its id and a digest of what it says, so that the same claim sent twice is one, and another under the same id is refused.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import clocks, queries
from suxin.grid.caps import require_within
from suxin.grid.contents import MAX_AGE_DAYS, MAX_NOTE, MAX_PHOTOS, ClaimContent, digest
from suxin.grid.counting import as_counted
from suxin.grid.grounds import Grounds
from suxin.grid.keeping import keep_photos
from suxin.grid.models import PointClaim
from suxin.grid.policies import CLAIM_CHECK, CLAIM_RECORD
from suxin.grid.refusals import (
    ClaimIdTaken,
    DigestWrong,
    NotClaimable,
    NotOfVillage,
    PhotosMissing,
    RuleUnknown,
)
from suxin.grid.rules import Rule
from suxin.grid.states import Claimant, ClaimState, Evidence
from suxin.grid.telling import record_step, tell_household, tell_village
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.villages import queries as villages
from suxin.villages.models import Household

_UUID_VERSION = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A claim as it stands, and whether it was there before."""

    claim: PointClaim
    existed: bool


async def record_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    claim_id: UUID,
    content_hash: str,
    content: ClaimContent,
    sealer: Sealer,
    now: datetime,
) -> Recorded:
    """Record that somebody of a household of the village did what a rule names; the same claim once more changes nothing.

    :raises Forbidden: without the right to record claims
    :raises Refusal: as ``record_own_claim``
    """
    actor.require(CLAIM_RECORD)
    return await record_for(
        session,
        actor.own_tenant,
        Claimant.WORKER,
        actor.own_staff,
        claim_id=claim_id,
        content_hash=content_hash,
        content=content,
        sealer=sealer,
        now=now,
    )


async def record_own_claim(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    claim_id: UUID,
    content_hash: str,
    content: ClaimContent,
    sealer: Sealer,
    now: datetime,
) -> Recorded:
    """Record a resident's own claim for his household; the same claim once more changes nothing.

    :raises NotOfVillage: if the person is in no household of that village, or in another
    :raises Invalid: if the id is no UUIDv7, or a part is out of bounds
    :raises DigestWrong: if what came does not match its digest
    :raises ClaimIdTaken: if a claim of this id exists and says something else
    :raises NotFound: if the village has no such household, or the household no such member
    :raises NoRulesInForce, RuleUnknown: if no rule in force on the day has this code
    :raises NotClaimable: if the rule is not claimed so
    :raises PhotosMissing, PhotoUnreadable, PhotoUsedBefore, DocumentTooLarge: what is wrong with the photos
    :raises CapReached: if a cap would be passed
    """
    mine = await villages.household_of_person(session, tenant_id, actor.own_person)
    if mine is None or mine.household_id != content.household_id:
        raise NotOfVillage
    async with act_for(session, tenant_id=tenant_id, reason="own point claim"):
        return await record_for(
            session,
            tenant_id,
            Claimant.RESIDENT,
            actor.own_person,
            claim_id=claim_id,
            content_hash=content_hash,
            content=content,
            sealer=sealer,
            now=now,
        )


async def withdraw_claim(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PointClaim:
    """Take a claim back that the actor recorded, before it was on notice.

    :raises Forbidden: without the right to record claims
    :raises NotFound: if he recorded none of that id
    :raises StepNotPossible: if it was on notice, refused or has ended
    """
    actor.require(CLAIM_RECORD)
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    return await _withdraw(session, claim, by=actor.own_staff, now=now)


async def withdraw_own_claim(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, claim_id: UUID, now: datetime
) -> PointClaim:
    """Take a resident's own claim back, before it was on notice.

    :raises Forbidden: if no proved person acts
    :raises NotFound: if he recorded none of that id
    :raises StepNotPossible: if it was on notice, refused or has ended
    """
    person_id = actor.own_person
    seen = await queries.claim_of(session, tenant_id, claim_id)
    if seen is None:
        raise NotFound(thing_zh="积分申报", thing_en="claim")
    async with act_for(session, tenant_id=tenant_id, reason="own point claim"):
        claim = await queries.lock_claim(session, tenant_id, claim_id)
        return await _withdraw(session, claim, by=person_id, now=now)


async def _withdraw(
    session: AsyncSession, claim: PointClaim, *, by: UUID, now: datetime
) -> PointClaim:
    if claim.claimed_by != by:
        raise NotFound(thing_zh="积分申报", thing_en="claim")
    claim.withdraw(now=now)
    record_step(session, claim, "withdrawn", now=now)
    await session.flush()
    return claim


async def record_for(
    session: AsyncSession,
    tenant_id: UUID,
    claimed_as: Claimant,
    claimed_by: UUID,
    *,
    claim_id: UUID,
    content_hash: str,
    content: ClaimContent,
    sealer: Sealer,
    now: datetime,
) -> Recorded:
    """Record a claim of a village in the name of whoever made it, once it is known that he may.

    :raises Refusal: as ``record_own_claim``
    """
    await queries.take_turn(session, tenant_id)
    grounds = Grounds(session, tenant_id)
    recorded = await judge_claim(
        session,
        tenant_id,
        claimed_as,
        claimed_by,
        claim_id=claim_id,
        content_hash=content_hash,
        content=content,
        grounds=grounds,
        now=now,
    )
    if recorded.existed:
        return recorded
    claim = recorded.claim
    await begin_check(session, claim, grounds, now=now)
    session.add(claim)
    await session.flush()
    await keep_photos(session, claim, content.photos, sealer=sealer, now=now)
    await tell_recorded(session, claim, now=now)
    await session.flush()
    return recorded


async def judge_claim(
    session: AsyncSession,
    tenant_id: UUID,
    claimed_as: Claimant,
    claimed_by: UUID,
    *,
    claim_id: UUID,
    content_hash: str,
    content: ClaimContent,
    grounds: Grounds,
    now: datetime,
) -> Recorded:
    """Return the claim that the rules allow somebody to record, or the same that there is; nothing is written, and the village's turn is held.

    :raises Refusal: as ``record_own_claim``, but for what is wrong with photos themselves
    """
    _check(claim_id, content_hash, content, today=local_day(now))
    known = await grounds.claim(claim_id)
    if known is not None:
        if known.content_hash != content_hash or known.claimed_by != claimed_by:
            raise ClaimIdTaken(claim=str(claim_id), known=known.content_hash)
        return Recorded(claim=known, existed=True)
    household = await household_of(session, tenant_id, content)
    version = await grounds.rules(content.happened_on)
    wanted = version.rules.rule(content.rule_code)
    rule = claimable(wanted, content, claimed_as, photos=len(content.photos))
    claim = PointClaim(
        tenant_id=tenant_id,
        id=claim_id,
        content_hash=content_hash,
        household_id=household.id,
        member_id=content.member_id,
        rule_set_id=version.id,
        rule_code=rule.code,
        rule_name=rule.name,
        times=content.times,
        points=rule.points * content.times,
        happened_on=content.happened_on,
        note=content.note,
        lat_milli=None if content.place is None else content.place.lat_milli,
        lon_milli=None if content.place is None else content.place.lon_milli,
        claimed_as=claimed_as,
        claimed_by=claimed_by,
        claimed_at=now,
        state=ClaimState.SUBMITTED,
    )
    if rule.caps:
        require_within(rule, as_counted(claim), await grounds.counted(claim))
    grounds.add(claim)
    return Recorded(claim=claim, existed=False)


async def begin_check(
    session: AsyncSession, claim: PointClaim, grounds: Grounds, *, now: datetime
) -> None:
    """Let the time of a new claim's first check run."""
    with session.no_autoflush:
        calendar = await grounds.calendar()
    await clocks.set_due(
        session, claim, days=clocks.CHECK_DAYS, since=now, calendar=calendar, now=now
    )


async def tell_recorded(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    """Put a new claim on record and tell those whom it concerns."""
    record_step(session, claim, "recorded", now=now)
    await tell_village(
        session,
        claim,
        to=CLAIM_CHECK,
        title="待初审的积分申报",
        body=f"“{claim.rule_name}”{claim.points:+d} 分，请在 {clocks.CHECK_DAYS} 个工作日内初审。",
        now=now,
    )
    if claim.points < 0:
        await tell_household(
            session,
            claim,
            title="登记了一项扣分",
            body=f"“{claim.rule_name}”{claim.points} 分，公示结束前可提出异议。",
            now=now,
        )


def _check(claim_id: UUID, content_hash: str, content: ClaimContent, *, today: date) -> None:
    if claim_id.version != _UUID_VERSION:
        raise Invalid(field="id", reason_zh="编号须为 UUIDv7", reason_en="the id is no UUIDv7")
    require_sound(content, today=today)
    should_be = digest(content)
    if content_hash != should_be:
        raise DigestWrong(field="contentHash", digest=should_be)


def require_sound(content: ClaimContent, *, today: date) -> None:
    """Refuse a claim whose day or note cannot be.

    :raises Invalid: what is wrong with it
    """
    oldest = today - timedelta(days=MAX_AGE_DAYS)
    if not oldest <= content.happened_on <= today:
        raise Invalid(
            field="happenedOn",
            reason_zh=f"只能申报最近 {MAX_AGE_DAYS} 天内的事项",
            reason_en=f"what is claimed was done within the last {MAX_AGE_DAYS} days",
        )
    if len(content.note) > MAX_NOTE or content.note != content.note.strip():
        raise Invalid(
            field="note",
            reason_zh=f"说明至多 {MAX_NOTE} 字，首尾不留空格",
            reason_en=f"a note has at most {MAX_NOTE} characters, with no space around it",
        )


async def household_of(session: AsyncSession, tenant_id: UUID, content: ClaimContent) -> Household:
    """Return the household that a claim is about.

    :raises NotFound: if the village has no such household, or the household no such member
    :raises HouseholdElsewhere: if the village does not count it any more
    """
    household = await villages.household(session, tenant_id, content.household_id)
    household.require_active()
    if content.member_id is not None:
        member = await villages.member(session, tenant_id, content.member_id)
        if member.household_id != household.id or member.left_at is not None:
            raise NotFound(thing_zh="家庭成员", thing_en="member of a household", field="memberId")
    return household


def claimable(
    rule: Rule | None, content: ClaimContent, claimed_as: Claimant, *, photos: int
) -> Rule:
    """Return the rule by which something may be claimed with so many photos.

    :raises RuleUnknown, NotClaimable, PhotosMissing: why it may not
    """
    if rule is None:
        day = content.happened_on.isoformat()
        raise RuleUnknown(field="ruleCode", rule=content.rule_code, day=day)
    if claimed_as not in rule.claimants:
        raise NotClaimable(
            field="ruleCode",
            rule=rule.name,
            reason_zh=f"不由{claimed_as.zh}申报",
            reason_en=f"it is not claimed by {claimed_as.en}",
        )
    if not 1 <= content.times <= rule.max_times:
        raise NotClaimable(
            field="times",
            rule=rule.name,
            reason_zh=f"一次申报 1 至 {rule.max_times} 次",
            reason_en=f"a claim is for 1 to {rule.max_times} times",
        )
    if rule.for_person and content.member_id is None:
        raise NotClaimable(
            field="memberId",
            rule=rule.name,
            reason_zh="须写明是哪位家庭成员",
            reason_en="it says which member of the household it was",
        )
    _require_photos(rule, photos)
    return rule


def _require_photos(rule: Rule, photos: int) -> None:
    most = 0 if rule.evidence is Evidence.NONE else MAX_PHOTOS
    least = 1 if rule.evidence is Evidence.REQUIRED else 0
    if not least <= photos <= most:
        raise PhotosMissing(
            field="photos",
            rule=rule.name,
            reason_zh=f"须附 {least} 至 {most} 张照片",
            reason_en=f"it has {least} to {most} photos",
        )
