"""A household joins a round by its own consent, leaves it, and says something against what the bank decided."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import grant_consent
from suxin.consent.giving import end
from suxin.consent.models import ConsentState
from suxin.consent.notice_texts import Told, current_text, told
from suxin.consent.purposes import RURAL_CREDIT
from suxin.consent.queries import lock_open, recipient
from suxin.events.feed import record_event
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import local_day
from suxin.subjects.models import DataCategory, Subject, SubjectKind
from suxin.village_credit import queries
from suxin.village_credit.event_types import MEMBER_STEPS
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.refusals import (
    JoinedAlready,
    LineNotActive,
    MemberNotAt,
    NotOfThisVillage,
    RoundNotAt,
)
from suxin.village_credit.states import MemberState, RoundState
from suxin.village_credit.turns import join_turn
from suxin.villages.queries import household_of_subject
from suxin.villages.states import HouseholdState

CATEGORIES: Final = (DataCategory.RURAL_RATING, DataCategory.IDENTITY, DataCategory.CONTACT)
CONSENT_DAYS: Final = RURAL_CREDIT.max_life_days
MAX_OBJECTION: Final = 500


async def round_notice(session: AsyncSession, *, round_id: UUID) -> Told:
    """Return what a household is told before it joins a round.

    :raises NotFound: if there is no such round, or its bank is suspended
    Source: PIPL art. 17, 23
    """
    found = await queries.open_round(session, round_id)
    bank = await recipient(session, found.tenant_id)
    if bank is None:
        raise NotFound(thing_zh="整村授信", thing_en="round of village credit")
    return told(
        current_text(RURAL_CREDIT.code),
        recipient=bank.name,
        contact=bank.contact,
        categories=tuple(one.value for one in CATEGORIES),
        life_days=CONSENT_DAYS,
        retention_days=RURAL_CREDIT.retention_days,
    )


async def join_round(
    session: AsyncSession, actor: Actor, *, round_id: UUID, notice_version: str, now: datetime
) -> RoundMember:
    """Join the acting household to a round that is open in its village, with its consent.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if there is no such round
    :raises RoundNotAt: if nobody may join it any more
    :raises NotOfThisVillage: if the subject is no household of its village
    :raises JoinedAlready: if it takes part
    :raises NoticeOutdated, AssessmentMissing, RecipientUnknown, LicensedChannelRequired: see ``grant_consent``
    Source: PIPL art. 13(1), 14, 23
    """
    subject = await session.get_one(Subject, actor.own_subject)
    await _take_turn(session, round_id, subject.id)
    found = await queries.open_round(session, round_id)
    if found.state is not RoundState.OPEN:
        raise RoundNotAt(field="roundId")
    await _require_of_village(session, subject, found)
    member = await session.scalar(
        select(RoundMember).where(
            RoundMember.round_id == found.id,
            RoundMember.subject_id == subject.id,
            RoundMember.state.not_in((MemberState.LEFT, MemberState.ENDED)),
        )
    )
    if member is not None:
        raise JoinedAlready(field="roundId")
    consent_id = await _consent(session, actor, found, notice_version, now=now)
    made = RoundMember(
        tenant_id=found.tenant_id,
        id=new_id(now),
        round_id=found.id,
        subject_id=subject.id,
        consent_id=consent_id,
        label=subject.name[:80],
        state=MemberState.CONSENTED,
        joined_at=now,
    )
    session.add(made)
    record(session, made, "joined", now=now)
    await session.flush()
    return made


async def leave_round(
    session: AsyncSession, actor: Actor, *, member_id: UUID, now: datetime
) -> RoundMember:
    """Take the acting household's consent back: it is out at once, and nothing of grade and line stays. Loans go on by their contracts.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such membership
    :raises MemberNotAt: if it is out already
    Source: PIPL art. 15, 47
    """
    member = await queries.lock_own_membership(session, actor, member_id)
    consent = await lock_open(
        session, member.subject_id, member.tenant_id, RURAL_CREDIT.code, member.round_id
    )
    member.forget()
    if consent is not None:
        await end(session, consent, ConsentState.REVOKED, step="revoked", now=now)
    record(session, member, "left", now=now)
    return member


async def object_to_line(
    session: AsyncSession, actor: Actor, *, member_id: UUID, reason: str, now: datetime
) -> RoundMember:
    """Say something against one's line, or against having none, while it is on notice; another person of the bank decides.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such membership
    :raises MemberNotAt: if nothing was decided, or the notice is over
    :raises ObjectedAlready: if it did so before
    :raises Invalid: if the reason is missing or too long
    Source: PIPL art. 24 (explained, human review)
    """
    said = bounded_text(reason, "reason", most=MAX_OBJECTION)
    member = await queries.lock_own_membership(session, actor, member_id)
    if member.notice_ends_at is not None and member.notice_ends_at <= now:
        raise MemberNotAt
    member.object(said, now=now)
    record(session, member, "objected", now=now)
    return member


def require_in_force(member: RoundMember, *, now: datetime) -> int:
    """Return a line that is in force, in fen.

    :raises LineNotActive: if it is not, or its year is over
    """
    if (
        member.state is not MemberState.ACTIVE
        or member.line_fen is None
        or member.over(today=local_day(now))
    ):
        raise LineNotActive
    return member.line_fen


def record(session: AsyncSession, member: RoundMember, step: str, *, now: datetime) -> None:
    """Put a step of a household on record, and tell its bank's systems of it, without a name or a figure."""
    record_event(
        session,
        MEMBER_STEPS[step],
        tenant_id=member.tenant_id,
        object_id=member.id,
        now=now,
        state=member.state.value,
        round=member.round_id,
    )
    append_act(
        session,
        action=f"village_credit.member.{step}",
        now=now,
        tenant_id=member.tenant_id,
        subject_id=member.subject_id,
        object_type="credit_round_member",
        object_id=member.id,
    )


async def _require_of_village(session: AsyncSession, subject: Subject, found: CreditRound) -> None:
    household = None
    if subject.kind is SubjectKind.HOUSEHOLD and subject.sandbox_id is None:
        household = await household_of_subject(session, subject.id)
    if (
        household is None
        or household.tenant_id != found.village_tenant_id
        or household.state is not HouseholdState.ACTIVE
    ):
        raise NotOfThisVillage(field="roundId")


async def _consent(
    session: AsyncSession, actor: Actor, found: CreditRound, version: str, *, now: datetime
) -> UUID:
    before = await lock_open(
        session, actor.own_subject, found.tenant_id, RURAL_CREDIT.code, found.id
    )
    if before is not None and before.state is not ConsentState.REQUESTED:
        # Whoever joins for another year permits it anew.
        await end(session, before, ConsentState.SUPERSEDED, step="superseded", now=now)
        await session.flush()
    granted = await grant_consent(
        session,
        actor,
        tenant_id=found.tenant_id,
        purpose=RURAL_CREDIT.code,
        categories=CATEGORIES,
        life_days=CONSENT_DAYS,
        notice_version=version,
        context_id=found.id,
        now=now,
    )
    return granted.consent_id


async def _take_turn(session: AsyncSession, round_id: UUID, subject_id: UUID) -> None:
    """Let a household join a round once at a time, and none while the round ends: what is read afterwards stays so."""
    await join_turn(session, round_id)
    key = func.hashtextextended(f"village_credit:{round_id}:{subject_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
