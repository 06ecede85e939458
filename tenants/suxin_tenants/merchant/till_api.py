"""The REST API for tills and gates (``/perks/v1``): a redemption in one request, of whoever shows a code and whoever shows none.

A till is a client of the merchant's with the scope ``perks.redemption.grant``, or a device that somebody of the merchant let in. What it is
told has one shape, whatever applies, and names nobody.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, Router, post
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import Outcome
from suxin.kernel.refusals import Invalid, Unauthenticated
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.merchant.till_openapi import show_openapi
from suxin_tenants.merchant.till_shapes import (
    KEY_HEADER,
    PREFIX,
    REPLAYED_HEADER,
    RedemptionAsked,
    shown,
)
from suxin_web.bodies import decoded, json_only
from suxin_web.callers import AnyRequest, GivenActor, anyone, staff
from suxin_web.nonces import NextNonce
from suxin_web.rate_limits import PRESENTED_CODE
from suxin_web.refusals import RouteUnknown
from suxin_web.runtime import GivenRuntime, Runtime

MAX_BODY_BYTES: Final = 4 * 1024
KINDS: Final = frozenset({TenantKind.MERCHANT, TenantKind.ATTRACTION})


@post("/redemptions", status_code=HTTPStatus.CREATED, request_max_body_size=MAX_BODY_BYTES)
async def redeem(request: AnyRequest, runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Hold, grant and complete one redemption: 201, whether it is new or was asked for before."""
    _require_till(request, actor)
    asked = decoded(await request.body(), RedemptionAsked)
    key = request.headers.get(KEY_HEADER, "")
    now = runtime.clock.now() + actor.ahead
    outcome = await _redeemed(runtime, actor, asked, key=key, now=now)
    headers = {REPLAYED_HEADER: "true"} if outcome.replayed else {}
    return Response(
        msgspec.json.encode(outcome.result),
        status_code=HTTPStatus.CREATED,
        media_type="application/json",
        headers=headers,
    )


async def _redeemed(
    runtime: Runtime, actor: Actor, asked: RedemptionAsked, *, key: str, now: datetime
) -> Outcome:
    """Redeem by the code, or for a visitor; exactly one of code and programme is said.

    :raises Invalid: if none or both are
    """
    if (asked.code is None) == (asked.programme_id is None):
        raise Invalid(
            field="code",
            reason_zh="权益码和权益编号须填且只填一项",
            reason_en="say the code or the programme, and not both",
        )
    if asked.code is not None:
        await runtime.limits.take(PRESENTED_CODE, f"redeemer:{actor.staff_id or actor.client_id}")
    return await runtime.redeeming.redeem(
        actor,
        key=key,
        programme_id=asked.programme_id,
        code=asked.code,
        persons=asked.persons,
        request=msgspec.to_builtins(asked),
        show=shown,
        now=now,
    )


def _require_till(request: AnyRequest, actor: Actor) -> None:
    """Refuse whoever is no till of a merchant's or an attraction's with a token.

    :raises Unauthenticated: if a cookie alone speaks for him
    :raises RouteUnknown: if he is another kind of tenant's
    :raises Forbidden: if he may not redeem
    """
    if "authorization" not in request.headers:
        raise Unauthenticated
    if actor.tenant_kind not in KINDS:
        raise RouteUnknown
    actor.require(REDEMPTION_GRANT)


routes: Final[list[ControllerRouterHandler]] = [
    Router(
        PREFIX,
        route_handlers=[redeem, show_openapi],
        dependencies={"actor": Provide(staff), "caller": Provide(anyone)},
        guards=[json_only],
        middleware=[NextNonce],
        include_in_schema=False,
    )
]
