"""Browsers at the authorization server: who logged in there, and proof that a form is from our own page."""

from typing import Final

from suxin.consent.oauth.log_ins import LoggedIn, logged_in
from suxin_oauth.forms import AnyRequest
from suxin_web.cookies import LOG_IN, VISIT, read_cookie
from suxin_web.csrf import require_own_page, token_for
from suxin_web.pages import Pages
from suxin_web.runtime import Runtime

OAUTH_PAGES: Final = Pages("suxin_oauth")
"""The pages of the authorization server."""


async def who_logged_in(request: AnyRequest, runtime: Runtime) -> LoggedIn | None:
    """Return who logged in in this browser, if that is not over."""
    token = read_cookie(request, LOG_IN)
    if token is None:
        return None
    return await logged_in(runtime.database.steps, token=token, now=runtime.clock.now())


def browser_token(request: AnyRequest) -> str:
    """Return the token of forms that are shown to this browser now; empty where it holds no cookie of ours."""
    secret = _secret(request)
    return "" if secret is None else token_for(secret)


async def require_our_form(request: AnyRequest) -> None:
    """Refuse a form that does not come from a page that we showed this browser.

    :raises CsrfRefused: if it does not
    """
    await require_own_page(request, bound_to=_secret(request))


def _secret(request: AnyRequest) -> str | None:
    return read_cookie(request, LOG_IN) or read_cookie(request, VISIT)
