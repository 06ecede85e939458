"""Where WeChat Pay Score calls back: verified, taken down, and answered at once; a job carries it out.

The service waits five seconds for an answer and calls again without one. What is forged, replayed, old or of nobody here is refused
before anything is written.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from litestar import Request, Response, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import RequestInFlight
from suxin.perks.orders.calls import MerchantUnknown, take_call
from suxin_outbound.payscore_calls import CallReader
from suxin_outbound.payscore_keys import ContentUnreadable, SignatureWrong
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

CALLS_PATH: Final = "/payscore/v1/calls"
"""Its address is the platform's own with this path: no query, as the service asks for."""

MAX_CALL_BYTES: Final = 64 * 1024

_log = structlog.get_logger(__name__)


def call_routes(reader: CallReader) -> Sequence[ControllerRouterHandler]:
    """Return the route, which reads calls by these keys."""

    @post(
        CALLS_PATH,
        status_code=HTTPStatus.OK,
        include_in_schema=False,
        request_max_body_size=MAX_CALL_BYTES,
    )
    async def take(request: Request[Any, Any, Any], runtime: GivenRuntime) -> Response[Any]:
        now = runtime.clock.now()
        try:
            call = reader.read(dict(request.headers), await request.body(), now=now)
        except SignatureWrong:
            return _refused(HTTPStatus.UNAUTHORIZED, "SIGN_ERROR", "验签失败")
        except ContentUnreadable:
            return _refused(HTTPStatus.BAD_REQUEST, "PARAM_ERROR", "内容无法解密或解析")
        if call is None:
            return _taken()
        actor = Actor.system(request_id_of(request))

        async def work(session: AsyncSession) -> bool:
            return await take_call(session, actor, call=call, now=now)

        try:
            first = await runtime.database.run(actor, work, now=now)
        except MerchantUnknown as unknown:
            return _refused(HTTPStatus.NOT_FOUND, unknown.code, unknown.zh_message)
        except RequestInFlight as flying:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, flying.code, flying.zh_message)
        _log.info("payscore_called", called=call.event, first=first)
        return _taken()

    return (take,)


def _taken() -> Response[Any]:
    return Response({"code": "SUCCESS"}, status_code=HTTPStatus.OK)


def _refused(status: HTTPStatus, code: str, message: str) -> Response[Any]:
    _log.warning("payscore_call_refused", code=code)
    return Response({"code": code, "message": message}, status_code=status)
