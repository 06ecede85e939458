"""How the authorization server says no: a named fact, under the error code that its RFC gives it."""

from typing import ClassVar

from suxin.kernel.refusals import Refusal, RefusalKind


class OAuthRefusal(Refusal):
    """A refusal of the protocol. ``error`` is its code of RFC 6749 §5.2 or of the extension that defines it."""

    error: ClassVar[str] = "invalid_request"
    kind = RefusalKind.INVALID


class RequestInvalid(OAuthRefusal):
    """A parameter is missing, given twice, too long or not of its form."""

    code = "OAUTH_REQUEST_INVALID"
    zh = "参数 {parameter} 不正确：{reason_zh}"
    en = "the parameter {parameter} is not valid: {reason_en}"

    def __init__(self, *, parameter: str, reason_zh: str, reason_en: str) -> None:
        super().__init__(
            field=parameter, parameter=parameter, reason_zh=reason_zh, reason_en=reason_en
        )


class ClientRefused(OAuthRefusal):
    """The client is unknown, suspended, or did not show that it is itself; which of these is not told."""

    error = "invalid_client"
    kind = RefusalKind.UNAUTHENTICATED
    code = "OAUTH_CLIENT_REFUSED"
    zh = "客户端身份验证未通过：{reason_zh}"
    en = "client authentication failed: {reason_en}"

    def __init__(self, *, reason_zh: str, reason_en: str) -> None:
        super().__init__(reason_zh=reason_zh, reason_en=reason_en)


class GrantRefused(OAuthRefusal):
    """The code, refresh token or device code is unknown, another client's, expired or used."""

    error = "invalid_grant"
    code = "OAUTH_GRANT_REFUSED"
    zh = "授权凭证无效、已过期或已使用"
    en = "the code or token is not valid, has expired, or was used"


class GrantReused(GrantRefused):
    """A code or token that was used already was presented again; its grant ends, because somebody else holds it."""

    commits = True
    code = "OAUTH_GRANT_REUSED"
    zh = "授权凭证被重复使用，相关授权已全部终止"
    en = "the code or token was used before; its grant has been ended"


class GrantIdRefused(OAuthRefusal):
    """The grant to be replaced is none of the client's that stands, or another purpose would take its place."""

    error = "invalid_grant_id"
    code = "OAUTH_GRANT_ID_REFUSED"
    zh = "grant_id 不是该应用的有效授权，或其用途、事项与本次请求不同"
    en = "the grant_id names no grant of this client that stands, or one for another purpose or matter"


class ScopeRefused(OAuthRefusal):
    """A scope is unknown, or not one that this client or person may have."""

    error = "invalid_scope"
    code = "OAUTH_SCOPE_REFUSED"
    zh = "不能授予权限范围“{scope}”"
    en = "the scope {scope} cannot be granted"


class DetailsRefused(OAuthRefusal):
    """An authorization detail is not one that this server or client knows (RFC 9396 §5)."""

    error = "invalid_authorization_details"
    code = "OAUTH_DETAILS_REFUSED"
    zh = "authorization_details 不正确：{reason_zh}"
    en = "authorization_details are not valid: {reason_en}"

    def __init__(self, *, reason_zh: str, reason_en: str) -> None:
        super().__init__(field="authorization_details", reason_zh=reason_zh, reason_en=reason_en)


class ClientNotAllowed(OAuthRefusal):
    """The client is not registered for this grant type."""

    error = "unauthorized_client"
    code = "OAUTH_CLIENT_NOT_ALLOWED"
    zh = "该客户端未登记授权方式 {grant_type}"
    en = "this client is not registered for the grant type {grant_type}"


class RequestReferenceRefused(OAuthRefusal):
    """The ``request_uri`` is unknown, another client's, expired or used (RFC 9126)."""

    error = "invalid_request_uri"
    code = "OAUTH_REQUEST_URI_REFUSED"
    zh = "授权请求已失效，请回到应用重新发起"
    en = "the request_uri is not valid or has expired; start again from the application"


class ProofRefused(OAuthRefusal):
    """The DPoP proof does not fit this request (RFC 9449 §4.3)."""

    error = "invalid_dpop_proof"
    code = "OAUTH_DPOP_PROOF_REFUSED"
    zh = "DPoP 证明无效：{reason_zh}"
    en = "the DPoP proof is not valid: {reason_en}"

    def __init__(self, *, reason_zh: str, reason_en: str) -> None:
        super().__init__(reason_zh=reason_zh, reason_en=reason_en)


class ProofNonceNeeded(OAuthRefusal):
    """The proof carries no nonce of ours, or one that is over; the fact ``nonce`` is a fresh one (RFC 9449 §8)."""

    error = "use_dpop_nonce"
    retryable = True
    code = "OAUTH_DPOP_NONCE_NEEDED"
    zh = "请使用本次返回的 DPoP-Nonce 重新签发证明"
    en = "make the proof again with the DPoP-Nonce of this answer"


class AuthorizationPending(OAuthRefusal):
    """The device's request was not decided yet (RFC 8628 §3.5)."""

    error = "authorization_pending"
    retryable = True
    # When a device last asked is remembered.
    commits = True
    code = "OAUTH_AUTHORIZATION_PENDING"
    zh = "等待用户确认"
    en = "the person has not decided yet"


class SlowDown(OAuthRefusal):
    """The device asks more often than it was told to; its interval grows by five seconds (RFC 8628 §3.5)."""

    error = "slow_down"
    retryable = True
    commits = True
    code = "OAUTH_SLOW_DOWN"
    zh = "轮询过于频繁，请至少间隔 {interval_s} 秒"
    en = "polling too often; wait at least {interval_s} seconds"


class DeviceDenied(OAuthRefusal):
    """The person refused the device (RFC 8628 §3.5)."""

    error = "access_denied"
    kind = RefusalKind.FORBIDDEN
    code = "OAUTH_ACCESS_DENIED"
    zh = "用户未同意"
    en = "the person did not agree"


class DeviceCodeExpired(OAuthRefusal):
    """The device's request was not decided in time (RFC 8628 §3.5)."""

    error = "expired_token"
    code = "OAUTH_DEVICE_CODE_EXPIRED"
    zh = "设备码已过期，请重新发起"
    en = "the device code has expired; start again"


class ReplayUncertain(OAuthRefusal):
    """The memory of used proofs is away or was just emptied, so a replay could not be told from a first use."""

    error = "temporarily_unavailable"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    code = "OAUTH_REPLAY_UNCERTAIN"
    zh = "暂时无法验证请求是否重放，请在 {retry_after_seconds} 秒后重试"
    en = "replays cannot be ruled out at the moment; try again in {retry_after_seconds} seconds"


class TokenRefused(Refusal):
    """The access token is not ours, has expired, was revoked, or is bound to another key (RFC 6750 §3.1)."""

    code = "TOKEN_REFUSED"
    kind = RefusalKind.UNAUTHENTICATED
    zh = "访问令牌无效、已过期或已撤销"
    en = "the access token is not valid, has expired or was revoked"
