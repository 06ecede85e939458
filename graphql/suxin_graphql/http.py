"""GraphQL over HTTP: one address that takes POST, and GET for queries of trusted documents, as the specification has it.

The answer is rendered inside the read snapshot, the receipts of what was read are committed when the snapshot closes,
and only then is anything sent.
"""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from suxin.kernel.refusals import Refusal
from suxin.sandboxes.models import Conduct
from suxin_graphql.admission import Admission
from suxin_graphql.answering import answered
from suxin_graphql.conduct import known_client, note, note_document
from suxin_graphql.context import Context, Snapshot
from suxin_graphql.documents import prepare
from suxin_graphql.errors import Shown, shown_refusal
from suxin_graphql.execution.compiled import graphql_of
from suxin_graphql.media import JSON, accepted, wants_events
from suxin_graphql.metering import CostExhausted, Meter
from suxin_graphql.prices import OperationTooDear
from suxin_graphql.requests import PATH, GraphQLRequest, Reader, from_address, from_body
from suxin_graphql.schema import schema
from suxin_graphql.streams.events import answer_events
from suxin_graphql.streams.sockets import stream_over_socket
from suxin_graphql.usage import NOTHING
from suxin_graphql.usage import note as note_use
from suxin_web.callers import AnyRequest, shown_by
from suxin_web.csrf import require_token
from suxin_web.nonces import NextNonce
from suxin_web.problems import headers_of, status_of
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

_GET: Final = "GET"


@post(PATH, status_code=HTTPStatus.OK, include_in_schema=False, middleware=[NextNonce])
async def answer_graphql(request: AnyRequest, runtime: GivenRuntime) -> Response[Any]:
    """Answer one GraphQL request; a subscription by server-sent events, where they alone are accepted."""
    if wants_events(request.headers.get("accept")):
        return await answer_events(request, runtime)
    return await _answered(request, runtime, from_body)


@get(PATH, include_in_schema=False, middleware=[NextNonce])
async def answer_query(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Answer one query of a trusted document."""
    return await _answered(request, runtime, from_address)


routes: list[ControllerRouterHandler] = [
    answer_graphql,
    answer_query,
    stream_over_socket,
]
"""What the server mounts."""


async def _answered(request: AnyRequest, runtime: Runtime, read: Reader) -> Response[bytes]:
    meter = Meter(runtime.budgets)
    async with runtime.shares.place(shown_by(request)):
        answer = await _told(request, runtime, meter, read)
    if meter.exhausted:
        await runtime.budgets.hold(meter.caller)
    return answer


async def _told(
    request: AnyRequest, runtime: Runtime, meter: Meter, read: Reader
) -> Response[bytes]:
    media, request_id, actor = JSON, request_id_of(request), None
    by_get = request.method == _GET
    try:
        media = accepted(request.headers.get("accept"))
        actor = await known_client(request, runtime)
        meter.count(actor)
        if by_get and "authorization" not in request.headers:
            # A reading is on record and may be one use of a consent: no other site's page sets it off.
            await require_token(request)
        given = await read(request)
        admission = Admission(runtime.documents, actor, by_get=by_get)
        return await _answer(runtime, admission, meter, given, media)
    except Refusal as raised:
        refusal = await meter.refused(raised)
        if meter.exhausted and actor is not None:
            note(actor, Conduct.EXHAUSTED_BUDGET)
        body = _refused(refusal, meter, request_id)
        status, headers = status_of(refusal), headers_of(refusal)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = "POST"
        return _response(body, media, status, headers)


async def _answer(
    runtime: Runtime,
    admission: Admission,
    meter: Meter,
    given: GraphQLRequest,
    media: str,
) -> Response[bytes]:
    # A blank stands for no text at all, which is refused as a document and not by Strawberry.
    text = admission.text(given) or " "
    await meter.take_reading(text)
    prepared = prepare(graphql_of(schema), text)
    admission.require(prepared, given.operation_name)
    try:
        await meter.take(prepared, given.operation_name, given.variables or {})
    except OperationTooDear as refusal:
        note(admission.actor, Conduct.EXHAUSTED_BUDGET)
        body = _refused(refusal, meter, admission.actor.request_id)
        return _of_document(body, media, HTTPStatus.BAD_REQUEST)
    now, actor = runtime.clock.now(), admission.actor
    note_document(actor, given, text, trusted=admission.is_trusted(text))
    if prepared.deprecated is not NOTHING:
        note_use(prepared.deprecated, given.variables, actor, now=now)
    snapshot = Snapshot(runtime.database, actor, now=now)
    context = Context(runtime=runtime, actor=actor, now=now, snapshot=snapshot)
    try:
        body, status = await answered(text, prepared, given, context, actor.request_id)
    finally:
        # What was not needed goes back also where the caller hung up, or receipts could not be committed.
        cost = meter.settle(prepared, context.spent)
        await snapshot.close()
    body["extensions"] = {"cost": cost}
    return _of_document(body, media, status)


def _refused(refusal: Refusal, meter: Meter, request_id: str) -> Shown:
    body: Shown = {"errors": [shown_refusal(refusal, request_id)]}
    if isinstance(refusal, CostExhausted | OperationTooDear):
        body["extensions"] = {"cost": meter.unspent()}
    return body


def _of_document(body: Shown, media: str, status: HTTPStatus) -> Response[bytes]:
    if media == JSON and status is HTTPStatus.BAD_REQUEST:
        # In the older media type any well-formed request is answered 200, and its errors say the rest.
        status = HTTPStatus.OK
    return _response(body, media, status, {})


def _response(
    body: Shown, media: str, status: HTTPStatus, headers: dict[str, str]
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=f"{media}; charset=utf-8",
        headers={**headers, "Cache-Control": "no-store", "Vary": "Accept"},
    )
