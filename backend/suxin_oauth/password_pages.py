"""Where a staff member whose password was set by somebody else gives himself another one, before he decides anything."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.log_ins import LoggedIn, begin_log_in, end_log_in
from suxin.kernel.refusals import Refusal, Unauthenticated
from suxin.tenancy.actors import staff_member_actor
from suxin.tenancy.password_changes import change_password
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES, browser_token, require_our_form, who_logged_in
from suxin_oauth.forms import AnyRequest
from suxin_oauth.log_in_pages import back_of, fields_of, log_in_page, logged_in_here
from suxin_web.callers import client_address
from suxin_web.cookies import LOG_IN, read_cookie
from suxin_web.flash import see_other
from suxin_web.problems import headers_of, status_of
from suxin_web.rate_limits import LOG_IN_BY_ADDRESS
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

_FIELDS: Final = ("current", "new", "again")


def to_new_password(request: AnyRequest, *, back: str) -> Response[bytes]:
    """Lead a browser to the page on which the password is changed, and back afterwards to where that was needed."""
    return see_other(request, f"{paths.NEW_PASSWORD}?{urlencode({'back': back})}")


@get(paths.NEW_PASSWORD, include_in_schema=False)
async def show_new_password(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Ask for the password as it is and for another one."""
    back = back_of(request.query_params.get("back"))
    who = await who_logged_in(request, runtime)
    if who is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    return _page(request, back)


@post(paths.NEW_PASSWORD, include_in_schema=False, status_code=200)
async def send_new_password(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Change the password of whoever logged in here; he is logged in with the new one from then on."""
    await require_our_form(request)
    form = await fields_of(request, *_FIELDS, "back")
    back = back_of(form["back"])
    who = await who_logged_in(request, runtime)
    if who is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    if form["new"] != form["again"]:
        return _page(request, back, {"again": "两次输入的新密码不一致"}, status=422)
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        token = await _change(request, runtime, who, form)
    except Unauthenticated:
        return log_in_page(request, runtime, back=back, person=False)
    except Refusal as refusal:
        at_fault = refusal.field if refusal.field in _FIELDS else ""
        errors, headers = {at_fault: refusal.zh_message}, headers_of(refusal)
        return _page(request, back, errors, status=status_of(refusal), headers=headers)
    return logged_in_here(request, runtime, token, back)


routes: list[ControllerRouterHandler] = [show_new_password, send_new_password]


async def _change(
    request: AnyRequest, runtime: Runtime, who: LoggedIn, form: Mapping[str, str]
) -> str:
    """Change the password and log in anew with it, since what was shown before is worth nothing; return the cookie."""
    if who.tenant_id is None or who.staff_id is None:
        raise Unauthenticated
    now, request_id = runtime.clock.now(), request_id_of(request)
    actor = await staff_member_actor(
        runtime.database.steps,
        tenant_id=who.tenant_id,
        staff_id=who.staff_id,
        authenticated_at=who.authenticated_at,
        profiles=runtime.profiles,
        request_id=request_id,
        with_temporary_password=True,
    )
    async with runtime.database.transaction(actor, now=now) as session:
        await change_password(
            session,
            actor,
            token=None,
            current=form["current"],
            new=form["new"],
            sealer=runtime.sealer,
            now=now,
        )
        await end_log_in(session, token=read_cookie(request, LOG_IN) or "", now=now)
        return await begin_log_in(session, replace(who, authenticated_at=now), now=now)


def _page(
    request: AnyRequest,
    back: str,
    errors: Mapping[str, str] = MappingProxyType({}),
    *,
    status: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response[bytes]:
    context = {"back": back, "errors": errors, "csrf_token": browser_token(request)}
    return OAUTH_PAGES.render(request, "new_password.html", context, status=status, headers=headers)
