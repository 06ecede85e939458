"""Who may do what in lending: permissions of bank staff, and the predicates over a thing and its actor."""

from uuid import UUID

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.lending.models import Referral
from suxin.places.models import CITY_CODE

PRODUCT_READ = Permission("lending.product.read", "查看贷款产品")
PRODUCT_EDIT = Permission("lending.product.edit", "编辑贷款产品")
PRODUCT_PUBLISH = Permission("lending.product.publish", "发布和下架贷款产品")
REFERRAL_READ = Permission("lending.referral.read", "查看贷款对接")
REFERRAL_WORK = Permission("lending.referral.work", "办理贷款对接")
REFERRAL_ASSIGN = Permission("lending.referral.assign", "分派贷款对接")
OFFER_MAKE = Permission("lending.offer.make", "报价")
LOAN_READ = Permission("lending.loan.read", "查看贷款")
LOAN_MANAGE = Permission("lending.loan.manage", "签约、放款、续贷、结清和核销")
REPAYMENT_REPORT = Permission("lending.repayment.report", "登记还款")
STATISTICS_READ = Permission("lending.statistics.read", "查看办理时效")


class OutsideOwnArea(Refusal):
    """The referral belongs to another branch or area of the same bank."""

    code = "OUTSIDE_OWN_AREA"
    kind = RefusalKind.FORBIDDEN
    zh = "该申请不在您负责的网点或区域内"
    en = "This referral is outside your branch or area"


_COUNTY_DIGITS = 6


def counties_in_reach(actor: Actor) -> frozenset[str] | None:
    """Return the county codes whose leads the actor works on, or ``None`` when he serves the whole city.

    An area of his may be narrower than the county a lead shows: a town's officer sees his county's leads. A lead
    coarsened to the whole city could be from any county, so that it is within everyone's reach.
    """
    counties = frozenset(area[:_COUNTY_DIGITS] for area in actor.areas)
    return None if not counties or CITY_CODE in counties else counties | {CITY_CODE}


def require_county(actor: Actor, county_code: str) -> None:
    """Refuse unless a lead of this county lies within the actor's areas.

    :raises OutsideOwnArea: if the county is outside the actor's areas
    """
    counties = counties_in_reach(actor)
    if counties is not None and county_code not in counties:
        raise OutsideOwnArea


def require_in_reach(actor: Actor, referral: Referral) -> None:
    """Refuse unless the referral lies within the actor's branch and areas.

    :raises OutsideOwnArea: if it is routed to another branch, or its county is outside the actor's areas
    """
    if actor.branch_id is not None and not _of_branch(referral, actor.branch_id):
        raise OutsideOwnArea
    require_county(actor, referral.county_code)


def _of_branch(referral: Referral, branch_id: UUID) -> bool:
    """Tell whether a branch works on a referral: its own, or one that nobody was given; the head office's is not."""
    if referral.branch_id is None:
        return referral.officer_id is None
    return referral.branch_id == branch_id
