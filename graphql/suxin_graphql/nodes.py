"""Reading any thing again by its global id."""

from collections.abc import Mapping
from typing import Final

import strawberry

from suxin.kernel.refusals import Refusal
from suxin_graphql.authorisation_types import ServiceAuthorisation
from suxin_graphql.claim_types import PoolClaim, PoolRecovery
from suxin_graphql.clients import OAuthClient
from suxin_graphql.consents import Consent
from suxin_graphql.context import Context, Info
from suxin_graphql.events import Event
from suxin_graphql.exchange_types import MaterialRequest
from suxin_graphql.execution.readings import EachOf, Named, OneOf
from suxin_graphql.execution.records import Record
from suxin_graphql.exports import Export
from suxin_graphql.fields import Access, query
from suxin_graphql.guarantee_types import GuaranteeRequest, Guarantor
from suxin_graphql.ids import from_global, not_found
from suxin_graphql.league import LeagueLine, LeagueTable
from suxin_graphql.lending_types import Lead, LoanProduct, Offer, Referral
from suxin_graphql.limits import check_list
from suxin_graphql.loan_types import Loan, LoanDrawdown, LoanInstalment, LoanRepayment
from suxin_graphql.node import Node
from suxin_graphql.order_types import ServiceOrder, ServiceOrderRefund
from suxin_graphql.part_types import GuarantorPart, GuarantorTransfer
from suxin_graphql.perk_types import PerkProgramme, PerkRedemption
from suxin_graphql.point_types import PointClaim, PointRuleSet
from suxin_graphql.pool_types import PoolAgreement, PoolFiling, PoolStopLoss, RiskPool
from suxin_graphql.replay_types import ProductReplay
from suxin_graphql.rural_types import RatingCycle, RatingEntry
from suxin_graphql.sandboxes import SandboxApplicant, SandboxClock
from suxin_graphql.settlement_types import PerkSettlement
from suxin_graphql.shop_types import ShopGood, ShopRedemption
from suxin_graphql.village_credit_types import VillageCreditMember, VillageCreditRound
from suxin_graphql.village_types import Household, VillageGrid
from suxin_graphql.warning_types import LoanWarning
from suxin_graphql.webhooks import WebhookDelivery, WebhookEndpoint

NODES: Final[Mapping[str, type[Record]]] = {
    "Referral": Referral,
    "Lead": Lead,
    "LoanProduct": LoanProduct,
    "Offer": Offer,
    "OAuthClient": OAuthClient,
    "Consent": Consent,
    "Event": Event,
    "WebhookEndpoint": WebhookEndpoint,
    "WebhookDelivery": WebhookDelivery,
    "Export": Export,
    "SandboxApplicant": SandboxApplicant,
    "SandboxClock": SandboxClock,
    "Loan": Loan,
    "LoanDrawdown": LoanDrawdown,
    "LoanInstalment": LoanInstalment,
    "LoanRepayment": LoanRepayment,
    "PoolClaim": PoolClaim,
    "PoolRecovery": PoolRecovery,
    "RiskPool": RiskPool,
    "PoolAgreement": PoolAgreement,
    "PoolFiling": PoolFiling,
    "PoolStopLoss": PoolStopLoss,
    "GuaranteeRequest": GuaranteeRequest,
    "Guarantor": Guarantor,
    "GuarantorPart": GuarantorPart,
    "GuarantorTransfer": GuarantorTransfer,
    "MaterialRequest": MaterialRequest,
    "ProductReplay": ProductReplay,
    "PerkProgramme": PerkProgramme,
    "PerkRedemption": PerkRedemption,
    "ServiceOrder": ServiceOrder,
    "ServiceOrderRefund": ServiceOrderRefund,
    "PerkSettlement": PerkSettlement,
    "ServiceAuthorisation": ServiceAuthorisation,
    "LoanWarning": LoanWarning,
    "LeagueTable": LeagueTable,
    "LeagueLine": LeagueLine,
    "Household": Household,
    "VillageCreditRound": VillageCreditRound,
    "VillageCreditMember": VillageCreditMember,
    "VillageGrid": VillageGrid,
    "ShopGood": ShopGood,
    "ShopRedemption": ShopRedemption,
    "RatingCycle": RatingCycle,
    "RatingEntry": RatingEntry,
    "PointClaim": PointClaim,
    "PointRuleSet": PointRuleSet,
}


@strawberry.type
class NodeQueries:
    """Queries of any thing by its id; each type asks for its own permission."""

    @query(Access.PUBLIC, Node | None, description="按全局标识读取。Read a thing again by its id.")
    def node(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - the name Relay gives it
        """Return a thing by its id."""
        return OneOf(_named(id, info.context))

    @query(
        Access.PUBLIC,
        list[Node | None],
        description="按全局标识批量读取，最多 100 个。Read up to 100 things by their ids, in the order asked.",
    )
    def nodes(self, info: Info, ids: list[strawberry.ID]) -> EachOf:
        """Return several things by their ids."""
        check_list("ids", ids)
        return EachOf([_named_or_refused(one, info.context) for one in ids])


def _named(text: str, context: Context) -> Named:
    found = from_global(text, context.actor, field="id")
    cls = NODES[found.type_name]
    if cls.__source__.permission is not None:
        context.actor.require(cls.__source__.permission)
    return Named(cls, found.id, not_found(found.type_name, field="id"))


def _named_or_refused(text: str, context: Context) -> Named | Refusal:
    try:
        return _named(text, context)
    except Refusal as refusal:
        return refusal
