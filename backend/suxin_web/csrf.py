"""Forms prove that they come from our own pages.

A page carries a token derived from the browser's own cookie: HMAC-SHA256 keyed by the session's secret, which only the
browser and nobody's script can read. No server secret and no storage are needed, and the token ends with the session.
Before there is a session, a visit cookie stands in for it. In addition, whatever the browser says about the request's
origin (``Origin``, ``Sec-Fetch-Site``) must name this site.

htmx sends the token as a header, set once on ``<body hx-headers>``; plain forms carry it in a hidden field.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import RequestEncodingType

from suxin_web.cookies import SESSION, VISIT, read_cookie
from suxin_web.refusals import CsrfRefused
from suxin_web.runtime import Connection, runtime_of

HEADER: Final = "X-CSRF-Token"
FIELD: Final = "_csrf"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_FETCH_SITES: Final = frozenset({"same-origin", "none"})
_VISIT_BYTES: Final = 32
_FORMS: Final = (RequestEncodingType.URL_ENCODED.value, RequestEncodingType.MULTI_PART.value)


def new_visit() -> str:
    """Return a fresh value for the visit cookie."""
    return secrets.token_urlsafe(_VISIT_BYTES)


def token_for(secret: str) -> str:
    """Return the token of pages shown to the browser that holds this cookie."""
    return keyed_digest(secret, "csrf")


def keyed_digest(secret: str, message: str) -> str:
    """Return a digest of the message that only the holder of the cookie's value can have got from us."""
    mac = hmac.new(secret.encode(), f"suxin/1/{message}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def browser_secret(connection: Connection) -> str | None:
    """Return the cookie's value that this browser's tokens are bound to."""
    return read_cookie(connection, SESSION) or read_cookie(connection, VISIT)


def csrf_token(connection: Connection) -> str:
    """Return the token for a page shown on this connection; empty where no cookie is held."""
    secret = browser_secret(connection)
    return "" if secret is None else token_for(secret)


async def require_own_page(request: Request[Any, Any, Any], *, bound_to: str | None = None) -> None:
    """Refuse an unsafe request unless it carries this browser's token and comes from this site.

    The token is bound to the desk's session or the visit, or to the cookie's value that ``bound_to`` is.

    :raises CsrfRefused: otherwise
    """
    if request.method not in SAFE_METHODS:
        await require_token(request, bound_to=bound_to)


async def require_token(request: Request[Any, Any, Any], *, bound_to: str | None = None) -> None:
    """Refuse any request, also by a safe method, unless it carries this browser's token and comes from this site.

    :raises CsrfRefused: otherwise
    """
    secret = bound_to or browser_secret(request)
    if secret is None or not comes_from_here(request):
        raise CsrfRefused
    given = request.headers.get(HEADER) or await _form_token(request)
    if not hmac.compare_digest(given.encode(), token_for(secret).encode()):
        raise CsrfRefused


def require_own_socket(connection: Connection, given: str | None) -> None:
    """Refuse a WebSocket unless a page of this site opened it, and its first message carries this browser's token.

    Browsers ask nobody before they open one to another site, and say by ``Origin`` whose page does (RFC 6455 §10.2).

    :raises CsrfRefused: otherwise
    """
    secret = browser_secret(connection)
    if secret is None or "origin" not in connection.headers or not comes_from_here(connection):
        raise CsrfRefused
    if not hmac.compare_digest((given or "").encode(), token_for(secret).encode()):
        raise CsrfRefused


def comes_from_here(connection: Connection) -> bool:
    """Return whether nothing that the browser says about a request's origin names another site."""
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None and fetch_site not in _OWN_FETCH_SITES:
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    # No page of another site can forge Host, so an Origin equal to it is ours whatever name we were reached by.
    own = {
        urlsplit(runtime_of(connection).public_url).netloc,
        connection.headers.get("host", ""),
    }
    return urlsplit(origin).netloc.lower() in {name.lower() for name in own if name}


async def _form_token(request: Request[Any, Any, Any]) -> str:
    if request.content_type[0] not in _FORMS:
        return ""
    value = (await request.form()).get(FIELD)
    return value if isinstance(value, str) else ""
