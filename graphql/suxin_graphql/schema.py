"""The schema: every context's queries and mutations, and its text as it is checked in."""

from typing import TYPE_CHECKING, Final

import strawberry
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from suxin_graphql.clients import ClientMutations, ClientQueries
from suxin_graphql.documents import PreparedDocuments
from suxin_graphql.enums import describe_enums
from suxin_graphql.exports import ExportMutations, ExportQueries
from suxin_graphql.fetches import FetchMutations
from suxin_graphql.identity_providers import IdentityProviderMutations, IdentityProviderQueries
from suxin_graphql.lending_mutations import LendingMutations
from suxin_graphql.lending_queries import LendingQueries
from suxin_graphql.nodes import NODES, NodeQueries
from suxin_graphql.refusals import RefusalShown
from suxin_graphql.scalars import FEN, Fen
from suxin_graphql.tenancy import TenancyQueries

if TYPE_CHECKING:
    from graphql import GraphQLError
    from strawberry.types import ExecutionContext


@strawberry.type(description="查询。Everything that is read.")
class Query(
    TenancyQueries,
    NodeQueries,
    ClientQueries,
    IdentityProviderQueries,
    ExportQueries,
    LendingQueries,
):
    """Everything that is read."""


@strawberry.type(
    description="办理。Everything that is written: each is one transaction, and says in its result why not."
)
class Mutation(
    ClientMutations,
    IdentityProviderMutations,
    FetchMutations,
    ExportMutations,
    LendingMutations,
):
    """Everything that is written."""


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
    types=[*NODES.values(), RefusalShown],
    extensions=[PreparedDocuments],
    config=StrawberryConfig(scalar_map={Fen: FEN}),
)


def export_schema() -> str:
    """Return the schema in the GraphQL schema language, as ``graphql/schema.graphql`` holds it."""
    return schema.as_str() + "\n"
