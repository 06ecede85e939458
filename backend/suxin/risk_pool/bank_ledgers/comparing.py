"""Comparing a ledger: at once when it comes, and each night anew, with each new difference told of once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from suxin.kernel import notices
from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers.measures import (
    POOL_MEASURES,
    Difference,
    Measure,
    Sums,
    differences,
    sums,
)
from suxin.risk_pool.bank_ledgers.models import BankLedger, BankLedgerDay, BankLedgerDifference
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.bank_ledgers.standing import figures_of
from suxin.risk_pool.claims.policies import STATEMENT_IMPORT

RECENT_DAYS: Final = 31
"""How far back ledgers are compared anew each night, whatever came since (proposed)."""
UNEQUAL_DAYS: Final = 366
"""How far back those are whose day was not equal (proposed)."""
MAX_KEPT: Final = 1_000
"""How many differences of one day are kept; the day's sums count all of them."""


async def compare_ledger(session: AsyncSession, ledger: BankLedger, *, now: datetime) -> None:
    """Compare a ledger with what the platform has now of its day, and keep what came of it. Nobody is told yet."""
    theirs = ledger.figures
    ours = await figures_of(
        session, ledger.tenant_id, first=ledger.from_day, last=ledger.to_day, numbers=[*theirs]
    )
    unread = {str(one["reference"]) for one in ledger.rejects} - set(theirs)
    for number in unread:
        ours.pop(number, None)
    found = differences(theirs, ours, unread=unread)
    await _keep_sums(session, ledger, sums(theirs, ours, found), now=now)
    await _keep_differences(session, ledger, found[:MAX_KEPT], now=now)
    ledger.compared_at = now
    await session.flush()


async def compare_next_ledger(
    session: AsyncSession, *, now: datetime, after: UUID | None = None
) -> UUID | None:
    """Compare the first due ledger past one and tell of what is new; return its id, nothing when there is none. A duty of the platform."""
    today = local_day(now)
    unequal = select(BankLedgerDay.day).where(
        BankLedgerDay.tenant_id == BankLedger.tenant_id,
        BankLedgerDay.day == BankLedger.to_day,
        BankLedgerDay.differing > 0,
    )
    due = select(BankLedger).where(
        BankLedger.superseded_at.is_(None),
        BankLedger.to_day > today - timedelta(days=UNEQUAL_DAYS),
        or_(BankLedger.to_day > today - timedelta(days=RECENT_DAYS), unequal.exists()),
    )
    if after is not None:
        due = due.where(BankLedger.id > after)
    ledger = await session.scalar(
        due.order_by(BankLedger.id)
        .limit(1)
        .options(undefer(BankLedger.lines))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if ledger is None:
        return None
    await compare_ledger(session, ledger, now=now)
    await _tell(session, ledger, now=now)
    return ledger.id


async def _keep_sums(
    session: AsyncSession, ledger: BankLedger, found: dict[Measure, Sums], *, now: datetime
) -> None:
    rows = await session.scalars(
        select(BankLedgerDay).where(
            BankLedgerDay.tenant_id == ledger.tenant_id, BankLedgerDay.day == ledger.to_day
        )
    )
    before = {row.measure: row for row in rows}
    for measure, one in found.items():
        row = before.get(measure)
        if row is None:
            row = BankLedgerDay(tenant_id=ledger.tenant_id, day=ledger.to_day, measure=measure)
            session.add(row)
        row.operator_id = _operator_of(ledger, measure)
        row.theirs, row.ours, row.differing = one
        row.compared_at = now
    await session.flush()


async def _keep_differences(
    session: AsyncSession, ledger: BankLedger, found: Iterable[Difference], *, now: datetime
) -> None:
    before = {
        (row.measure, row.contract_number): row
        for row in await session.scalars(_differences(ledger.tenant_id, ledger.to_day))
    }
    for one in found:
        row = before.pop((one.measure, one.contract_number), None)
        if row is None:
            row = BankLedgerDifference(
                tenant_id=ledger.tenant_id,
                day=ledger.to_day,
                measure=one.measure,
                contract_number=one.contract_number,
                told=False,
                found_at=now,
                theirs=one.theirs,
                ours=one.ours,
            )
            session.add(row)
        elif row.settled_at is not None or (row.theirs, row.ours) != (one.theirs, one.ours):
            row.theirs, row.ours = one.theirs, one.ours
            row.told, row.found_at, row.settled_at = False, now, None
        row.operator_id = _operator_of(ledger, one.measure)
    for row in before.values():
        row.settled_at = row.settled_at or now


def _operator_of(ledger: BankLedger, measure: Measure) -> UUID | None:
    return ledger.operator_id if measure in POOL_MEASURES else None


def _differences(tenant_id: UUID, day: date) -> Select[BankLedgerDifference]:
    return select(BankLedgerDifference).where(
        BankLedgerDifference.tenant_id == tenant_id, BankLedgerDifference.day == day
    )


async def _tell(session: AsyncSession, ledger: BankLedger, *, now: datetime) -> None:
    """Tell the bank of what is new, and the operator of what of it is about its pools."""
    fresh = (
        await session.scalars(
            _differences(ledger.tenant_id, ledger.to_day).where(
                BankLedgerDifference.told.is_(False), BankLedgerDifference.settled_at.is_(None)
            )
        )
    ).all()
    for row in fresh:
        row.told = True
    counts = Counter(row.measure for row in fresh)
    for_pools = {measure: counts[measure] for measure in POOL_MEASURES if counts[measure]}
    day = ledger.to_day
    if counts:
        await notices.notify_tenant(
            session,
            tenant_id=ledger.tenant_id,
            permission=BANK_LEDGER_SEND,
            template="bank_ledger_differs",
            title="台账对账有新的差异",
            body=f"{day} 的台账新发现差异：{_words(counts)}。",
            link=f"/desk/bank-ledgers/{ledger.id}",
            now=now,
        )
    if for_pools and ledger.operator_id is not None:
        await notices.notify_tenant(
            session,
            tenant_id=ledger.operator_id,
            permission=STATEMENT_IMPORT,
            template="bank_ledger_differs",
            title="银行台账对账有新的差异",
            body=f"{day} 的银行台账新发现差异：{_words(for_pools)}。",
            link=f"/desk/bank-reconciliation?bank={ledger.tenant_id}&from={day}&to={day}",
            now=now,
        )
    await session.flush()


def _words(counts: Mapping[Measure, int]) -> str:
    return "，".join(
        f"{measure.zh} {counts[measure]} 项" for measure in Measure if counts.get(measure)
    )
