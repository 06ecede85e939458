"""Where a staff member shows his second factor after his password, or begins to have one."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import segno
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.log_ins import MFA, OTP, LoggedIn, begin_log_in, end_log_in
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.tenancy.second_factors import (
    begin_enrolment,
    check_second_factor,
    confirm_enrolment,
    has_second_factor,
)
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES, browser_token, require_our_form, who_logged_in
from suxin_oauth.forms import AnyRequest
from suxin_oauth.log_in_pages import (
    back_of,
    fields_of,
    log_in_cookie,
    log_in_page,
    logged_in_here,
)
from suxin_web import cookies, csrf
from suxin_web.callers import client_address
from suxin_web.flash import see_other
from suxin_web.problems import headers_of, status_of
from suxin_web.rate_limits import LOG_IN_BY_ADDRESS, LOG_IN_BY_NAME
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

QR_SCALE: Final = 5


def to_second_factor(request: AnyRequest, *, back: str) -> Response[bytes]:
    """Lead a browser to the page that asks for the second factor, and back afterwards to where that was needed."""
    return see_other(request, f"{paths.SECOND_FACTOR}?{urlencode({'back': back})}")


@get(paths.SECOND_FACTOR, include_in_schema=False)
async def show_second_factor(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Ask for a code, or show whoever has no second factor yet how to have one."""
    back = back_of(request.query_params.get("back"))
    who = await who_logged_in(request, runtime)
    if who is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    return await _asked(request, runtime, who, back)


@post(paths.SECOND_FACTOR, include_in_schema=False, status_code=200)
async def send_code(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take a code of the app, or a recovery code; the browser is logged in with it from then on."""
    await require_our_form(request)
    form = await fields_of(request, "code", "back")
    back = back_of(form["back"])
    who = await who_logged_in(request, runtime)
    if who is None or who.tenant_id is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    try:
        await _count(request, runtime, who)
        async with runtime.database.transaction(anyone, now=now) as session:
            await check_second_factor(
                session,
                tenant_id=who.tenant_id,
                staff_id=who.staff_id,
                code=form["code"].strip(),
                sealer=runtime.sealer,
                now=now,
            )
            token = await _with_both(session, request, who, now=now)
    except Refusal as refusal:
        return await _asked(request, runtime, who, back, refusal)
    return logged_in_here(request, runtime, token, back)


@post(paths.ENROLMENT, include_in_schema=False, status_code=200)
async def confirm(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take the first code of an app, and show the recovery codes once."""
    await require_our_form(request)
    form = await fields_of(request, "code", "back")
    back = back_of(form["back"])
    who = await who_logged_in(request, runtime)
    if who is None or who.tenant_id is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    try:
        await _count(request, runtime, who)
        async with runtime.database.transaction(anyone, now=now) as session:
            codes = await confirm_enrolment(
                session,
                tenant_id=who.tenant_id,
                staff_id=who.staff_id,
                code=form["code"].strip(),
                sealer=runtime.sealer,
                now=now,
            )
            token = await _with_both(session, request, who, now=now)
    except Refusal as refusal:
        return await _asked(request, runtime, who, back, refusal)
    return OAUTH_PAGES.render(
        request,
        "recovery_codes.html",
        {"codes": codes, "back": back or "/", "csrf_token": csrf.token_for(token)},
        cookies=(log_in_cookie(runtime, token),),
    )


routes: list[ControllerRouterHandler] = [show_second_factor, send_code, confirm]


async def _count(request: AnyRequest, runtime: Runtime, who: LoggedIn) -> None:
    await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
    await runtime.limits.take(LOG_IN_BY_NAME, f"second factor of {who.staff_id}")


async def _with_both(
    session: AsyncSession, request: AnyRequest, who: LoggedIn, *, now: datetime
) -> str:
    """Log in anew with password and second factor in place of the password alone; return the cookie's value."""
    amr = tuple(dict.fromkeys((*who.amr, OTP, MFA)))
    both = replace(who, amr=amr, authenticated_at=now)
    token = cookies.read_cookie(request, cookies.LOG_IN) or ""
    await end_log_in(session, token=token, now=now)
    return await begin_log_in(session, both, now=now)


async def _asked(
    request: AnyRequest,
    runtime: Runtime,
    who: LoggedIn,
    back: str,
    error: Refusal | None = None,
) -> Response[bytes]:
    """Show the form for a code; with the app's secret to whoever has not confirmed one yet."""
    if who.tenant_id is None or who.staff_id is None:
        return log_in_page(request, runtime, back=back, person=False)
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    context: dict[str, object] = {
        "back": back,
        "error": error,
        "csrf_token": browser_token(request),
    }
    template, his = "second_factor.html", {"tenant_id": who.tenant_id, "staff_id": who.staff_id}
    async with runtime.database.transaction(anyone, now=now) as session:
        if not await has_second_factor(session, **his):
            template = "second_factor_enrolment.html"
            address = await begin_enrolment(session, **his, sealer=runtime.sealer, now=now)
            secret = parse_qs(urlsplit(address).query)["secret"][0]
            picture = segno.make(address, error="m").svg_data_uri(scale=QR_SCALE)
            context |= {"secret": secret, "picture": picture}
    return OAUTH_PAGES.render(
        request,
        template,
        context,
        status=200 if error is None else status_of(error),
        headers={} if error is None else headers_of(error),
    )
