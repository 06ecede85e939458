"""Grant management: a client asks what a grant still allows it, and gives one back (FAPI Grant Management)."""

from http import HTTPStatus
from typing import Any

from litestar import Response, delete, get
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.grants import client_grant, end_grant
from suxin.consent.oauth.models import OAuthGrant
from suxin.consent.oauth.tokens import live_token
from suxin.kernel.actor import Actor
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Unauthenticated
from suxin_oauth import paths
from suxin_oauth.answers import Answer, answered
from suxin_oauth.forms import AnyRequest
from suxin_web.access_tokens import given_token
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime


@get(f"{paths.GRANTS}/{{grant_id:str}}", include_in_schema=False)
async def show_grant(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Tell a client what one of its grants allows."""
    return await answered(request, runtime, _query)


@delete(f"{paths.GRANTS}/{{grant_id:str}}", include_in_schema=False, status_code=HTTPStatus.OK)
async def give_grant_back(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """End one of a client's grants, with all its tokens."""
    return await answered(request, runtime, _end)


routes: list[ControllerRouterHandler] = [show_grant, give_grant_back]


async def _query(request: AnyRequest, runtime: Runtime) -> Answer:
    grant = await _own_grant(request, runtime, await _token(request, runtime))
    return Answer(
        {
            "scopes": [{"scope": " ".join(grant.scopes)}] if grant.scopes else [],
            "authorization_details": grant.details,
            "expires_at": int(grant.expires_at.timestamp()),
        }
    )


async def _end(request: AnyRequest, runtime: Runtime) -> Answer:
    grant = await _own_grant(request, runtime, await _token(request, runtime))
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anyone, now=now) as session:
        await end_grant(session, grant.id, reason="given_back_by_client", now=now)
    return Answer(None, HTTPStatus.NO_CONTENT)


async def _token(request: AnyRequest, runtime: Runtime) -> AccessToken:
    token = await given_token(request, runtime)
    if token is None:
        raise Unauthenticated
    return token


async def _own_grant(request: AnyRequest, runtime: Runtime, token: AccessToken) -> OAuthGrant:
    """Return the live grant that the path names, of the client that asks.

    :raises NotFound: if it is another client's, or has ended
    """
    path: dict[str, Any] = request.path_params
    grant_id = parse_id(path["grant_id"], field="grant_id")
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    await live_token(runtime.database.steps, token, now=now)
    async with runtime.database.snapshot(anyone, now=now) as session:
        return await client_grant(session, grant_id, client_id=token.client_id, now=now)
