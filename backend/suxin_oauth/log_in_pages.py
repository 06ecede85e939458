"""Where a browser shows the authorization server who uses it: staff by password, subjects by a code to their phone."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.log_ins import STAFF_LIFE, LoggedIn, begin_log_in, end_log_in
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.subjects.person_log_ins import person_with_code, send_log_in_code
from suxin.tenancy.log_in_failures import normal_login
from suxin.tenancy.log_ins import check_password
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES, browser_token, require_our_form
from suxin_oauth.forms import AnyRequest
from suxin_web import cookies, csrf
from suxin_web.callers import client_address
from suxin_web.flash import see_other
from suxin_web.problems import headers_of, status_of
from suxin_web.rate_limits import LOG_IN_BY_ADDRESS, LOG_IN_BY_NAME, PHONE_CODE, Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MAX_FIELD_CHARACTERS: Final = 128
MAX_BACK_CHARACTERS: Final = 1_024
CODE_TO_ONE_PERSON: Final = Limit(name="log_in.code", burst=1, per_minute=1, guards_secrets=True)
_BACK: Final = re.compile(r"/oauth/(?:authorize|device)\?[\x21-\x5b\x5d-\x7e]*|/desk/account")


def log_in_page(
    request: AnyRequest,
    runtime: Runtime,
    *,
    back: str,
    person: bool,
    error: Refusal | None = None,
    form: Mapping[str, str] | None = None,
    code_sent: bool = False,
) -> Response[bytes]:
    """Show the log-in of staff or of persons, leading back to where it was needed."""
    token, visit = form_token(request, runtime)
    return OAUTH_PAGES.render(
        request,
        "log_in_person.html" if person else "log_in_staff.html",
        {
            "back": back,
            "error": error,
            "form": {"login": "", "residentId": "", **(form or {})},
            "code_sent": code_sent,
            "csrf_token": token,
        },
        status=200 if error is None else status_of(error),
        headers={} if error is None else headers_of(error),
        cookies=visit,
    )


def form_token(request: AnyRequest, runtime: Runtime) -> tuple[str, Sequence[Cookie]]:
    """Return the token of forms shown to this browser, and the cookie it is bound to where the browser holds none yet."""
    token = browser_token(request)
    if token:
        return token, ()
    fresh = csrf.new_visit()
    return csrf.token_for(fresh), (cookies.make_cookie(runtime, cookies.VISIT, fresh),)


@get(paths.LOG_IN, include_in_schema=False)
async def show_log_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show the log-in on its own, for whoever wants to be somebody else."""
    query = request.query_params
    return log_in_page(
        request, runtime, back=back_of(query.get("back")), person=query.get("as") == "person"
    )


@post(paths.LOG_IN, include_in_schema=False, status_code=200)
async def log_staff_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take a staff member's log-in name and password."""
    await require_our_form(request)
    form = await fields_of(request, "login", "password", "back")
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        await runtime.limits.take(LOG_IN_BY_NAME, normal_login(form["login"]))
        async with runtime.database.transaction(anyone, now=now) as session:
            known = await check_password(
                session,
                login=form["login"],
                password=form["password"],
                sealer=runtime.sealer,
                now=now,
            )
            who = LoggedIn(
                amr=("pwd",),
                authenticated_at=now,
                tenant_id=known.tenant_id,
                staff_id=known.staff_id,
            )
            token = await begin_log_in(session, who, now=now)
    except Refusal as refusal:
        shown = {"login": form["login"]}
        return log_in_page(
            request, runtime, back=back_of(form["back"]), person=False, error=refusal, form=shown
        )
    return logged_in_here(request, runtime, token, back_of(form["back"]))


@post(paths.LOG_IN_CODE, include_in_schema=False, status_code=200)
async def send_code(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Send a code to the phone of whoever has the resident id; the answer is the same for everyone."""
    await require_our_form(request)
    form = await fields_of(request, "residentId", "back")
    now, request_id = runtime.clock.now(), request_id_of(request)
    error: Refusal | None = None
    try:
        await runtime.limits.take(PHONE_CODE, client_address(request))
        await runtime.limits.take(CODE_TO_ONE_PERSON, form["residentId"].strip().upper())
        async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
            await send_log_in_code(
                session,
                resident_id=form["residentId"],
                sealer=runtime.sealer,
                request_id=request_id,
                now=now,
            )
    except Refusal as refusal:
        error = refusal
    return log_in_page(
        request,
        runtime,
        back=back_of(form["back"]),
        person=True,
        error=error,
        form=form,
        code_sent=error is None or error.retryable,
    )


@post(paths.LOG_IN_PERSON, include_in_schema=False, status_code=200)
async def log_person_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take a person's resident id and the code that was sent to his phone."""
    await require_our_form(request)
    form = await fields_of(request, "residentId", "code", "back")
    now, request_id = runtime.clock.now(), request_id_of(request)
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        await runtime.limits.take(LOG_IN_BY_NAME, form["residentId"].strip().upper())
        async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
            person_id = await person_with_code(
                session,
                resident_id=form["residentId"],
                code=form["code"].strip(),
                sealer=runtime.sealer,
                request_id=request_id,
                now=now,
            )
            who = LoggedIn(amr=("sms", "kba"), authenticated_at=now, person_id=person_id)
            token = await begin_log_in(session, who, now=now)
    except Refusal as refusal:
        return log_in_page(
            request,
            runtime,
            back=back_of(form["back"]),
            person=True,
            error=refusal,
            form=form,
            code_sent=True,
        )
    return logged_in_here(request, runtime, token, back_of(form["back"]))


@post(paths.LOG_OUT, include_in_schema=False, status_code=200)
async def log_out(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Forget who logged in in this browser, and go on to log in as somebody else."""
    await require_our_form(request)
    form = await fields_of(request, "back", "as")
    token = cookies.read_cookie(request, cookies.LOG_IN)
    if token is not None:
        now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
        async with runtime.database.transaction(anyone, now=now) as session:
            await end_log_in(session, token=token, now=now)
    answer = see_other(request, back_of(form["back"]) or paths.LOG_IN)
    answer.set_cookie(cookies.end_cookie(runtime, cookies.LOG_IN))
    return answer


routes: list[ControllerRouterHandler] = [
    show_log_in,
    log_staff_in,
    send_code,
    log_person_in,
    log_out,
]


def logged_in_here(request: AnyRequest, runtime: Runtime, token: str, back: str) -> Response[bytes]:
    """Remember in this browser who logged in, and lead back to where that was needed."""
    answer = see_other(request, back or "/")
    answer.set_cookie(log_in_cookie(runtime, token))
    answer.set_cookie(cookies.end_cookie(runtime, cookies.VISIT))
    return answer


def log_in_cookie(runtime: Runtime, token: str) -> Cookie:
    """Return the cookie by which a browser is known as the one in which somebody logged in."""
    life_s = int(STAFF_LIFE.total_seconds())
    return cookies.make_cookie(runtime, cookies.LOG_IN, token, max_age_s=life_s)


async def fields_of(request: AnyRequest, *names: str) -> dict[str, str]:
    """Read the form; what is too long to be meant is cut and then does not fit."""
    form: Mapping[str, Any] = await request.form()
    limits = {"back": MAX_BACK_CHARACTERS}
    return {
        name: str(form.get(name, ""))[: limits.get(name, MAX_FIELD_CHARACTERS) + 1]
        for name in names
    }


def back_of(wanted: str | None) -> str:
    """Return where a log-in leads back to: a page of this server that needed it, or nowhere."""
    if not wanted or len(wanted) > MAX_BACK_CHARACTERS or not _BACK.fullmatch(wanted):
        return ""
    return wanted
