"""Requests: the parameters of GraphQL over HTTP, from a JSON body or from the query of an address."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from suxin_graphql.media import JSON
from suxin_web.bodies import MAX_BODY_BYTES, decoded
from suxin_web.callers import AnyRequest
from suxin_web.refusals import BodyTooLarge, ContentTypeUnsupported, RequestMalformed

PATH: Final = "/graphql"
"""The one address, whatever a request comes by."""

_UTF_8: Final = frozenset({"", "utf-8", "utf8"})
_TEXTS: Final = ("query", "documentId", "operationName")
_MAPS: Final = ("variables", "extensions")

Parameters = dict[str, Any] | None


class GraphQLRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The parameters; others are left alone, as the specification asks.

    A document comes as its text (``query``) or is named by its id (``document_id``), never both.
    """

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: Parameters = None
    extensions: Parameters = None

    def __post_init__(self) -> None:
        """Require the one document; msgspec makes what is raised here an error of the body's shape."""
        if (self.query is None) == (self.document_id is None):
            raise ValueError("either query or documentId")


Reader = Callable[[AnyRequest], Awaitable[GraphQLRequest]]
"""How the parameters are read from a request."""


async def from_body(request: AnyRequest) -> GraphQLRequest:
    """Read the parameters from a JSON body.

    :raises ContentTypeUnsupported: if it does not call itself JSON in UTF-8
    :raises BodyMalformed, BodyTooLarge, RequestMalformed: by what is wrong with it
    """
    kind, parameters = request.content_type
    if kind.lower() != JSON or parameters.get("charset", "").strip('"').lower() not in _UTF_8:
        raise ContentTypeUnsupported
    try:
        return decoded(await request.body(), GraphQLRequest)
    except msgspec.ValidationError:
        raise RequestMalformed from None
    except RequestEntityTooLarge:
        # Refused here, so that it is told in the shape of every other error of this API.
        raise BodyTooLarge(limit_kib=MAX_BODY_BYTES // 1024) from None


async def from_address(request: AnyRequest) -> GraphQLRequest:
    """Read the parameters from the query of the address, where maps are JSON.

    :raises RequestMalformed: if one is of another shape, or given twice
    """
    given = request.query_params
    known: dict[str, Any] = {}
    for name in (*_TEXTS, *_MAPS):
        values = given.getall(name, [])
        if len(values) > 1:
            raise RequestMalformed
        if values:
            known[name] = values[0]
    try:
        for name in known.keys() & set(_MAPS):
            known[name] = msgspec.json.decode(known[name])
        return msgspec.convert(known, GraphQLRequest)
    except (msgspec.DecodeError, RecursionError):
        raise RequestMalformed from None
