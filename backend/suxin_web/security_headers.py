"""Security headers: on every answer, whoever made it.

Pages run only our own scripts and styles from files, never inline ones, so a stored string that reached a page unescaped
would still not run. Only the phone preview may be framed, and only by ourselves.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

PREVIEW_PATH: Final = "/preview"
HSTS_S: Final = 365 * 24 * 3600
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; form-action {forms}; base-uri 'none'; frame-src {frames};"
    " frame-ancestors {frames}"
)
_COMMON: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _encoded(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


def page_policy(*, framed_by_us: bool = False, forms_lead_to: Sequence[str] = ()) -> str:
    """Return the content security policy of a page.

    ``forms_lead_to`` are origins beside our own that the answer to the page's form may redirect to; browsers hold that
    against the policy of the page that sent the form.
    """
    frames = "'self'" if framed_by_us else "'none'"
    return _POLICY.format(frames=frames, forms=" ".join(("'self'", *forms_lead_to)))


def security_headers(*, https: bool, framed_by_us: bool) -> dict[str, str]:
    """Return the headers of an answer; an answer that sets one of them itself keeps its own."""
    headers = {
        **_COMMON,
        "Content-Security-Policy": page_policy(framed_by_us=framed_by_us),
        "X-Frame-Options": "SAMEORIGIN" if framed_by_us else "DENY",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_S}; includeSubDomains"
    return headers


class SecurityHeaders:
    """An ASGI layer that completes every answer with the security headers."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._usual = _encoded(security_headers(https=https, framed_by_us=False))
        self._preview = _encoded(security_headers(https=https, framed_by_us=True))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and complete its answer."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        preview = path == PREVIEW_PATH or path.startswith(f"{PREVIEW_PATH}/")
        headers = self._preview if preview else self._usual

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                present = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(pair for pair in headers if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, complete)
