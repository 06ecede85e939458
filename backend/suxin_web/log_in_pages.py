"""The ways into the desks and out: to the authorization server, back with its code, and the end of both."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post

from suxin.consent.oauth.desk import begin_desk_flow, log_out_of_desk, redeem_desk_code
from suxin.consent.oauth.own_clients import CALLBACK_PATH, DESK_CLIENT
from suxin.consent.oauth.pushed_requests import DECISION_TIME
from suxin.kernel.actor import Actor
from suxin_web import cookies, csrf
from suxin_web.callers import AnyRequest, client_address, share_out
from suxin_web.desk_paths import (
    AUTHORIZE_PATH,
    DESK_PATH,
    LOG_IN_PATH,
    LOG_OUT_PATH,
    log_in_url,
    safe_next,
)
from suxin_web.flash import see_other
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

MAX_CODE_CHARACTERS: Final = 128


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the browser keeps of a flow until the answer comes: whose it is, the verifier, and where to go then."""

    state: str
    verifier: str
    back: str

    def cookie_value(self) -> str:
        back = base64.urlsafe_b64encode(self.back.encode()).decode()
        return f"{self.state}.{self.verifier}.{back}"


@get(LOG_IN_PATH, include_in_schema=False)
async def begin_log_in(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Send the browser to the authorization server with a request of the desk's, and let it keep what the answer needs."""
    await share_out(request, runtime, f"address:{client_address(request)}")
    now = runtime.clock.now()
    flow = await begin_desk_flow(runtime.database.steps, issuer=runtime.issuer, now=now)
    asked = urlencode({"client_id": DESK_CLIENT, "request_uri": flow.request_uri})
    kept = _Kept(flow.state, flow.verifier, safe_next(request.query_params.get("next")))
    answer = see_other(request, f"{AUTHORIZE_PATH}?{asked}")
    life_s = int(DECISION_TIME.total_seconds())
    answer.set_cookie(
        cookies.make_cookie(runtime, cookies.FLOW, kept.cookie_value(), max_age_s=life_s)
    )
    return answer


@get(CALLBACK_PATH, include_in_schema=False)
async def take_code(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Begin the desk session that the code is good for, and go on to the wanted page.

    An answer to another flow than this browser's last one is not looked at: the flow begins again (RFC 9700 §4.7, RFC
    9207 §2.4).

    :raises GrantRefused: if the code is not good with this browser's verifier
    """
    await share_out(request, runtime, f"address:{client_address(request)}")
    kept, given = _kept(request), request.query_params
    if (
        kept is None
        or not hmac.compare_digest(given.get("state", "").encode(), kept.state.encode())
        or given.get("iss") != runtime.issuer
        or "code" not in given
    ):
        answer = see_other(request, log_in_url(DESK_PATH if kept is None else kept.back))
        answer.set_cookie(cookies.end_cookie(runtime, cookies.FLOW))
        return answer
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anyone, now=now) as session:
        begun = await redeem_desk_code(
            session, code=given["code"][:MAX_CODE_CHARACTERS], verifier=kept.verifier, now=now
        )
    answer = see_other(request, kept.back)
    life_s = int((begun.expires_at - now).total_seconds())
    answer.set_cookie(cookies.make_cookie(runtime, cookies.SESSION, begun.token, max_age_s=life_s))
    answer.set_cookie(cookies.end_cookie(runtime, cookies.FLOW))
    return answer


@post(LOG_OUT_PATH, include_in_schema=False, status_code=200)
async def send_log_out(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """End the desk session with its grant and the log-in behind it, and go to log in again."""
    await csrf.require_own_page(request)
    token = cookies.read_cookie(request, cookies.SESSION)
    if token is not None:
        now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
        async with runtime.database.transaction(anyone, now=now) as session:
            await log_out_of_desk(session, token=token, now=now)
    answer = see_other(request, LOG_IN_PATH)
    for name in (cookies.SESSION, cookies.LOG_IN):
        answer.set_cookie(cookies.end_cookie(runtime, name))
    return answer


def _kept(request: AnyRequest) -> _Kept | None:
    state, _, rest = (cookies.read_cookie(request, cookies.FLOW) or "").partition(".")
    verifier, _, back = rest.partition(".")
    try:
        wanted = base64.urlsafe_b64decode(back).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return _Kept(state, verifier, safe_next(wanted)) if state and verifier else None
