"""Flash: one message that a form leaves for the page it leads to.

It travels in a cookie, signed with the session's secret, so that nobody else can put words into a page.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from litestar import MediaType, Request, Response

from suxin_web.cookies import FLASH, make_cookie, read_cookie
from suxin_web.csrf import browser_secret, keyed_digest
from suxin_web.runtime import Connection, runtime_of

MAX_TEXT_LENGTH: Final = 200
LIFE_S: Final = 60

Tone = Literal["good", "bad", "plain"]


@dataclass(frozen=True, slots=True)
class Flash:
    """A short message, and whether it is good news."""

    text: str
    tone: Tone


def see_other(
    request: Request[Any, Any, Any], location: str, *, flash: str | None = None, tone: Tone = "good"
) -> Response[bytes]:
    """Answer a form: go on to another page, where the message is shown (also for a form htmx sent)."""
    cookies = []
    secret = browser_secret(request)
    if flash is not None and secret is not None:
        body = base64.urlsafe_b64encode(
            msgspec.json.encode([tone, flash[:MAX_TEXT_LENGTH]])
        ).decode()
        value = f"{body}.{keyed_digest(secret, f'flash/{body}')}"
        cookies.append(make_cookie(runtime_of(request), FLASH, value, max_age_s=LIFE_S))
    if request.headers.get("hx-request") == "true":
        headers = {"HX-Redirect": location}
        return Response(b"", headers=headers, cookies=cookies, media_type=MediaType.TEXT)
    headers = {"Location": location}
    return Response(
        b"", status_code=303, headers=headers, cookies=cookies, media_type=MediaType.TEXT
    )


def read_flash(connection: Connection) -> Flash | None:
    """Return the message that the page before left for this browser, if there is one."""
    value, secret = read_cookie(connection, FLASH), browser_secret(connection)
    if value is None or secret is None:
        return None
    body, _, digest = value.partition(".")
    if not hmac.compare_digest(digest.encode(), keyed_digest(secret, f"flash/{body}").encode()):
        return None
    tone, text = msgspec.json.decode(base64.urlsafe_b64decode(body), type=tuple[Tone, str])
    return Flash(text, tone)
