"""Asking for a replay of a draft, and carrying it out."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.models import LoanProduct
from suxin.lending.product_terms import terms_of
from suxin.lending.queries.products import own_product
from suxin.lending.queries.turns import take_turn
from suxin.lending.replays import queries
from suxin.lending.replays.counting import figures_of, replayed, shown
from suxin.lending.replays.models import ProductReplay, ReplayCount, ReplayState
from suxin.tenancy.models import Tenant

MAX_REPLAYS: Final = 60
"""How often a bank replays one quarter at the most (proposed default)."""

REPLAY_TOPIC: Final = "lending.product.replay"
_BITS_A_BYTE: Final = 8
_MONTHS: Final = 3


class TooManyReplays(Refusal):
    """The bank has replayed the quarter as often as it may."""

    code = "TOO_MANY_REPLAYS"
    kind = RefusalKind.LIMITED
    zh = "每个季度的申请最多回放 {limit} 次"
    en = "The requests of a quarter are replayed at most {limit} times"


def last_quarter(today: date) -> tuple[date, date]:
    """Return the first day of the last whole quarter, and the day after its last."""
    first_month = (today.month - 1) // _MONTHS * _MONTHS + 1
    end = date(today.year, first_month, 1)
    if first_month == 1:
        return date(today.year - 1, 10, 1), end
    return date(today.year, first_month - _MONTHS, 1), end


async def ask_replay(
    session: AsyncSession, actor: Actor, *, product_id: UUID, now: datetime
) -> ProductReplay:
    """Ask for a replay of a draft over the requests of the last whole quarter; the platform carries it out at once.

    :raises Forbidden: if the actor may not edit products
    :raises NotFound: if the product is not this bank's
    :raises StepNotPossible: if it is no draft
    :raises TooManyReplays: if the bank has replayed the quarter ``MAX_REPLAYS`` times
    """
    actor.require(policies.PRODUCT_EDIT)
    product = await own_product(session, actor, product_id)
    product.require_draft()
    tenant_id = actor.own_tenant
    first, end = last_quarter(local_day(now))
    await take_turn(session, "replays", tenant_id)
    if await queries.replays_in(session, tenant_id, first) >= MAX_REPLAYS:
        raise TooManyReplays(limit=MAX_REPLAYS)
    replay = ProductReplay(
        tenant_id=tenant_id,
        id=new_id(now),
        product_id=product_id,
        quarter_from=first,
        quarter_to=end,
        state=ReplayState.PENDING,
        figures=None,
        asked_by=actor.staff_id,
        asked_at=now,
        done_at=None,
    )
    session.add(replay)
    append_act(
        session,
        action="lending.product.replay_asked",
        now=now,
        tenant_id=tenant_id,
        object_type="loan_product",
        object_id=product_id,
    )
    await session.flush()
    payload = {"tenant_id": tenant_id, "replay_id": replay.id}
    await outbox.post(session, REPLAY_TOPIC, payload, now=now, tenant_id=tenant_id, wake=True)
    return replay


async def carry_out_replay(
    session: AsyncSession, *, tenant_id: UUID, replay_id: UUID, now: datetime
) -> None:
    """Replay a draft beside the product whose place it takes, and keep the figures that the bank may be shown.

    A duty of the platform; one at a time for a bank, so that each replay knows what the bank was shown before.
    """
    await take_turn(session, "replays", tenant_id)
    replay = await queries.lock_replay(session, tenant_id, replay_id)
    if replay is None or replay.state is ReplayState.DONE:
        return
    world = await session.scalar(
        select(Tenant.id).where(Tenant.id == tenant_id, Tenant.sandbox.is_(True))
    )
    async with act_for(session, tenant_id=tenant_id, reason="product replayed"):
        draft = await session.get_one(LoanProduct, (tenant_id, replay.product_id))
        former = (
            None
            if draft.draft_of is None
            else await session.get(LoanProduct, (tenant_id, draft.draft_of))
        )
        wanted, had = terms_of(draft), None if former is None else terms_of(former)
    quarter = (replay.quarter_from, replay.quarter_to)
    requests = await queries.requests_of_quarter(session, quarter=quarter, world=world)
    counted = replayed(requests, wanted, had)
    before = await queries.sets_shown(session, tenant_id, replay.quarter_from)
    figures, fresh = shown(counted.cells, before)
    width = max(1, -(-len(requests) // _BITS_A_BYTE))
    session.add_all(
        ReplayCount(
            tenant_id=tenant_id,
            replay_id=replay.id,
            cell=cell,
            quarter_from=replay.quarter_from,
            counted=places.to_bytes(width),
        )
        for cell, places in fresh.items()
    )
    replay.figures = figures_of(counted, figures)
    replay.state, replay.done_at = ReplayState.DONE, now
