"""The API's documentation for people, and its schema to take away: two pages that everyone may read."""

from dataclasses import dataclass
from typing import Final

from graphql import GraphQLField, GraphQLObjectType
from litestar import Response, get
from litestar.types import ControllerRouterHandler

from suxin_graphql.schema import export_schema, schema
from suxin_graphql.trusted import OPERATIONS, SUFFIX, document_id
from suxin_web.callers import AnyRequest, by_address
from suxin_web.pages import Pages
from suxin_web.rate_limits import Limit

DOCS_PATH: Final = "/graphql/docs"
SCHEMA_PATH: Final = "/graphql/schema.graphql"
PAGES: Final = Pages("suxin_graphql")
DOCS_READS: Final = Limit(name="graphql.docs", burst=60, per_minute=120)

_SCHEMA: Final = export_schema().encode()


@dataclass(frozen=True, slots=True)
class Entry:
    """A query, a mutation or a subscription: its signature, and what its description says."""

    name: str
    signature: str
    description: str


@get(DOCS_PATH, include_in_schema=False, guards=[by_address(DOCS_READS)])
async def show_docs(request: AnyRequest) -> Response[bytes]:
    """Show how to call the API, everything that can be asked, and the documents that every installation trusts."""
    known = schema._schema  # noqa: SLF001 - Strawberry offers no other way to the schema of graphql-core
    return PAGES.render(
        request,
        "graphql_docs.html",
        {
            "sections": [
                ("查询 Query", _entries(known.query_type)),
                ("办理 Mutation", _entries(known.mutation_type)),
                ("订阅 Subscription", _entries(known.subscription_type)),
            ],
            "documents": [
                (name.removesuffix(SUFFIX), document_id(text), text)
                for name, text in OPERATIONS.items()
            ],
            "schema_path": SCHEMA_PATH,
        },
    )


@get(SCHEMA_PATH, include_in_schema=False, guards=[by_address(DOCS_READS)])
async def show_schema() -> Response[bytes]:
    """Show the schema in the GraphQL schema language."""
    return Response(_SCHEMA, media_type="text/plain")


routes: Final[tuple[ControllerRouterHandler, ...]] = (show_docs, show_schema)
"""What the server mounts."""


def _entries(root: GraphQLObjectType | None) -> list[Entry]:
    fields = {} if root is None else root.fields
    return [
        Entry(name, _signature(name, field), field.description or "")
        for name, field in fields.items()
    ]


def _signature(name: str, field: GraphQLField) -> str:
    given = ", ".join(f"{argument}: {taken.type}" for argument, taken in field.args.items())
    return f"{name}({given}): {field.type}" if given else f"{name}: {field.type}"
