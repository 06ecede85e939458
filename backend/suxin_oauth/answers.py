"""Answers of the protocol's endpoints: JSON, never stored, with the next DPoP nonce."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response

from suxin.consent.oauth.refusals import ClientRefused, OAuthRefusal
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_oauth.forms import AnyRequest
from suxin_web.nonces import nonce_header
from suxin_web.problems import headers_of, status_of
from suxin_web.runtime import Runtime

_ERRORS: Final[Mapping[RefusalKind, str]] = {
    RefusalKind.LIMITED: "temporarily_unavailable",
    RefusalKind.UNAVAILABLE: "temporarily_unavailable",
    RefusalKind.UNAUTHENTICATED: "access_denied",
    RefusalKind.FORBIDDEN: "access_denied",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body (None: no body), and headers of its own."""

    body: Mapping[str, Any] | None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[AnyRequest, Runtime], Awaitable[Answer]]


async def answered(request: AnyRequest, runtime: Runtime, work: Work) -> Response[bytes]:
    """Do the work of an endpoint and write its answer, or why it was refused."""
    try:
        answer = await work(request, runtime)
    except Refusal as refusal:
        answer = refused(refusal)
    content = b"" if answer.body is None else msgspec.json.encode(answer.body)
    return Response(
        content,
        status_code=answer.status,
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "Pragma": "no-cache",
            **await nonce_header(runtime),
            **answer.headers,
        },
    )


def refused(refusal: Refusal) -> Answer:
    """Write a refusal as RFC 6749 §5.2 has it, with our own code and the Chinese reason beside it."""
    if isinstance(refusal, OAuthRefusal):
        error = refusal.error
        status = HTTPStatus.UNAUTHORIZED if isinstance(refusal, ClientRefused) else None
        status = status or (
            HTTPStatus.SERVICE_UNAVAILABLE
            if refusal.kind is RefusalKind.UNAVAILABLE
            else HTTPStatus.BAD_REQUEST
        )
    else:
        error, status = _ERRORS.get(refusal.kind, "invalid_request"), status_of(refusal)
    waits = {name: text for name, text in headers_of(refusal).items() if name == "Retry-After"}
    return Answer(error_body(error, refusal), status, waits)


def error_body(error: str, refusal: Refusal) -> dict[str, str]:
    """Return the members of an error answer."""
    return {
        "error": error,
        "error_description": described(refusal.en_message),
        "code": refusal.code,
        "detail": refusal.zh_message,
    }


def described(text: str) -> str:
    """Return a description in the characters that RFC 6749 §5.2 allows it."""
    return "".join(
        letter if " " <= letter <= "~" and letter not in '"\\' else "?" for letter in text
    )
