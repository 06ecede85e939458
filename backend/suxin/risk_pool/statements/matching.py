"""Matching lines to what they pay: by a job, and what no number tells, by a person.

A line is matched with all that follows from it in one transaction, and one line alone: whoever dies in between has done nothing,
and whoever comes after finds line, payment and transfer under their own ids. One line a transaction also keeps the order of locks:
line, loan, claim, payment, accounts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import STATEMENT_IMPORT
from suxin.risk_pool.claims.reviewing import checked_note
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.paying import pay_by_line
from suxin.risk_pool.payments.queries import issued_payments
from suxin.risk_pool.pools.funding import post_funding
from suxin.risk_pool.pools.models import PoolFunding
from suxin.risk_pool.pools.states import FundingState
from suxin.risk_pool.recoveries.confirming import confirm_by_line
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.queries import reported_recoveries
from suxin.risk_pool.statements import queries
from suxin.risk_pool.statements.asking import ask_for_matching
from suxin.risk_pool.statements.entries import Direction
from suxin.risk_pool.statements.models import CustodianLine
from suxin.risk_pool.statements.recognising import Awaited, recognise
from suxin.risk_pool.statements.states import Matched

SCANNED_AT_ONCE: Final = 500
"""How many open lines one job looks at."""


class LineAmountDiffers(Refusal):
    """The line is not of the amount, or goes the other way."""

    code = "LINE_AMOUNT_DIFFERS"
    kind = RefusalKind.INVALID
    zh = "流水为{direction_zh} {amount} 元，与所选事项的{wanted_zh} {wanted} 元不符"
    en = "The line is a {direction_en} of {amount} yuan; what was chosen is a {wanted_en} of {wanted}"


async def match_next(
    session: AsyncSession,
    *,
    operator_id: UUID,
    pool_id: UUID,
    after: tuple[date, UUID] | None,
    now: datetime,
) -> UUID | None:
    """Match the first of a pool's open lines that a number tells, and ask for the next; return which it was. A duty of the platform.

    One that names something and is not it keeps the reason, and waits for a person.
    """
    lines = await queries.lock_open_lines(
        session, operator_id=operator_id, pool_id=pool_id, after=after, limit=SCANNED_AT_ONCE
    )
    awaited = await _awaited(session, operator_id, pool_id) if lines else []
    for line in lines:
        found = recognise(
            direction=line.direction,
            amount_fen=line.amount_fen,
            reference=line.reference,
            text=line.remittance,
            awaited=awaited,
        )
        note = found.note
        if found.awaited is not None:
            try:
                async with session.begin_nested():
                    await _settle(session, line, found.awaited, staff_id=None, now=now)
            except Refusal as refusal:
                await session.refresh(line)
                note = refusal.zh_message
            else:
                await _go_on(session, line, now=now)
                return line.id
        if line.note != note:
            line.note = note
    if len(lines) == SCANNED_AT_ONCE:
        await _go_on(session, lines[-1], now=now)
    await session.flush()
    return None


async def match_line(
    session: AsyncSession,
    actor: Actor,
    *,
    line_id: UUID,
    matched: Matched,
    matched_id: UUID,
    now: datetime,
) -> CustodianLine:
    """Say, as a person, which payment, recovery or funding a line is whose text does not tell it.

    :raises Forbidden, NotFound: if the actor may not, or there is no such line or thing that waits in its pool
    :raises LineAmountDiffers: if amounts or directions differ
    :raises StepNotPossible: if the line was matched or set aside
    :raises PostingRefused: if the book does not take it
    """
    actor.require(STATEMENT_IMPORT)
    line = await queries.lock_own_line(session, actor, line_id)
    awaited = await _awaited(session, line.tenant_id, line.pool_id)
    chosen = next((one for one in awaited if (one.matched, one.id) == (matched, matched_id)), None)
    if chosen is None:
        raise NotFound(thing_zh="待匹配事项", thing_en="movement that is awaited")
    if (chosen.direction, chosen.amount_fen) != (line.direction, line.amount_fen):
        raise LineAmountDiffers(
            direction_zh=line.direction.zh,
            direction_en=line.direction.value.lower(),
            amount=format_yuan(line.amount_fen),
            wanted_zh=chosen.direction.zh,
            wanted_en=chosen.direction.value.lower(),
            wanted=format_yuan(chosen.amount_fen),
        )
    await _settle(session, line, chosen, staff_id=actor.own_staff, now=now)
    return line


async def set_line_aside(
    session: AsyncSession, actor: Actor, *, line_id: UUID, note: str, now: datetime
) -> CustodianLine:
    """Say that a line is none of the pool's claims (interest, fees), and what it is.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if the line was matched or set aside
    """
    actor.require(STATEMENT_IMPORT)
    said = checked_note(note)
    line = await queries.lock_own_line(session, actor, line_id)
    line.set_aside(said, staff_id=actor.own_staff, now=now)
    _record(session, "risk_pool.line.set_aside", line, now=now)
    await session.flush()
    return line


async def take_line_up(
    session: AsyncSession, actor: Actor, *, line_id: UUID, now: datetime
) -> CustodianLine:
    """Let a line that was set aside be matched again.

    :raises Forbidden, NotFound: if the actor may not
    :raises StepNotPossible: if it was not set aside
    """
    actor.require(STATEMENT_IMPORT)
    line = await queries.lock_own_line(session, actor, line_id)
    line.take_up()
    _record(session, "risk_pool.line.taken_up", line, now=now)
    await session.flush()
    await ask_for_matching(session, operator_id=line.tenant_id, pool_id=line.pool_id, now=now)
    return line


async def awaited_in(session: AsyncSession, actor: Actor, *, pool_id: UUID) -> Sequence[Awaited]:
    """Return what the operator's pool waits for, for a person to choose from.

    :raises Forbidden: if the actor may not match lines
    """
    actor.require(STATEMENT_IMPORT)
    return await _awaited(session, actor.own_tenant, pool_id)


async def _awaited(session: AsyncSession, operator_id: UUID, pool_id: UUID) -> list[Awaited]:
    payments = await issued_payments(session, operator_id=operator_id, pool_id=pool_id)
    recoveries = await reported_recoveries(session, operator_id=operator_id, pool_id=pool_id)
    fundings = await session.scalars(
        select(PoolFunding).where(
            PoolFunding.tenant_id == operator_id,
            PoolFunding.pool_id == pool_id,
            PoolFunding.state == FundingState.RECORDED,
        )
    )
    return [
        *(
            Awaited(
                Matched.PAYMENT, one.id, one.letter_number or "", Direction.DEBIT, one.amount_fen
            )
            for one in payments
        ),
        *(
            Awaited(Matched.RECOVERY, one.id, one.number, Direction.CREDIT, one.pool_fen)
            for one in recoveries
        ),
        *(
            Awaited(Matched.FUNDING, one.id, one.reference, Direction.CREDIT, one.amount_fen)
            for one in fundings
        ),
    ]


async def _settle(
    session: AsyncSession,
    line: CustodianLine,
    awaited: Awaited,
    *,
    staff_id: UUID | None,
    now: datetime,
) -> None:
    """Take a line as what it is, with all that follows."""
    book = line.tenant_id
    if awaited.matched is Matched.PAYMENT:
        payment = await session.get_one(PoolPayment, (book, awaited.id))
        claim = await _claim(session, book, payment.claim_id)
        await pay_by_line(session, payment, line, claim, staff_id=staff_id, now=now)
    elif awaited.matched is Matched.RECOVERY:
        recovery = (
            await session.scalars(
                select(PoolRecovery).where(
                    PoolRecovery.operator_id == book, PoolRecovery.id == awaited.id
                )
            )
        ).one()
        claim = await _claim(session, book, recovery.claim_id)
        await confirm_by_line(session, recovery, line, claim, staff_id=staff_id, now=now)
    else:
        funding = await session.get_one(PoolFunding, (book, awaited.id), with_for_update=True)
        funding.confirm(staff_id=None, statement_line_id=line.id, now=now)
        line.match(Matched.FUNDING, funding.id, staff_id=staff_id, now=now)
        await session.flush()
        await post_funding(session, funding, now=now)
    _record(session, "risk_pool.line.matched", line, now=now)
    await session.flush()


async def _claim(session: AsyncSession, operator_id: UUID, claim_id: UUID) -> PoolClaim:
    return (
        await session.scalars(
            select(PoolClaim).where(PoolClaim.operator_id == operator_id, PoolClaim.id == claim_id)
        )
    ).one()


async def _go_on(session: AsyncSession, line: CustodianLine, *, now: datetime) -> None:
    await ask_for_matching(
        session,
        operator_id=line.tenant_id,
        pool_id=line.pool_id,
        now=now,
        after=(line.booked_on, line.id),
    )


def _record(session: AsyncSession, action: str, line: CustodianLine, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=line.tenant_id,
        object_type="custodian_line",
        object_id=line.id,
        detail={
            "pool": str(line.pool_id),
            "amount_fen": line.amount_fen,
            "matched": None if line.matched is None else line.matched.value,
        },
    )
