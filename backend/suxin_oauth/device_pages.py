"""Where a person decides about a device (RFC 8628 §3.3): he types its code, sees what it asks for, and says yes or no."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.decisions import LogInOfAnother, grantable
from suxin.consent.oauth.device_codes import decide_device, shown_code, waiting_device
from suxin.consent.oauth.grants import STAFF_GRANT_LIFE, Holder, begin_grant
from suxin.consent.oauth.log_ins import LoggedIn, logged_in_staff
from suxin.consent.oauth.models import DeviceCode, GrantKind
from suxin.consent.oauth.queries import Client, active_client
from suxin.consent.oauth.refusals import RequestReferenceRefused, ScopeRefused
from suxin.consent.oauth.scopes import scope_words
from suxin.consent.queries import recipient
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, Unauthenticated
from suxin.tenancy.log_ins import PasswordChangeRequired
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.second_factors import SecondFactorRequired
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES, browser_token, require_our_form, who_logged_in
from suxin_oauth.forms import AnyRequest
from suxin_oauth.log_in_pages import log_in_page
from suxin_oauth.password_pages import to_new_password
from suxin_oauth.second_factor_pages import to_second_factor
from suxin_web.callers import client_address
from suxin_web.problems import headers_of, status_of
from suxin_web.rate_limits import Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MAX_CODE_CHARACTERS: Final = 20
USER_CODES: Final = Limit(name="oauth.user_code", burst=10, per_minute=10, guards_secrets=True)


@get(paths.DEVICE, include_in_schema=False)
async def show_device(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Ask for a device's code, or show what the device of a code asks for."""
    code = request.query_params.get("user_code", "")[:MAX_CODE_CHARACTERS]
    who = await who_logged_in(request, runtime)
    if who is None or who.staff_id is None:
        return log_in_page(request, runtime, back=_own_address(code), person=False)
    if not code:
        return _page(request, "device.html", {"code": "", "error": None})
    try:
        await runtime.limits.take(USER_CODES, client_address(request))
        return await _question(request, runtime, who, code)
    except Refusal as refusal:
        return _led_on(request, runtime, refusal, code)


@post(paths.DEVICE, include_in_schema=False, status_code=200)
async def decide(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take the decision about a device."""
    await require_our_form(request)
    form: Mapping[str, Any] = await request.form()
    code = str(form.get("user_code", ""))[:MAX_CODE_CHARACTERS]
    allow = form.get("decision") == "allow"
    who = await who_logged_in(request, runtime)
    try:
        await runtime.limits.take(USER_CODES, client_address(request))
        await _decide(request, runtime, who, code, allow=allow)
    except Refusal as refusal:
        return _page(request, "device.html", {"code": code, "error": refusal}, refusal)
    return _page(request, "device_done.html", {"allowed": allow})


routes: list[ControllerRouterHandler] = [show_device, decide]


def _led_on(request: AnyRequest, runtime: Runtime, refusal: Refusal, code: str) -> Response[bytes]:
    """Lead whoever cannot decide as he is logged in now to where he can set that right, or say why he cannot."""
    back = _own_address(code)
    if isinstance(refusal, Unauthenticated):
        return log_in_page(request, runtime, back=back, person=False)
    if isinstance(refusal, PasswordChangeRequired):
        return to_new_password(request, back=back)
    if isinstance(refusal, SecondFactorRequired):
        return to_second_factor(request, back=back)
    return _page(request, "device.html", {"code": code, "error": refusal}, refusal)


async def _question(
    request: AnyRequest, runtime: Runtime, who: LoggedIn, code: str
) -> Response[bytes]:
    now, request_id = runtime.clock.now(), request_id_of(request)
    async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
        device = await waiting_device(session, user_code=code, now=now)
        client = await _client(runtime, device, who)
        tenant = None if client.tenant_id is None else await recipient(session, client.tenant_id)
        actor = logged_in_staff(
            who,
            profiles=runtime.profiles,
            request_id=request_id,
            now=now,
        )
        scopes = grantable(tuple(device.scopes), actor)
        words = scope_words(scopes, runtime.profiles[TenantKind(actor.tenant_kind or "")])
        context = {
            "code": shown_code(code),
            "client": client,
            "tenant": tenant,
            "permissions": words,
        }
        return _page(request, "device_question.html", context)


async def _decide(
    request: AnyRequest, runtime: Runtime, who: LoggedIn | None, code: str, *, allow: bool
) -> None:
    if who is None:
        raise LogInOfAnother
    now, request_id = runtime.clock.now(), request_id_of(request)
    async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
        device = await waiting_device(session, user_code=code, now=now, lock=True)
        client = await _client(runtime, device, who)
        if not allow:
            await decide_device(session, device, grant_id=None)
            return
        actor = logged_in_staff(
            who,
            profiles=runtime.profiles,
            request_id=request_id,
            now=now,
        )
        scopes = grantable(tuple(device.scopes), actor)
        if not scopes:
            raise ScopeRefused(field="scope", scope=" ".join(device.scopes))
        holder = Holder(
            kind=GrantKind.STAFF,
            tenant_id=who.tenant_id,
            staff_id=who.staff_id,
            amr=who.amr,
            authenticated_at=who.authenticated_at,
        )
        grant_id = await begin_grant(
            session, client, holder, scopes=scopes, expires_at=now + STAFF_GRANT_LIFE, now=now
        )
        await decide_device(session, device, grant_id=grant_id)


async def _client(runtime: Runtime, device: DeviceCode, who: LoggedIn) -> Client:
    client = await active_client(runtime.database.steps, device.client_id)
    if client is None:
        raise RequestReferenceRefused
    if client.tenant_id != who.tenant_id:
        raise LogInOfAnother
    return client


def _page(
    request: AnyRequest,
    template: str,
    context: Mapping[str, object],
    refusal: Refusal | None = None,
) -> Response[bytes]:
    return OAUTH_PAGES.render(
        request,
        template,
        {**context, "csrf_token": browser_token(request)},
        status=200 if refusal is None else status_of(refusal),
        headers={} if refusal is None else headers_of(refusal),
    )


def _own_address(code: str) -> str:
    plain = "".join(letter for letter in code if letter.isascii() and letter.isalnum())
    return f"{paths.DEVICE}?user_code={plain}"
