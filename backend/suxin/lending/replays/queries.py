"""What a replay reads: the requests of a quarter without whose they are, what a bank was shown before, and its replays."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import SHANGHAI
from suxin.lending.facts import ApplicantFacts
from suxin.lending.models import DispatchMode, LoanRequest
from suxin.lending.replays.counting import Asked
from suxin.lending.replays.models import ProductReplay, ReplayCount
from suxin.lending.terms import RequestTerms
from suxin.subjects.models import Subject

MAX_REQUESTS: Final = 20_000
"""How many requests of a quarter are replayed, the first of them: well under ten seconds of a job."""


async def requests_of_quarter(
    session: AsyncSession, *, quarter: tuple[date, date], world: UUID | None
) -> list[Asked | None]:
    """Return what was asked in a quarter in one world, in the order of the requests' ids; nothing where it was erased.

    A request that names its product goes to no other, and is none of them.
    """
    first, end = (datetime.combine(day, time(), SHANGHAI) for day in quarter)
    rows = await session.scalars(
        select(LoanRequest)
        .join(Subject, Subject.id == LoanRequest.subject_id)
        .where(
            LoanRequest.submitted_at >= first,
            LoanRequest.submitted_at < end,
            LoanRequest.mode != DispatchMode.NAMED,
            Subject.sandbox_id.is_not_distinct_from(world),
        )
        .order_by(LoanRequest.id)
        .limit(MAX_REQUESTS)
    )
    return [_asked(row) for row in rows]


def replays_of(actor: Actor) -> Select[ProductReplay]:
    """Return the bank's replays, the latest first."""
    return (
        select(ProductReplay)
        .where(ProductReplay.tenant_id == actor.own_tenant)
        .order_by(ProductReplay.id.desc())
    )


async def latest_replay(
    session: AsyncSession, actor: Actor, product_id: UUID
) -> ProductReplay | None:
    """Return the latest replay of one of the bank's products."""
    return await session.scalar(
        replays_of(actor).where(ProductReplay.product_id == product_id).limit(1)
    )


async def replays_in(session: AsyncSession, tenant_id: UUID, quarter_from: date) -> int:
    """Return how often a bank has replayed a quarter."""
    count = await session.scalar(
        select(func.count())
        .select_from(ProductReplay)
        .where(ProductReplay.tenant_id == tenant_id, ProductReplay.quarter_from == quarter_from)
    )
    return count or 0


async def sets_shown(session: AsyncSession, tenant_id: UUID, quarter_from: date) -> Sequence[int]:
    """Return the sets of a quarter's requests that a bank was shown a figure of, the first shown first."""
    rows = await session.scalars(
        select(ReplayCount.counted)
        .where(ReplayCount.tenant_id == tenant_id, ReplayCount.quarter_from == quarter_from)
        .order_by(ReplayCount.replay_id, ReplayCount.cell)
    )
    return [int.from_bytes(row) for row in rows]


async def lock_replay(
    session: AsyncSession, tenant_id: UUID, replay_id: UUID
) -> ProductReplay | None:
    """Return a replay, locked until the transaction ends."""
    return await session.scalar(
        select(ProductReplay)
        .where(ProductReplay.tenant_id == tenant_id, ProductReplay.id == replay_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _asked(row: LoanRequest) -> Asked | None:
    if not row.facts:
        return None
    terms = RequestTerms(
        amount_fen=row.amount_fen,
        term_months=row.term_months,
        purpose=row.purpose,
        guarantee_mode=row.guarantee,
        rate_ceiling_bps=row.rate_ceiling_bps,
        repayment_method=row.repayment_method,
    )
    return Asked(terms, msgspec.convert(row.facts, ApplicantFacts))
