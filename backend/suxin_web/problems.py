"""Problems: how REST says no (RFC 9457, ``application/problem+json``).

Every refusal has one type, ``urn:suxin:refusal:CODE``; its title names the family and its detail the reason, in Chinese,
with English beside it. A caller who quotes ``requestId`` can be helped.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec

from suxin.consent.oauth.dpop import ALGORITHMS
from suxin.consent.oauth.refusals import TokenRefused
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_web.refusals import RETRY_AFTER_S, EdgeRefusal, TokenNonceNeeded, TokenProofRefused

MEDIA_TYPE: Final = "application/problem+json"
CHALLENGE: Final = f'DPoP realm="suxin", algs="{" ".join(ALGORITHMS)}"'
INTERNAL_ERROR: Final = "INTERNAL_ERROR"

_STATUS: Final[Mapping[RefusalKind, HTTPStatus]] = {
    RefusalKind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalKind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    RefusalKind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    RefusalKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalKind.CONFLICT: HTTPStatus.CONFLICT,
    RefusalKind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    RefusalKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES: Final[Mapping[RefusalKind, str]] = {
    RefusalKind.INVALID: "填写内容有误",
    RefusalKind.UNAUTHENTICATED: "需要登录",
    RefusalKind.FORBIDDEN: "没有权限",
    RefusalKind.NOT_FOUND: "没有找到",
    RefusalKind.CONFLICT: "当前状态不允许此操作",
    RefusalKind.LIMITED: "操作过于频繁",
    RefusalKind.UNAVAILABLE: "服务暂时不可用",
}


class FieldProblem(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What is wrong with one field of the request."""

    field: str
    detail: str
    detail_en: str


class Problem(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """A problem document. ``field`` and ``fields`` are there only when a field is at fault."""

    type: str
    title: str
    status: int
    detail: str
    detail_en: str
    code: str
    retryable: bool
    instance: str
    request_id: str
    field: str | None = None
    fields: tuple[FieldProblem, ...] = ()


def status_of(refusal: Refusal) -> HTTPStatus:
    """Return the HTTP status that says the same as the refusal."""
    return class_status(type(refusal))


def class_status(refusal: type[Refusal]) -> HTTPStatus:
    """Return the HTTP status of every refusal of a class."""
    return refusal.status if issubclass(refusal, EdgeRefusal) else _STATUS[refusal.kind]


def problem_of(
    refusal: Refusal,
    *,
    instance: str,
    request_id: str,
    fields: Sequence[FieldProblem] = (),
) -> Problem:
    """Write a refusal as a problem document."""
    return Problem(
        type=f"urn:suxin:refusal:{refusal.code}",
        title=refusal.title if isinstance(refusal, EdgeRefusal) else _TITLES[refusal.kind],
        status=status_of(refusal).value,
        detail=refusal.zh_message,
        detail_en=refusal.en_message,
        code=refusal.code,
        retryable=refusal.retryable,
        instance=instance,
        request_id=request_id,
        field=refusal.field,
        fields=tuple(fields),
    )


def internal_problem(*, instance: str, request_id: str) -> Problem:
    """Write a defect as a problem document that tells nothing but where to find it in the log."""
    return Problem(
        type="urn:suxin:fault:internal",
        title="系统出错",
        status=HTTPStatus.INTERNAL_SERVER_ERROR.value,
        detail=f"系统出错，已记录。如需帮助请提供编号 {request_id}",
        detail_en=f"Something went wrong on our side and was recorded; quote {request_id} for help",
        code=INTERNAL_ERROR,
        retryable=False,
        instance=instance,
        request_id=request_id,
    )


def headers_of(refusal: Refusal) -> dict[str, str]:
    """Return the headers that go with the refusal: when to come back, how to authenticate."""
    if refusal.kind is RefusalKind.UNAUTHENTICATED:
        return _challenge(refusal)
    wait_s = refusal.facts.get("retry_after_seconds")
    if wait_s is None and refusal.kind is RefusalKind.UNAVAILABLE:
        wait_s = RETRY_AFTER_S
    if wait_s is not None:
        return {"Retry-After": str(wait_s)}
    return {}


_TOKEN_ERRORS: Final[Mapping[type[Refusal], str]] = {
    TokenRefused: "invalid_token",
    TokenProofRefused: "invalid_dpop_proof",
    TokenNonceNeeded: "use_dpop_nonce",
}


def _challenge(refusal: Refusal) -> dict[str, str]:
    """Say how to authenticate, and what was wrong with the token (RFC 6750 §3; RFC 9449 §7.1, §9)."""
    error = _TOKEN_ERRORS.get(type(refusal))
    challenge = CHALLENGE if error is None else f'{CHALLENGE}, error="{error}"'
    headers = {"WWW-Authenticate": challenge}
    nonce = refusal.facts.get("nonce")
    if nonce is not None:
        headers["DPoP-Nonce"] = str(nonce)
    return headers
