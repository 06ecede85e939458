"""Finding a referral's branch and officer, giving it to somebody else, and setting a product's branch."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.models import Referral
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.queries import products as product_queries
from suxin.lending.queries import referrals as referral_queries
from suxin.lending.routing import queries
from suxin.lending.routing.choosing import branch_for, officer_for
from suxin.lending.routing.models import ProductBranch
from suxin.lending.routing.telling import tell_officer
from suxin.lending.telling import tell_of_referral
from suxin.tenancy.models import Branch
from suxin.tenancy.queries import covers_on

MAX_REASON: Final = 200


class OfficerUnfit(Refusal):
    """Nobody of this id works on referrals of this place, or he is of another branch than the head's."""

    code = "OFFICER_UNFIT"
    kind = RefusalKind.INVALID
    zh = "该人员不办理此网点或区域的对接"
    en = "This member does not work on referrals of this branch or area"


class OfficerAway(Refusal):
    """The officer is on leave today."""

    code = "OFFICER_AWAY"
    zh = "该人员正在请假，请改派代办人或其他人员"
    en = "The officer is on leave; give it to whoever covers, or to somebody else"


async def route_referral(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, now: datetime
) -> None:
    """Find the branch and the officer of a referral that has just come to a bank; one without branches is left as it is.

    A duty of the platform; it does nothing where somebody has the referral already, or it has ended.
    """
    referral = await referral_queries.lock_referral(session, tenant_id, referral_id)
    if referral is None or referral.routed or not referral.answerable:
        return
    async with act_for(session, tenant_id=tenant_id, reason="referral routed"):
        house = await queries.house_of(session, tenant_id)
        branch_id = await queries.branch_of_product(session, tenant_id, referral.product_id)
        covers = await covers_on(session, tenant_id, day=local_day(now))
    if not house.offices:
        return
    area = referral.county_code
    if branch_id is None:
        loads: dict[UUID, int] = {}
        for one in house.officers:
            if one.branch_id is not None:
                loads[one.branch_id] = loads.get(one.branch_id, 0) + one.open_work
        branch_id = branch_for(area, house.offices, loads=loads)
    officer_id = officer_for(area, branch_id, house.officers, covers=covers)
    if branch_id is None and officer_id is None:
        return
    referral.branch_id, referral.officer_id = branch_id, officer_id
    _record(session, referral, "routed", now=now)
    if officer_id is not None:
        body = f"收到的线索已分派给您，请在 {_day_zh(referral.accept_by)} 前受理。"
        await tell_officer(session, referral, officer_id, "线索已分派给您", body, now=now)


async def assign_referral(
    session: AsyncSession,
    actor: Actor,
    *,
    referral_id: UUID,
    staff_id: UUID,
    reason: str,
    now: datetime,
) -> Referral:
    """Give a referral to another officer, with a reason; both are told, and it is on record.

    A branch's head gives to his own branch's officers, one of the head office to any; the referral goes to the officer's branch.

    :raises Forbidden: if the actor may not give referrals to people
    :raises NotFound, OutsideOwnArea: if the referral is not the actor's to give
    :raises Invalid: if no reason is given, or it is too long
    :raises OfficerUnfit: if he does not work on referrals there
    :raises OfficerAway: if he is on leave today
    :raises StepNotPossible: if the referral has ended
    """
    actor.require(policies.REFERRAL_ASSIGN)
    words = reason.strip()
    if not 1 <= len(words) <= MAX_REASON:
        raise Invalid(
            field="reason",
            reason_zh=f"请填写 1 至 {MAX_REASON} 字的原因",
            reason_en=f"give a reason of 1 to {MAX_REASON} characters",
        )
    referral = await referral_queries.lock_own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, referral)
    if not referral.answerable:
        raise StepNotPossible(state=referral.state, step_zh="改派", step_en="give it to another")
    officers = {one.staff_id: one for one in await queries.own_officers(session, actor)}
    officer = officers.get(staff_id)
    if officer is None or not officer.reaches(referral.county_code):
        raise OfficerUnfit(field="staffId")
    if staff_id in await covers_on(session, actor.own_tenant, day=local_day(now)):
        raise OfficerAway(field="staffId")
    before = referral.officer_id
    referral.branch_id, referral.officer_id = officer.branch_id, staff_id
    _record(
        session,
        referral,
        "assigned",
        now=now,
        detail={"from": str(before) if before else None, "reason": words},
    )
    await tell_officer(session, referral, staff_id, "线索已改派给您", f"原因：{words}", now=now)
    if before is not None and before != staff_id:
        body = f"您办理的线索已改派他人。原因：{words}"
        await tell_officer(session, referral, before, "线索已改派他人", body, now=now)
    return referral


async def set_product_branch(
    session: AsyncSession,
    actor: Actor,
    *,
    product_id: UUID,
    branch_id: UUID | None,
    now: datetime,
) -> None:
    """Let a product's referrals go to one branch from now on, or, without one, wherever their area lies.

    :raises Forbidden: if the actor may not publish products
    :raises NotFound: if product or branch is not this bank's
    """
    actor.require(policies.PRODUCT_PUBLISH)
    product = await product_queries.own_product(session, actor, product_id)
    tenant_id = actor.own_tenant
    if branch_id is not None and not await session.get(Branch, (tenant_id, branch_id)):
        raise NotFound(thing_zh="网点", thing_en="branch", field="branchId")
    rule = await session.get(ProductBranch, (tenant_id, product.code), with_for_update=True)
    if rule is not None and branch_id is None:
        await session.delete(rule)
    elif rule is not None and branch_id is not None:
        rule.branch_id, rule.set_at = branch_id, now
    elif branch_id is not None:
        session.add(
            ProductBranch(
                tenant_id=tenant_id, product_code=product.code, branch_id=branch_id, set_at=now
            )
        )
    append_act(
        session,
        action="lending.product.branch_set",
        now=now,
        tenant_id=tenant_id,
        object_type="loan_product",
        object_id=product_id,
        detail={"branch": str(branch_id) if branch_id else None},
    )


def _record(
    session: AsyncSession,
    referral: Referral,
    step: str,
    *,
    now: datetime,
    detail: dict[str, str | None] | None = None,
) -> None:
    append_act(
        session,
        action=f"lending.referral.{step}",
        now=now,
        tenant_id=referral.tenant_id,
        object_type="referral",
        object_id=referral.id,
        detail={
            "branch": str(referral.branch_id) if referral.branch_id else None,
            "officer": str(referral.officer_id) if referral.officer_id else None,
            **(detail or {}),
        },
    )
    tell_of_referral(session, referral, "assigned", now=now)


def _day_zh(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.month} 月 {day.day} 日"
