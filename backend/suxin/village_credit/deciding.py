"""What a bank's people decide on households that joined: lines in batches, on what is said against one, and the end of one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import RURAL_CREDIT
from suxin.kernel.actor import Actor
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import add_working_days
from suxin.places.queries import short_names
from suxin.rural.queries.own import grades_told
from suxin.rural.states import RuralKind
from suxin.tenancy.queries import tenant_name
from suxin.village_credit import queries
from suxin.village_credit.joining import record
from suxin.village_credit.lines import LEAST_FEN, MOST_FEN, STEP_FEN, line_for
from suxin.village_credit.models import CreditRound, RoundMember, RoundNotice
from suxin.village_credit.policies import LINE_DECIDE
from suxin.village_credit.refusals import (
    BatchEmpty,
    GradeMissing,
    LineOutOfBounds,
    RoundSecondPerson,
)
from suxin.village_credit.rounds import MAX_REASON
from suxin.village_credit.states import MemberState

NOTICE_DAYS: Final = 7
"""Working days for which a batch is on notice (proposed default: the practice is about seven days)."""

MAX_BATCH: Final = 200
BELOW_RULES: Final = "信用等级未达到本行的授信规则"
_WAN_FEN: Final = 1_000_000


async def decide_lines(
    session: AsyncSession,
    actor: Actor,
    *,
    round_id: UUID,
    member_ids: Collection[UUID],
    now: datetime,
) -> Sequence[RoundMember]:
    """Decide on a batch of households by the round's rules and their grades in force, which are read on their consents, with receipts.

    Whoever drew the rules up does not apply them. Whoever has a line is on notice by a number; whoever has none is told why, and may object as well.

    :raises Forbidden: if the actor may not decide on lines
    :raises NotFound: if the bank has no such round, or one of the households is not in it
    :raises RoundSecondPerson: if the actor proposed the round
    :raises BatchEmpty: if the batch has nobody, or more than ``MAX_BATCH``
    :raises MemberNotAt: if one was decided on before
    :raises GradeMissing: if one has no grade in force
    Source: PIPL art. 24, 25; docs/whole-village.md
    """
    actor.require(LINE_DECIDE)
    wanted = set(member_ids)
    if not 1 <= len(wanted) <= MAX_BATCH:
        raise BatchEmpty(field="members", most=MAX_BATCH)
    found = await queries.lock_round(session, actor, round_id)
    if found.proposed_by == actor.own_staff:
        raise RoundSecondPerson
    members = await queries.lock_members(session, actor, round_id, wanted)
    tiers = await _tiers(session, actor, members, now=now)
    calendar = await calendar_for_deadlines(session)
    ends_at = add_working_days(now, NOTICE_DAYS, calendar=calendar).at
    number = await _last_number(session, found)
    numbers = []
    for member in members:
        line = line_for(tiers[member.id], found.rules, most_fen=found.most_fen)
        if line is None:
            member.offer_none(tiers[member.id], BELOW_RULES, by=actor.own_staff, now=now)
        else:
            number += 1
            numbers.append(number)
            member.offer(
                tiers[member.id], line, number=number, ends_at=ends_at, by=actor.own_staff, now=now
            )
        record(session, member, "decided", now=now)
    if numbers:
        session.add(
            RoundNotice(
                tenant_id=found.tenant_id,
                id=new_id(now),
                round_id=found.id,
                title=await _title(session, found),
                numbers=numbers,
                begins_at=now,
                ends_at=ends_at,
            )
        )
    await session.flush()
    return members


async def answer_objection(
    session: AsyncSession,
    actor: Actor,
    *,
    member_id: UUID,
    line_fen: int | None,
    answer: str,
    now: datetime,
) -> RoundMember:
    """Decide on what a household said against its line, as somebody else than whoever decided on that: a line, or none.

    :raises Forbidden: if the actor may not decide on lines
    :raises NotFound: if the bank has no such household
    :raises MemberNotAt: if it said nothing
    :raises RoundSecondPerson: if the actor decided on the line
    :raises LineOutOfBounds: if the line is not one that may be given
    :raises Invalid: if the answer is missing or too long
    Source: PIPL art. 24 (human review)
    """
    actor.require(LINE_DECIDE)
    said = bounded_text(answer, "answer", most=MAX_REASON)
    round_id = (await queries.own_member(session, actor, member_id)).round_id
    found = await queries.lock_round(session, actor, round_id)
    member = await queries.lock_member(session, actor, member_id)
    member.require(MemberState.OBJECTED)
    if member.decided_by == actor.own_staff:
        raise RoundSecondPerson
    most = min(MOST_FEN, found.most_fen)
    if line_fen is not None and (not LEAST_FEN <= line_fen <= most or line_fen % STEP_FEN):
        raise LineOutOfBounds(
            field="line", least_wan=LEAST_FEN // _WAN_FEN, most_wan=most // _WAN_FEN
        )
    if line_fen is not None and member.notice_ends_at is None:
        # It had no line before: what it has now was never on notice, and is so from today.
        calendar = await calendar_for_deadlines(session)
        ends_at = add_working_days(now, NOTICE_DAYS, calendar=calendar).at
        await _notice_alone(session, found, member, ends_at=ends_at, now=now)
    member.settle(said, line_fen, by=actor.own_staff, now=now)
    record(session, member, "answered", now=now)
    return member


async def end_line(
    session: AsyncSession, actor: Actor, *, member_id: UUID, reason: str, now: datetime
) -> RoundMember:
    """End a line that is in force, with the reason, which its household is told; loans go on by their contracts.

    :raises Forbidden: if the actor may not decide on lines
    :raises NotFound: if the bank has no such household
    :raises MemberNotAt: if no line is in force
    :raises Invalid: if the reason is missing or too long
    """
    actor.require(LINE_DECIDE)
    said = bounded_text(reason, "reason", most=MAX_REASON)
    member = await queries.lock_member(session, actor, member_id)
    member.end_line(said, now=now)
    record(session, member, "line_ended", now=now)
    return member


async def _tiers(
    session: AsyncSession, actor: Actor, members: Sequence[RoundMember], *, now: datetime
) -> dict[UUID, str]:
    """Return the grade of each household, read on its consent.

    :raises MemberNotAt: if one was decided on before
    :raises GradeMissing: if one has no grade in force
    """
    tiers = {}
    for member in members:
        member.require(MemberState.CONSENTED)
        if (tier := await _tier(session, actor, member, now=now)) is not None:
            tiers[member.id] = tier
    if len(tiers) < len(members):
        raise GradeMissing(field="members", households=len(members) - len(tiers))
    return tiers


async def _tier(
    session: AsyncSession, actor: Actor, member: RoundMember, *, now: datetime
) -> str | None:
    grades = await grades_told(
        session, actor, subject_id=member.subject_id, purpose=RURAL_CREDIT.code, now=now
    )
    return next((one.tier for one in grades if one.kind is RuralKind.HOUSEHOLD), None)


async def _notice_alone(
    session: AsyncSession,
    found: CreditRound,
    member: RoundMember,
    *,
    ends_at: datetime,
    now: datetime,
) -> None:
    member.number, member.notice_ends_at = await _last_number(session, found) + 1, ends_at
    session.add(
        RoundNotice(
            tenant_id=found.tenant_id,
            id=new_id(now),
            round_id=found.id,
            title=await _title(session, found),
            numbers=[member.number],
            begins_at=now,
            ends_at=ends_at,
        )
    )


async def _last_number(session: AsyncSession, found: CreditRound) -> int:
    """Return the highest number that a notice of the round has had; whoever asks holds the round's lock."""
    numbers = (
        select(func.unnest(RoundNotice.numbers).label("number"))
        .where(RoundNotice.tenant_id == found.tenant_id, RoundNotice.round_id == found.id)
        .subquery()
    )
    last = select(func.max(numbers.c.number))
    return await session.scalar(last) or 0


async def _title(session: AsyncSession, found: CreditRound) -> str:
    village = (await short_names(session, [found.village_code]))[found.village_code]
    return f"{village}整村授信公示（{await tenant_name(session, found.tenant_id)}）"
