"""Taking a bank's ledger: once for its content and period, and compared at once."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers.comparing import compare_ledger
from suxin.risk_pool.bank_ledgers.files import read_ledger
from suxin.risk_pool.bank_ledgers.models import BankLedger
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.states import AgreementState

MAX_DAYS: Final = 366
"""How long the period of a ledger may be."""
MAX_NAME: Final = 200


async def send_ledger(
    session: AsyncSession,
    actor: Actor,
    *,
    first: date,
    last: date,
    name: str,
    content: bytes,
    now: datetime,
) -> BankLedger:
    """Take the bank's ledger of its loans at the end of a period's last day, and compare it.

    The same content for the same period is the same ledger; another one of the same last day takes its place.

    :raises Forbidden: if the actor may not send ledgers
    :raises Invalid: if the period is none, lies ahead or is longer than ``MAX_DAYS``, or the file is too large
    :raises LedgerMalformed, LedgerTooLong: see ``read_ledger``
    """
    actor.require(BANK_LEDGER_SEND)
    _check_period(first, last, today=local_day(now))
    sha256 = hashlib.sha256(content).hexdigest()
    before = await _ledger_of(session, actor, last)
    if before is not None and (before.from_day, before.sha256) == (first, sha256):
        return before
    read = read_ledger(content)
    if before is not None:
        before.superseded_at = now
        await session.flush()
    ledger = BankLedger(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        operator_id=await _operator_of(session, actor),
        from_day=first,
        to_day=last,
        name=name.strip()[:MAX_NAME] or "台账",
        sha256=sha256,
        rows_taken=len(read.figures),
        rows_rejected=len(read.rejects),
        rejects=read.rejects,
        lines=[[number, *figures] for number, figures in read.figures.items()],
        received_at=now,
        received_by=actor.own_staff,
    )
    session.add(ledger)
    append_act(
        session,
        action="risk_pool.bank_ledger.taken",
        now=now,
        object_type="bank_ledger",
        object_id=ledger.id,
        detail={"day": last.isoformat(), "rows": ledger.rows_read, "rejected": len(read.rejects)},
    )
    await session.flush()
    await compare_ledger(session, ledger, now=now)
    return ledger


def _check_period(first: date, last: date, *, today: date) -> None:
    if last > today:
        raise Invalid(field="last", reason_zh="不能晚于今天", reason_en="is not after today")
    if not timedelta() <= last - first < timedelta(days=MAX_DAYS):
        raise Invalid(
            field="first",
            reason_zh=f"应不晚于截止日，且期间不超过 {MAX_DAYS} 天",
            reason_en=f"is not after the last day, and at most {MAX_DAYS} days before it",
        )


async def _ledger_of(session: AsyncSession, actor: Actor, day: date) -> BankLedger | None:
    return await session.scalar(
        select(BankLedger)
        .where(
            BankLedger.tenant_id == actor.own_tenant,
            BankLedger.to_day == day,
            BankLedger.superseded_at.is_(None),
        )
        .with_for_update()
    )


async def _operator_of(session: AsyncSession, actor: Actor) -> UUID | None:
    """Return whose pools the bank has an agreement with, in force before any other."""
    return await session.scalar(
        select(PoolAgreement.tenant_id)
        .where(PoolAgreement.bank_id == actor.own_tenant)
        .order_by((PoolAgreement.state != AgreementState.IN_FORCE), PoolAgreement.id.desc())
        .limit(1)
    )
