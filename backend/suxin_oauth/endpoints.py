"""The protocol's endpoints that take a form from a client and answer JSON."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from http import HTTPStatus
from typing import Final

from litestar import Response, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth import tokens
from suxin.consent.oauth.access_tokens import AccessToken, read_access_token
from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, CODE, DEVICE, REFRESH
from suxin.consent.oauth.device_codes import request_device_code
from suxin.consent.oauth.own_clients import WECHAT
from suxin.consent.oauth.pushed_requests import push_request
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import ClientNotAllowed, RequestInvalid, TokenRefused
from suxin.consent.oauth.scopes import parse_scope, require_within
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.signing import KeySet
from suxin_oauth import paths
from suxin_oauth.answers import Answer, answered
from suxin_oauth.client_authentication import (
    authenticated_client,
    client_and_proof,
    client_with_proof,
)
from suxin_oauth.forms import AnyRequest, form_of
from suxin_oauth.token_calls import TokenCall
from suxin_oauth.token_server import token_answer
from suxin_web.callers import client_address
from suxin_web.rate_limits import WECHAT_LOG_IN
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MAX_TOKEN_CHARACTERS: Final = 8 * 1024


@post(paths.PUSHED, include_in_schema=False)
async def push(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take a client's authorization request (RFC 9126)."""
    return await answered(request, runtime, _push)


@post(paths.TOKEN, include_in_schema=False)
async def give_tokens(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Give tokens for a grant (RFC 6749 §3.2)."""
    return await answered(request, runtime, _tokens)


@post(paths.REVOKE, include_in_schema=False)
async def revoke(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """End a token (RFC 7009)."""
    return await answered(request, runtime, _revoke)


@post(paths.INTROSPECT, include_in_schema=False)
async def introspect(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Tell what a token is good for (RFC 7662)."""
    return await answered(request, runtime, _introspect)


@post(paths.DEVICE_AUTHORIZATION, include_in_schema=False)
async def authorize_device(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Begin a device's request (RFC 8628 §3.1)."""
    return await answered(request, runtime, _device)


routes: list[ControllerRouterHandler] = [push, give_tokens, revoke, introspect, authorize_device]


async def _push(request: AnyRequest, runtime: Runtime) -> Answer:
    form = await form_of(request)
    client, proof = await client_and_proof(request, runtime, form, paths.PUSHED)
    pushed = await push_request(
        runtime.database.steps,
        client,
        form,
        proved_jkt=None if proof is None else proof.jkt,
        now=runtime.clock.now(),
    )
    body = {"request_uri": pushed.request_uri, "expires_in": pushed.expires_in_s}
    return Answer(body, HTTPStatus.CREATED)


async def _tokens(request: AnyRequest, runtime: Runtime) -> Answer:
    form = await form_of(request)
    client, proof = await client_with_proof(request, runtime, form, paths.TOKEN)
    openid = await _openid(request, runtime, client, form)
    now = runtime.clock.now()
    keys = await runtime.keys.at(now)

    def call(transaction: AsyncSession | None) -> TokenCall:
        return TokenCall(
            transaction=transaction,
            database=runtime.database,
            request_id=request_id_of(request),
            client=client,
            jkt=proof.jkt,
            keys=keys,
            issuer=runtime.issuer,
            now=now,
            openid=openid,
        )

    grant_type = form.get("grant_type")
    if grant_type in (CLIENT_CREDENTIALS, CODE):
        return await token_answer(form, call(None))
    async with runtime.database.transaction(_anyone(request), now=now) as session:
        # All that a refresh token leads to lies behind the doorway, which is then opened once.
        held = doorway(session) if grant_type == REFRESH else nullcontext()
        async with held:
            return await token_answer(form, call(session))


async def _openid(
    request: AnyRequest, runtime: Runtime, client: Client, form: Mapping[str, str]
) -> str | None:
    """Return whom WeChat vouches for, asked before any transaction is open."""
    if form.get("grant_type") != WECHAT or WECHAT not in client.grant_types:
        return None
    await runtime.limits.take(WECHAT_LOG_IN, client_address(request))
    return (await runtime.wechat.code_to_session(_required(form, "js_code"))).openid


async def _revoke(request: AnyRequest, runtime: Runtime) -> Answer:
    form = await form_of(request)
    client = await authenticated_client(request, runtime, form)
    now = runtime.clock.now()
    keys = await runtime.keys.at(now)
    async with runtime.database.transaction(_anyone(request), now=now) as session:
        await tokens.revoke_token(
            session, client, token=_token(form), keys=keys, issuer=runtime.issuer, now=now
        )
    return Answer(None)


async def _introspect(request: AnyRequest, runtime: Runtime) -> Answer:
    form, now = await form_of(request), runtime.clock.now()
    keys = await runtime.keys.at(now)
    read = _read(form.get("token", ""), keys, issuer=runtime.issuer, now=now)
    beside = None if read is None else tokens.asked_with_client(read)
    client = await authenticated_client(request, runtime, form, beside=beside)
    if not client.confidential:
        raise ClientNotAllowed(grant_type="introspection")
    told = await tokens.introspect(
        runtime.database.steps, client, token=_token(form), read=read, beside=beside, now=now
    )
    return Answer(told)


def _read(token: str, keys: KeySet, *, issuer: str, now: datetime) -> AccessToken | None:
    """Return what an access token of ours says; None for any other text."""
    try:
        return read_access_token(token[:MAX_TOKEN_CHARACTERS], keys, issuer=issuer, now=now)
    except TokenRefused:
        return None


async def _device(request: AnyRequest, runtime: Runtime) -> Answer:
    form = await form_of(request)
    client, proof = await client_and_proof(request, runtime, form, paths.DEVICE_AUTHORIZATION)
    if DEVICE not in client.grant_types:
        raise ClientNotAllowed(grant_type=DEVICE)
    scopes = parse_scope(form.get("scope"))
    if not scopes:
        raise _missing("scope")
    require_within(scopes, client.scopes)
    now = runtime.clock.now()
    async with runtime.database.transaction(_anyone(request), now=now) as session:
        asked = await request_device_code(
            session, client, scopes=scopes, jkt=None if proof is None else proof.jkt, now=now
        )
    page = runtime.issuer + paths.DEVICE
    return Answer(
        {
            "device_code": asked.device_code,
            "user_code": asked.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={asked.user_code}",
            "expires_in": asked.expires_in_s,
            "interval": asked.interval_s,
        }
    )


def _anyone(request: AnyRequest) -> Actor:
    return Actor.anonymous(request_id_of(request))


def _token(form: Mapping[str, str]) -> str:
    token = _required(form, "token")
    # What is too long to be a token of ours is an unknown one.
    return token[:MAX_TOKEN_CHARACTERS]


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if value is None:
        raise _missing(name)
    return value


def _missing(name: str) -> RequestInvalid:
    return RequestInvalid(parameter=name, reason_zh="不能缺少", reason_en="it is missing")
