"""Who may do what in lending: permissions of bank staff, and the predicates over a thing and its actor."""

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.lending.models import Referral

PRODUCT_READ = Permission("lending.product.read")
PRODUCT_EDIT = Permission("lending.product.edit")
PRODUCT_PUBLISH = Permission("lending.product.publish")
REFERRAL_READ = Permission("lending.referral.read")
REFERRAL_WORK = Permission("lending.referral.work")
OFFER_MAKE = Permission("lending.offer.make")
STATISTICS_READ = Permission("lending.statistics.read")


class OutsideOwnArea(Refusal):
    """The referral belongs to another branch or area of the same bank."""

    code = "OUTSIDE_OWN_AREA"
    kind = RefusalKind.FORBIDDEN
    zh = "该申请不在您负责的网点或区域内"
    en = "This referral is outside your branch or area"


def require_in_reach(actor: Actor, referral: Referral) -> None:
    """Refuse unless the referral lies within the actor's branch and areas.

    :raises OutsideOwnArea: if it is routed to another branch, or its county is outside the actor's areas
    """
    if actor.branch_id is not None and referral.branch_id not in (None, actor.branch_id):
        raise OutsideOwnArea
    # An area of the actor may be narrower than the county the lead shows: a town's officer sees his county's leads.
    county = referral.county_code
    if actor.areas and not any(county.startswith(area[:6]) for area in actor.areas):
        raise OutsideOwnArea
