"""Where a tenant's own identity provider tells that somebody logged out there (OpenID Connect Back-Channel Logout 1.0)."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.provider_log_outs import log_out_by_provider
from suxin.consent.oauth.refusals import RequestInvalid
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.tenancy.providers.access import ProviderAccess, provider_access
from suxin.tenancy.providers.log_out_tokens import (
    ProviderLogOut,
    log_out_token_key,
    told_log_out,
)
from suxin_oauth import paths
from suxin_oauth.answers import error_body
from suxin_oauth.forms import AnyRequest, form_of
from suxin_web.callers import client_address
from suxin_web.problems import headers_of
from suxin_web.rate_limits import Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

# Proposed defaults (demo configuration). A provider tells of each person alone, and of many at the end of a working day.
LOG_OUT_BY_PROVIDER: Final = Limit(name="log_out.provider", burst=300, per_minute=300)


@post(paths.PROVIDER_LOG_OUT, include_in_schema=False)
async def take_log_out(
    request: AnyRequest, runtime: GivenRuntime, provider_id: FromPath[UUID]
) -> Response[bytes]:
    """End the log-ins that the provider says are over, whatever the state of its settings.

    Somebody whom nobody knows is logged out already (§2.7). Each refusal is a 400 as §2.8 has it, so that a provider which
    tries again later does.
    """
    try:
        caller = f"{provider_id} {client_address(request)}"
        await runtime.limits.take(LOG_OUT_BY_PROVIDER, caller)
        await _logged_out(request, runtime, provider_id)
    except Refusal as refusal:
        return _refused(refusal)
    return Response(b"", status_code=HTTPStatus.OK, headers=_NOT_KEPT)


routes: list[ControllerRouterHandler] = [take_log_out]

_NOT_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def _logged_out(request: AnyRequest, runtime: Runtime, provider_id: UUID) -> None:
    token = (await form_of(request)).get("logout_token")
    if token is None:
        raise RequestInvalid(
            parameter="logout_token", reason_zh="不能缺少", reason_en="it is missing"
        )
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.snapshot(anyone, now=now) as session:
        access = await provider_access(session, provider_id=provider_id, sealer=runtime.sealer)
    log_out = await _told(runtime, access, token)
    async with runtime.database.transaction(anyone, now=now) as session:
        await log_out_by_provider(session, access, log_out, now=now)


async def _told(runtime: Runtime, access: ProviderAccess, token: str) -> ProviderLogOut:
    kid = log_out_token_key(token)
    metadata = await runtime.providers.metadata(access.issuer)
    return told_log_out(
        token,
        keys=await runtime.providers.keys(metadata.jwks_uri, kid=kid),
        issuer=access.issuer,
        client_id=access.client_id,
        now=runtime.clock.now(),
    )


def _refused(refusal: Refusal) -> Response[bytes]:
    later = refusal.kind in {RefusalKind.UNAVAILABLE, RefusalKind.LIMITED}
    error = "temporarily_unavailable" if later else "invalid_request"
    waits = {name: text for name, text in headers_of(refusal).items() if name == "Retry-After"}
    return Response(
        msgspec.json.encode(error_body(error, refusal)),
        status_code=HTTPStatus.BAD_REQUEST,
        media_type="application/json",
        headers={**_NOT_KEPT, **waits},
    )
