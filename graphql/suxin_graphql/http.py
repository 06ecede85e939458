"""GraphQL over HTTP: one address that takes POST, as the GraphQL-over-HTTP specification has it.

The answer is rendered inside the read snapshot, the receipts of what was read are committed when the snapshot closes,
and only then is anything sent. Requests by GET are not taken.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from graphql import GraphQLError
from litestar import Response, post
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ControllerRouterHandler
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin_graphql.context import Context, Snapshot
from suxin_graphql.documents import OperationUnknown, prepare
from suxin_graphql.errors import Shown, is_internal, shown_errors, shown_refusal
from suxin_graphql.execution.compiled import graphql_of
from suxin_graphql.fields import require_allowed
from suxin_graphql.limits import check_variables
from suxin_graphql.media import JSON, accepted
from suxin_graphql.schema import schema
from suxin_web.bodies import MAX_BODY_BYTES, decoded
from suxin_web.callers import AnyRequest, staff
from suxin_web.nonces import NextNonce
from suxin_web.problems import headers_of, status_of
from suxin_web.refusals import BodyTooLarge, ContentTypeUnsupported, RequestMalformed
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

PATH: Final = "/graphql"
_UTF_8: Final = frozenset({"", "utf-8", "utf8"})


class GraphQLRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a request; other members are left alone, as the specification asks."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


@post(PATH, status_code=HTTPStatus.OK, include_in_schema=False, middleware=[NextNonce])
async def answer_graphql(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Answer one GraphQL request."""
    media, request_id = JSON, request_id_of(request)
    try:
        media = accepted(request.headers.get("accept"))
        actor = await staff(request, runtime)
        given = await _body(request)
        return await _answer(runtime, actor, given, media, request_id)
    except Refusal as refusal:
        body = {"errors": [shown_refusal(refusal, request_id)]}
        return _response(body, media, status_of(refusal), headers_of(refusal))


routes: list[ControllerRouterHandler] = [answer_graphql]
"""What the server mounts."""


async def _body(request: AnyRequest) -> GraphQLRequest:
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


async def _answer(
    runtime: Runtime, actor: Actor, given: GraphQLRequest, media: str, request_id: str
) -> Response[bytes]:
    now = runtime.clock.now()
    snapshot = Snapshot(runtime.database, actor, now=now)
    context = Context(runtime=runtime, actor=actor, now=now, snapshot=snapshot)
    try:
        data = await _compiled(given, context)
        if data is not None:
            return _response({"data": data}, media, HTTPStatus.OK, {})
        executed = await schema.execute(
            given.query or " ",
            variable_values=given.variables,
            operation_name=given.operation_name,
            context_value=context,
        )
        body, status = _rendered(executed.data, executed.errors or (), request_id)
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        body = {"errors": [shown_refusal(OperationUnknown(), request_id)]}
        status = HTTPStatus.BAD_REQUEST
    finally:
        await snapshot.close()
    if media == JSON and status is HTTPStatus.BAD_REQUEST:
        # In the older media type any well-formed request is answered 200, and its errors say the rest.
        status = HTTPStatus.OK
    return _response(body, media, status, {})


async def _compiled(given: GraphQLRequest, context: Context) -> dict[str, Any] | None:
    """Return the data of an answer without errors, where the operation is one that can be compiled."""
    prepared = prepare(graphql_of(schema), given.query or " ")
    operation = None if prepared.errors else prepared.operation(given.operation_name)
    variables = given.variables or {}
    if operation is None:
        return None
    try:
        check_variables(prepared.bounds, variables)
    except Refusal:
        return None
    return await operation.answer(schema, require_allowed, variables, context)


def _rendered(
    data: dict[str, Any] | None, errors: Sequence[GraphQLError], request_id: str
) -> tuple[Shown, HTTPStatus]:
    shown = shown_errors(errors, request_id)
    if data is not None or any("path" in error for error in shown):
        return {"data": data, "errors": shown} if shown else {"data": data}, HTTPStatus.OK
    if any(is_internal(error) for error in shown):
        return {"errors": shown}, HTTPStatus.INTERNAL_SERVER_ERROR
    return {"errors": shown}, HTTPStatus.BAD_REQUEST


def _response(
    body: Shown, media: str, status: HTTPStatus, headers: dict[str, str]
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=f"{media}; charset=utf-8",
        headers={**headers, "Cache-Control": "no-store", "Vary": "Accept"},
    )
