"""Refusals that exist only at an edge: a request that never reaches a command."""

from http import HTTPStatus
from typing import ClassVar, Final

from suxin.kernel.refusals import Refusal, RefusalKind

RETRY_AFTER_S: Final = 5
"""When to come back after something was unavailable and nothing better is known."""


class EdgeRefusal(Refusal):
    """A refusal whose HTTP status is more precise than its kind's, and whose title says that the request is at fault."""

    status: ClassVar[HTTPStatus]
    title: ClassVar[str] = "请求无法处理"


class BodyTooLarge(EdgeRefusal):
    """The request's body exceeds what the server reads."""

    code = "BODY_TOO_LARGE"
    kind = RefusalKind.INVALID
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    zh = "提交的内容超过 {limit_kib} KiB"
    en = "The request body exceeds {limit_kib} KiB"


class BodyMalformed(EdgeRefusal):
    """The request's body is not JSON."""

    code = "BODY_MALFORMED"
    kind = RefusalKind.INVALID
    status = HTTPStatus.BAD_REQUEST
    zh = "请求体不是有效的 JSON"
    en = "The request body is not valid JSON"


class ContentTypeUnsupported(EdgeRefusal):
    """The request's body is of a type that is not read here."""

    code = "CONTENT_TYPE_UNSUPPORTED"
    kind = RefusalKind.INVALID
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    zh = "请求体的类型应为 application/json"
    en = "The request body must be application/json"


class RequestMalformed(EdgeRefusal):
    """The request is not understood as it stands."""

    code = "REQUEST_MALFORMED"
    kind = RefusalKind.INVALID
    status = HTTPStatus.BAD_REQUEST
    zh = "请求格式不正确"
    en = "The request is malformed"


class RouteUnknown(EdgeRefusal):
    """Nothing is served under this path."""

    code = "ROUTE_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    status = HTTPStatus.NOT_FOUND
    title = "没有找到"
    zh = "没有这个地址"
    en = "There is nothing at this address"


class MethodNotAllowed(EdgeRefusal):
    """The path is served, but not with this method."""

    code = "METHOD_NOT_ALLOWED"
    kind = RefusalKind.INVALID
    status = HTTPStatus.METHOD_NOT_ALLOWED
    zh = "该地址不支持此请求方法"
    en = "This address does not take that method"


class TokenProofRefused(EdgeRefusal):
    """The access token came without a DPoP proof that fits this request (RFC 9449 §7)."""

    code = "TOKEN_PROOF_REFUSED"
    kind = RefusalKind.UNAUTHENTICATED
    status = HTTPStatus.UNAUTHORIZED
    title = "需要登录"
    zh = "访问令牌的 DPoP 证明无效：{reason_zh}"
    en = "The access token's DPoP proof is not valid: {reason_en}"


class TokenNonceNeeded(EdgeRefusal):
    """The proof carries no nonce of ours that is good now; the fact ``nonce`` is a fresh one (RFC 9449 §9)."""

    code = "TOKEN_NONCE_NEEDED"
    kind = RefusalKind.UNAUTHENTICATED
    status = HTTPStatus.UNAUTHORIZED
    title = "需要登录"
    retryable = True
    zh = "请使用本次返回的 DPoP-Nonce 重新签发证明"
    en = "Make the DPoP proof again with the DPoP-Nonce of this answer"


class CsrfRefused(Refusal):
    """A page's form came without its token, or from another site."""

    code = "CSRF_REFUSED"
    kind = RefusalKind.FORBIDDEN
    zh = "页面已过期或来源不明，请刷新页面后重试"
    en = "The page has expired or the request came from another site; reload the page and try again"


class TooManyRequests(Refusal):
    """The caller asked for more than is served to one caller in this time."""

    code = "TOO_MANY_REQUESTS"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "操作过于频繁，请在 {retry_after_seconds} 秒后再试"
    en = "Too many requests; try again in {retry_after_seconds} s"


class ServiceUnavailable(Refusal):
    """A part of the platform does not answer at the moment; nothing was done."""

    code = "SERVICE_UNAVAILABLE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "服务暂时不可用，请稍后再试"
    en = "The service is not available at the moment; try again shortly"
