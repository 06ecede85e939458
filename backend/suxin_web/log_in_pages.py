"""The desks' log-in and log-out pages."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.tenancy.log_ins import DeskToken, log_in, log_out
from suxin.tenancy.staff import normal_login
from suxin_web import cookies, csrf
from suxin_web.callers import AnyRequest, client_address
from suxin_web.desk_paths import LOG_IN_PATH, LOG_OUT_PATH, safe_next
from suxin_web.flash import see_other
from suxin_web.pages import SHARED_PAGES
from suxin_web.problems import headers_of, status_of
from suxin_web.rate_limits import LOG_IN_BY_ADDRESS, LOG_IN_BY_NAME
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MAX_FIELD_LENGTH: Final = 128


@get(LOG_IN_PATH, include_in_schema=False)
async def show_log_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show the log-in form, bound to this browser by a visit cookie."""
    form = {"next": safe_next(request.query_params.get("next")), "login": ""}
    if csrf.browser_secret(request) is not None:
        return SHARED_PAGES.render(request, "log_in.html", {"form": form, "error": None})
    visit = csrf.new_visit()
    return SHARED_PAGES.render(
        request,
        "log_in.html",
        {"form": form, "error": None, "csrf_token": csrf.token_for(visit)},
        cookies=[cookies.make_cookie(runtime, cookies.VISIT, visit)],
    )


@post(LOG_IN_PATH, include_in_schema=False, status_code=200)
async def send_log_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Begin a session and go on to the wanted page, or show the form again with the reason."""
    await csrf.require_own_page(request)
    form = await _form(request)
    try:
        token = await _begin(request, runtime, form)
    except Refusal as refusal:
        shown = {"next": safe_next(form["next"]), "login": form["login"]}
        return SHARED_PAGES.render(
            request,
            "log_in.html",
            {"form": shown, "error": refusal},
            status=status_of(refusal),
            headers=headers_of(refusal),
        )
    answer = see_other(request, safe_next(form["next"]))
    life_s = int((token.expires_at - runtime.clock.now()).total_seconds())
    answer.set_cookie(cookies.make_cookie(runtime, cookies.SESSION, token.token, max_age_s=life_s))
    answer.set_cookie(cookies.end_cookie(runtime, cookies.VISIT))
    return answer


@post(LOG_OUT_PATH, include_in_schema=False, status_code=200)
async def send_log_out(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """End the session and go back to the log-in form."""
    await csrf.require_own_page(request)
    token = cookies.read_cookie(request, cookies.SESSION)
    if token is not None:
        now, anonymous = runtime.clock.now(), Actor.anonymous(request_id_of(request))
        async with runtime.database.transaction(anonymous, now=now) as session:
            await log_out(session, token=token, now=now)
    answer = see_other(request, LOG_IN_PATH)
    answer.set_cookie(cookies.end_cookie(runtime, cookies.SESSION))
    return answer


async def _begin(request: AnyRequest, runtime: Runtime, form: Mapping[str, str]) -> DeskToken:
    await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
    await runtime.limits.take(LOG_IN_BY_NAME, normal_login(form["login"]))
    now, anonymous = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anonymous, now=now) as session:
        return await log_in(
            session,
            login=form["login"],
            password=form["password"],
            sealer=runtime.sealer,
            now=now,
        )


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Read the form; what is too long to be a log-in name or password is cut and then does not fit."""
    given = await request.form()
    values = {name: given.get(name, "") for name in ("login", "password", "next")}
    return {
        name: value[: MAX_FIELD_LENGTH + 1]
        if isinstance(value, str) and name != "next"
        else str(value)
        for name, value in values.items()
    }
