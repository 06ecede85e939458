"""What waits for one of a village's people today, over everything that the village decides.

Only what he may do himself is counted: whatever he recorded, proposed or made is another person's to decide.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries as points
from suxin.grid.exchange.queries import own_app_events
from suxin.grid.field.queries import conflicts
from suxin.grid.models import AppEvent, PointClaim, RuleSet, VillageSheet
from suxin.grid.policies import (
    APPEAL_DECIDE,
    CLAIM_CHECK,
    CLAIM_DECIDE,
    CLAIM_RECORD,
    NOTICE_PUBLISH,
    POINT_REVERSE,
    RULE_CONFIRM,
    SHEET_SIGN,
)
from suxin.grid.queries.waiting import claims_waiting
from suxin.grid.sheets.queries import own_sheets
from suxin.grid.states import ClaimState, RuleSetState
from suxin.kernel.actor import Actor, Permission
from suxin.kernel.counting import counted
from suxin.rural.models import RuralStatement
from suxin.rural.policies import FACT_VERIFY, RATING_CHECK, RATING_VOTE
from suxin.rural.queries import waiting as ratings
from suxin.rural.queries.cycles import statements_at
from suxin.rural.states import StatementState
from suxin.shop import queries as shop
from suxin.shop.models import ShopBudget, ShopRedemption
from suxin.shop.policies import BUDGET_CONFIRM, REDEMPTION_RETURN, REDEMPTION_SELL
from suxin.shop.states import BudgetState, Means, RedemptionState
from suxin.village_credit.models import CreditRound
from suxin.village_credit.policies import ROUND_ACCEPT, ROUND_CONFIRM
from suxin.village_credit.queries import own_rounds
from suxin.village_credit.states import RoundState
from suxin.villages import queries as villages
from suxin.villages.models import HouseholdLink
from suxin.villages.policies import LINK_DECIDE
from suxin.villages.states import LinkState

Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Duty:
    """A kind of thing that waits: who may do it, what it is called, where it is done, and what of it there is."""

    permission: Permission
    zh: str
    href: str
    waiting: Callable[[Actor, datetime], Statement]
    due_at: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much of a kind waits, and until when the first of it is to be done, where that is set."""

    zh: str
    href: str
    count: int
    due_at: datetime | None


def _claims(state: ClaimState) -> Callable[[Actor, datetime], Statement]:
    return lambda actor, _: claims_waiting(actor, state)


DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        REDEMPTION_SELL,
        "兑换待发放",
        "/desk/shop",
        lambda actor, now: shop.redemptions_waiting(actor, now=now).where(
            (ShopRedemption.means != Means.COUNTER) | (ShopRedemption.held_by != actor.own_staff)
        ),
        ShopRedemption.held_until,
    ),
    Duty(
        APPEAL_DECIDE,
        "积分异议待决定",
        "/desk/points/claims?state=appeals",
        _claims(ClaimState.APPEALED),
        PointClaim.due_at,
    ),
    Duty(
        CLAIM_CHECK,
        "积分待初审",
        "/desk/points/queues/check",
        _claims(ClaimState.SUBMITTED),
        PointClaim.due_at,
    ),
    Duty(
        CLAIM_DECIDE,
        "积分待评议",
        "/desk/points/queues/committee",
        _claims(ClaimState.CHECKED),
        PointClaim.due_at,
    ),
    Duty(
        NOTICE_PUBLISH,
        "积分待公示",
        "/desk/points/notices",
        lambda actor, _: points.own_claims(actor).where(PointClaim.state == ClaimState.APPROVED),
    ),
    Duty(
        POINT_REVERSE,
        "冲正待确认",
        "/desk/points/claims?state=posted",
        lambda actor, _: points.own_claims(actor).where(
            PointClaim.state == ClaimState.POSTED, PointClaim.reversal_asked_by != actor.own_staff
        ),
    ),
    Duty(CLAIM_CHECK, "采集冲突待核定", "/desk/field-conflicts", lambda actor, _: conflicts(actor)),
    Duty(
        CLAIM_RECORD,
        "网格通事件待登记",
        "/desk/points/exchange",
        lambda actor, _: own_app_events(actor).where(AppEvent.missing.is_(None)),
    ),
    Duty(
        RATING_VOTE,
        "评级待评议",
        "/desk/ratings",
        lambda actor, _: ratings.entries_to_vote_on(actor),
    ),
    Duty(
        RATING_CHECK, "评级待复核", "/desk/ratings", lambda actor, _: ratings.cycles_to_check(actor)
    ),
    Duty(
        FACT_VERIFY,
        "情况证明待复核",
        "/desk/facts",
        lambda actor, _: statements_at(actor).where(
            RuralStatement.state == StatementState.STATED,
            RuralStatement.stated_by != actor.own_staff,
        ),
    ),
    Duty(
        ROUND_ACCEPT,
        "整村授信待接受",
        "/desk/credit-rounds",
        lambda actor, _: own_rounds(actor).where(CreditRound.state == RoundState.SIGNED),
    ),
    Duty(
        ROUND_CONFIRM,
        "整村授信待确认",
        "/desk/credit-rounds",
        lambda actor, _: own_rounds(actor).where(
            CreditRound.state == RoundState.ACCEPTED, CreditRound.accepted_by != actor.own_staff
        ),
    ),
    Duty(
        LINK_DECIDE,
        "村民关联待答复",
        "/desk/village/links",
        lambda actor, _: villages.links(actor.own_tenant).where(
            HouseholdLink.state == LinkState.ASKED
        ),
    ),
    Duty(
        RULE_CONFIRM,
        "积分细则待确认",
        "/desk/points/rules",
        lambda actor, _: points.own_rule_sets(actor).where(
            RuleSet.state == RuleSetState.ADOPTED,
            RuleSet.drafted_by != actor.own_staff,
            RuleSet.adopted_by != actor.own_staff,
        ),
    ),
    Duty(
        BUDGET_CONFIRM,
        "超市预算待确认",
        "/desk/shop/budget",
        lambda actor, _: shop.own_budgets(actor).where(
            ShopBudget.state == BudgetState.PROPOSED, ShopBudget.proposed_by != actor.own_staff
        ),
    ),
    Duty(
        REDEMPTION_RETURN,
        "退货待确认",
        "/desk/shop/redemptions",
        lambda actor, _: shop.own_redemptions(actor).where(
            ShopRedemption.state == RedemptionState.HANDED_OVER,
            ShopRedemption.return_asked_by != actor.own_staff,
        ),
    ),
    Duty(
        SHEET_SIGN,
        "月度台账待签",
        "/desk/points/sheets",
        lambda actor, _: own_sheets(actor).where(
            VillageSheet.signed_by.is_(None), VillageSheet.made_by != actor.own_staff
        ),
    ),
)


async def waiting_for(session: AsyncSession, actor: Actor, *, now: datetime) -> Sequence[Waiting]:
    """Return what waits for the acting staff member, in the order in which it presses."""
    found = []
    for duty in DUTIES:
        if not actor.may(duty.permission):
            continue
        count, due_at = await counted(session, duty.waiting(actor, now), first=duty.due_at)
        if count:
            found.append(Waiting(zh=duty.zh, href=duty.href, count=count, due_at=due_at))
    return found
