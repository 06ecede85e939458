"""The schema: every context's queries, mutations and subscriptions, and its text as it is checked in."""

from typing import TYPE_CHECKING, Final

import strawberry
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from suxin_graphql.authorisations import AuthorisationMutations, AuthorisationQueries
from suxin_graphql.claim_mutations import ClaimMutations
from suxin_graphql.claim_queries import ClaimQueries
from suxin_graphql.clients import ClientMutations, ClientQueries
from suxin_graphql.consent_requests import ConsentRequestMutations
from suxin_graphql.consents import ConsentSubscriptions
from suxin_graphql.deprecated_uses import DeprecationQueries
from suxin_graphql.deprecations import REASONS, reasons_in
from suxin_graphql.documents import PreparedDocuments
from suxin_graphql.enums import describe_enums
from suxin_graphql.events import EventQueries
from suxin_graphql.exchange_mutations import ExchangeMutations
from suxin_graphql.exports import ExportMutations, ExportQueries
from suxin_graphql.fetches import FetchMutations
from suxin_graphql.guarantee_mutations import GuaranteeMutations
from suxin_graphql.guarantee_queries import GuaranteeQueries
from suxin_graphql.identity_providers import IdentityProviderMutations, IdentityProviderQueries
from suxin_graphql.league import LeagueQueries
from suxin_graphql.lending_mutations import LendingMutations
from suxin_graphql.lending_queries import LendingQueries
from suxin_graphql.lending_subscriptions import LendingSubscriptions
from suxin_graphql.loan_mutations import LoanMutations
from suxin_graphql.loan_queries import LoanQueries
from suxin_graphql.nodes import NODES, NodeQueries
from suxin_graphql.order_mutations import OrderMutations
from suxin_graphql.order_queries import OrderQueries
from suxin_graphql.part_mutations import PartMutations
from suxin_graphql.part_queries import PartQueries
from suxin_graphql.perk_code_mutations import PerkCodeMutations
from suxin_graphql.perk_mutations import PerkMutations
from suxin_graphql.perk_queries import PerkQueries
from suxin_graphql.point_mutations import PointMutations
from suxin_graphql.point_queries import PointQueries
from suxin_graphql.pool_mutations import PoolMutations
from suxin_graphql.pool_queries import PoolQueries
from suxin_graphql.redemption_mutations import RedemptionMutations
from suxin_graphql.refusals import RefusalShown
from suxin_graphql.rural_queries import RuralQueries
from suxin_graphql.sandboxes import SandboxMutations, SandboxQueries
from suxin_graphql.scalars import FEN, Fen
from suxin_graphql.settlement_types import SettlementQueries
from suxin_graphql.shop_queries import ShopQueries
from suxin_graphql.tenancy import TenancyQueries
from suxin_graphql.tiers import TierMutations
from suxin_graphql.village_credit_queries import VillageCreditQueries
from suxin_graphql.village_queries import VillageQueries
from suxin_graphql.warning_mutations import WarningMutations
from suxin_graphql.warning_queries import WarningQueries
from suxin_graphql.webhook_mutations import WebhookMutations
from suxin_graphql.webhooks import WebhookQueries

if TYPE_CHECKING:
    from graphql import GraphQLError
    from strawberry.types import ExecutionContext


@strawberry.type(description="查询。Everything that is read.")
class Query(
    TenancyQueries,
    NodeQueries,
    ClientQueries,
    DeprecationQueries,
    IdentityProviderQueries,
    LendingQueries,
    LoanQueries,
    ClaimQueries,
    PoolQueries,
    GuaranteeQueries,
    PartQueries,
    WarningQueries,
    PerkQueries,
    AuthorisationQueries,
    SettlementQueries,
    OrderQueries,
    LeagueQueries,
    VillageQueries,
    PointQueries,
    VillageCreditQueries,
    ShopQueries,
    RuralQueries,
    EventQueries,
    WebhookQueries,
    ExportQueries,
    SandboxQueries,
):
    """Everything that is read."""


@strawberry.type(
    description="办理。Everything that is written: each is one transaction, and says in its result why not."
)
class Mutation(
    ClientMutations,
    IdentityProviderMutations,
    ConsentRequestMutations,
    FetchMutations,
    TierMutations,
    LendingMutations,
    LoanMutations,
    ClaimMutations,
    PoolMutations,
    GuaranteeMutations,
    PartMutations,
    ExchangeMutations,
    WarningMutations,
    PerkMutations,
    RedemptionMutations,
    PerkCodeMutations,
    AuthorisationMutations,
    OrderMutations,
    PointMutations,
    WebhookMutations,
    ExportMutations,
    SandboxMutations,
):
    """Everything that is written."""


@strawberry.type(
    description="订阅。Everything that is told as it happens, over graphql-transport-ws or server-sent events."
)
class Subscription(LendingSubscriptions, ConsentSubscriptions):
    """Everything that is told as it happens."""


class CitySchema(strawberry.Schema):
    """The schema of the city."""

    @override
    def process_errors(
        self,
        errors: "list[GraphQLError]",
        execution_context: "ExecutionContext | None" = None,
    ) -> None:
        """Leave errors to the answer, which records defects once and refusals not at all."""


describe_enums()

schema: Final = CitySchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*NODES.values(), RefusalShown],
    extensions=[PreparedDocuments],
    config=StrawberryConfig(scalar_map={Fen: FEN}),
)
REASONS.update(reasons_in(schema._schema))  # noqa: SLF001 - Strawberry gives no other way to it


def export_schema() -> str:
    """Return the schema in the GraphQL schema language, as ``graphql/schema.graphql`` holds it."""
    return schema.as_str() + "\n"
