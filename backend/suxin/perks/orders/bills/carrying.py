"""Fetching each day's bill of a merchant and comparing it: the job's part. Each bill has the next day's set on its way."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.working_days import SHANGHAI
from suxin.perks.orders.bills import queries
from suxin.perks.orders.bills.comparing import MAX_GAPS, Gap, gaps_between
from suxin.perks.orders.bills.models import OrderBill, OrderBillGap
from suxin.perks.orders.bills.provider import BillProvider
from suxin.perks.orders.bills.rows import BillRow, BillUnreadable, read_bill
from suxin.perks.orders.provider import ProviderUnavailable

BILL_TOPIC: Final = "perks.order_bill.due"
DRAWN_UP_BY: Final = time(10, 30)
"""When a day's bill is fetched on the next one: the provider has it from ten."""


async def follow_bills(
    session: AsyncSession, *, tenant_id: UUID, sub_mchid: str, day: date, now: datetime
) -> None:
    """Have a job fetch a merchant's bill of a day, once it is drawn up."""
    at = datetime.combine(day + timedelta(days=1), DRAWN_UP_BY, SHANGHAI)
    await outbox.post(
        session,
        BILL_TOPIC,
        {"tenant_id": tenant_id, "sub_mchid": sub_mchid, "day": day.isoformat()},
        now=now,
        tenant_id=tenant_id,
        not_before=at,
        by_machine=True,
    )


async def compare_bill(
    session: AsyncSession,
    *,
    provider: BillProvider,
    tenant_id: UUID,
    sub_mchid: str,
    day: date,
    now: datetime,
) -> OrderBill | None:
    """Compare a merchant's bill of a day with its orders, once, and have the next day's compared; nothing if it was.

    :raises ProviderUnavailable: if there is no bill yet, or none that can be read; it is asked for again
    """
    turn = func.hashtextextended(f"order_bill:{tenant_id}:{sub_mchid}:{day}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    if await queries.is_compared(session, tenant_id=tenant_id, sub_mchid=sub_mchid, day=day):
        return None
    try:
        rows = _bill_of(await provider.bill(sub_mchid, day, now=now))
    except BillUnreadable as unreadable:
        raise ProviderUnavailable(str(unreadable)) from unreadable
    paid = await queries.paid_on(session, tenant_id=tenant_id, sub_mchid=sub_mchid, day=day)
    known = await queries.known_of(session, tenant_id=tenant_id, sub_mchid=sub_mchid, rows=rows)
    gaps = gaps_between(rows, known=known, paid_that_day=paid)
    payments, refunds = (
        [row.amount_fen for row in rows if row.refund is one] for one in (False, True)
    )
    bill = OrderBill(
        tenant_id=tenant_id,
        id=new_id(now),
        sub_mchid=sub_mchid,
        day=day,
        payments=len(payments),
        payments_fen=sum(payments),
        refunds=len(refunds),
        refunds_fen=sum(refunds),
        paid_here=len(paid),
        paid_here_fen=sum(one.amount_fen for one in paid.values()),
        gaps=len(gaps),
        compared_at=now,
    )
    session.add(bill)
    await session.flush()
    session.add_all(_gap_of(bill, gap, now=now) for gap in gaps[:MAX_GAPS])
    append_act(
        session,
        action="perks.order_bill.compared",
        now=now,
        tenant_id=tenant_id,
        object_type="order_bill",
        object_id=bill.id,
        detail={"day": day.isoformat(), "gaps": len(gaps)},
    )
    await follow_bills(
        session,
        tenant_id=tenant_id,
        sub_mchid=sub_mchid,
        day=day + timedelta(days=1),
        now=now,
    )
    return bill


def handlers(provider: BillProvider) -> Mapping[str, Handler]:
    """Return the handler of a day's bill, by its topic."""

    async def compare_one(session: AsyncSession, job: Job) -> None:
        """Compare a merchant's bill of a day with its orders."""
        await compare_bill(
            session,
            provider=provider,
            tenant_id=job.uuid("tenant_id"),
            sub_mchid=job.payload["sub_mchid"],
            day=date.fromisoformat(job.payload["day"]),
            now=job.now,
        )

    return {BILL_TOPIC: compare_one}


def _bill_of(text: str) -> Sequence[BillRow]:
    return read_bill(text) if text else ()


def _gap_of(bill: OrderBill, gap: Gap, *, now: datetime) -> OrderBillGap:
    return OrderBillGap(
        tenant_id=bill.tenant_id,
        id=new_id(now),
        bill_id=bill.id,
        kind=gap.kind,
        refund=gap.refund,
        number=gap.number,
        transaction_id=gap.transaction_id,
        bill_fen=gap.bill_fen,
        here_fen=gap.here_fen,
    )
