"""GraphQL over HTTP: one address that takes POST, and GET for queries of trusted documents, as the specification has it.

The answer is rendered inside the read snapshot, the receipts of what was read are committed when the snapshot closes,
and only then is anything sent.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from graphql import GraphQLError
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from suxin.kernel.refusals import Refusal
from suxin_graphql.admission import Admission
from suxin_graphql.context import Context, Snapshot
from suxin_graphql.documents import OperationUnknown, Prepared, prepare
from suxin_graphql.errors import Shown, is_internal, shown_errors, shown_refusal
from suxin_graphql.execution.compiled import graphql_of
from suxin_graphql.fields import require_allowed
from suxin_graphql.limits import check_variables
from suxin_graphql.media import JSON, accepted
from suxin_graphql.requests import GraphQLRequest, Reader, from_address, from_body
from suxin_graphql.schema import schema
from suxin_graphql.usage import NOTHING, note
from suxin_web.callers import AnyRequest, staff
from suxin_web.csrf import require_token
from suxin_web.nonces import NextNonce
from suxin_web.problems import headers_of, status_of
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

PATH: Final = "/graphql"
_GET: Final = "GET"


@post(PATH, status_code=HTTPStatus.OK, include_in_schema=False, middleware=[NextNonce])
async def answer_graphql(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Answer one GraphQL request."""
    return await _answered(request, runtime, from_body)


@get(PATH, include_in_schema=False, middleware=[NextNonce])
async def answer_query(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Answer one query of a trusted document."""
    return await _answered(request, runtime, from_address)


routes: list[ControllerRouterHandler] = [answer_graphql, answer_query]
"""What the server mounts."""


async def _answered(request: AnyRequest, runtime: Runtime, read: Reader) -> Response[bytes]:
    media, request_id = JSON, request_id_of(request)
    by_get = request.method == _GET
    try:
        media = accepted(request.headers.get("accept"))
        actor = await staff(request, runtime)
        if by_get and "authorization" not in request.headers:
            # A reading is on record and may be one use of a consent: no other site's page sets it off.
            await require_token(request)
        given = await read(request)
        admission = Admission(runtime.documents, actor, by_get=by_get)
        return await _answer(runtime, admission, given, media, request_id)
    except Refusal as refusal:
        body = {"errors": [shown_refusal(refusal, request_id)]}
        status, headers = status_of(refusal), headers_of(refusal)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = "POST"
        return _response(body, media, status, headers)


async def _answer(
    runtime: Runtime, admission: Admission, given: GraphQLRequest, media: str, request_id: str
) -> Response[bytes]:
    # A blank stands for no text at all, which is refused as a document and not by Strawberry.
    text = admission.text(given) or " "
    prepared = prepare(graphql_of(schema), text)
    admission.require(prepared, given.operation_name)
    now, actor = runtime.clock.now(), admission.actor
    if prepared.deprecated is not NOTHING:
        note(prepared.deprecated, given.variables, actor, now=now)
    snapshot = Snapshot(runtime.database, actor, now=now)
    context = Context(runtime=runtime, actor=actor, now=now, snapshot=snapshot)
    try:
        data = await _compiled(prepared, given, context)
        if data is not None:
            return _response({"data": data}, media, HTTPStatus.OK, {})
        executed = await schema.execute(
            text,
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


async def _compiled(
    prepared: Prepared, given: GraphQLRequest, context: Context
) -> dict[str, Any] | None:
    """Return the data of an answer without errors, where the operation is one that can be compiled."""
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
