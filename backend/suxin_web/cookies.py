"""The cookies: a desk's session and the flow to it, a log-in, the flow to a tenant's provider, the visit before, a message.

All are HttpOnly, SameSite=Lax and for the whole host; over TLS they are Secure and carry the ``__Host-`` prefix, so that
no sibling host and no plain connection can set them (RFC 6265bis §4.1.3).
"""

from typing import Final

from litestar.datastructures import Cookie

from suxin_web.runtime import Connection, Runtime, runtime_of

SESSION: Final = "suxin_desk"
FLOW: Final = "suxin_desk_flow"
LOG_IN: Final = "suxin_log_in"
PROVIDER_FLOW: Final = "suxin_provider_flow"
VISIT: Final = "suxin_visit"
FLASH: Final = "suxin_flash"
MAX_VALUE_LENGTH: Final = 2048


def cookie_name(runtime: Runtime, name: str) -> str:
    """Return the name as browsers see it."""
    return f"__Host-{name}" if runtime.https else name


def read_cookie(connection: Connection, name: str) -> str | None:
    """Return the cookie's value, if the browser sent one of a reasonable length."""
    value = connection.cookies.get(cookie_name(runtime_of(connection), name))
    return value if value and len(value) <= MAX_VALUE_LENGTH else None


def make_cookie(runtime: Runtime, name: str, value: str, *, max_age_s: int | None = None) -> Cookie:
    """Return the cookie to set; without ``max_age_s`` it ends with the browser's session."""
    return Cookie(
        key=cookie_name(runtime, name),
        value=value,
        path="/",
        max_age=max_age_s,
        secure=runtime.https,
        httponly=True,
        samesite="lax",
    )


def end_cookie(runtime: Runtime, name: str) -> Cookie:
    """Return what makes the browser forget the cookie."""
    return make_cookie(runtime, name, "", max_age_s=0)
