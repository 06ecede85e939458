"""Explaining a difference: the merchant looks into it and writes down what it found. Neither bill nor order is changed by it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid, Refusal
from suxin.perks.orders.bills import queries
from suxin.perks.orders.bills.models import OrderBillGap
from suxin.perks.orders.policies import ORDER_MANAGE

MAX_FOUND: Final = 300
"""How many characters a finding has at the most."""


class GapExplained(Refusal):
    """What was found about a difference is written down, and stays as it is."""

    code = "ORDER_BILL_GAP_EXPLAINED"
    zh = "该差异已登记查明结果，不能更改"
    en = "What was found about this difference is on record already, and stays so"


async def explain_gap(
    session: AsyncSession, actor: Actor, *, gap_id: UUID, found: str, now: datetime
) -> OrderBillGap:
    """Write down what was found about a difference; it is open no more.

    :raises Forbidden: if the actor does not handle orders
    :raises NotFound: if it is no difference of his house's bills
    :raises GapExplained: if it is written down already
    :raises Invalid: if nothing is said, or more than ``MAX_FOUND`` characters
    """
    actor.require(ORDER_MANAGE)
    gap = await queries.lock_own_gap(session, actor, gap_id)
    said = found.strip()
    if not 0 < len(said) <= MAX_FOUND:
        raise Invalid(
            field="found",
            reason_zh=f"请写明查明结果，最多 {MAX_FOUND} 字",
            reason_en=f"say what was found, in {MAX_FOUND} characters at most",
        )
    if gap.found_at is not None:
        raise GapExplained
    gap.found, gap.found_by, gap.found_at = said, actor.own_staff, now
    append_act(
        session,
        action="perks.order_bill.gap_explained",
        now=now,
        tenant_id=gap.tenant_id,
        object_type="order_bill",
        object_id=gap.bill_id,
        detail={"number": gap.number, "kind": gap.kind.value},
    )
    return gap
