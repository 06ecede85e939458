"""Endings (订阅终止): why a stream ended before its caller asked for it."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from suxin.kernel.announcements import Lost
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.errors import Shown, shown_refusal

UNAUTHORISED: Final = 4401
FORBIDDEN: Final = 4403
RESTART: Final = 1012
POLICY: Final = 1008
"""Close codes of RFC 6455 §7.4.1, its registry (1012), and graphql-transport-ws (44xx)."""


class Ending(Enum):
    """Why a stream ended. Its name is told as the reason; with it goes the WebSocket's close code, where that ends too."""

    TOKEN_EXPIRED = "访问令牌已到期", "the access token has expired", UNAUTHORISED
    TOKEN_REVOKED = "访问令牌已撤销", "the access token was revoked", UNAUTHORISED
    GRANT_ENDED = "令牌所依据的授权已终止", "the grant behind the token has ended", UNAUTHORISED
    CONSENT_ENDED = (
        "令牌所依据的主体授权已终止",
        "the consent behind the token has ended",
        UNAUTHORISED,
    )
    SESSION_ENDED = "登录已失效", "the session has ended", UNAUTHORISED
    CLIENT_STOPPED = "客户端已暂停或停用", "the client was suspended or retired", FORBIDDEN
    TENANT_SUSPENDED = "本机构已暂停服务", "the organisation is suspended", FORBIDDEN
    PASSWORD_CHANGE_REQUIRED = "须先修改密码", "the password must be changed first", FORBIDDEN
    PERMISSION_LOST = "不再具有所需权限", "the permission it needs was taken away", None
    EVENTS_MISSED = (
        "连接中断，期间的事件可能遗漏，请查询后重新订阅",
        "events may have been missed; read the present state and subscribe again",
        None,
    )
    TOO_SLOW = "接收过慢，请查询后重新订阅", "events were not taken in time", POLICY
    BUDGET_EXHAUSTED = (
        "查询额度不足，期间的事件可能遗漏，请稍候查询后重新订阅",
        "the budget does not hold what the event costs; read the present state and subscribe again in a while",
        None,
    )
    SERVER_STOPPING = "服务正在停止，请稍后重新订阅", "the server stops", RESTART

    def __init__(self, zh: str, en: str, close_code: int | None) -> None:
        self.zh: Final = zh
        self.en: Final = en
        self.close_code: Final = close_code

    @property
    def passes(self) -> bool:
        """Whether the same caller may subscribe again as he is."""
        return self in _PASSING


_PASSING: Final = frozenset(
    {Ending.EVENTS_MISSED, Ending.TOO_SLOW, Ending.BUDGET_EXHAUSTED, Ending.SERVER_STOPPING}
)

OF_LOST: Final[Mapping[Lost, Ending]] = {
    Lost.MISSED: Ending.EVENTS_MISSED,
    Lost.SLOW: Ending.TOO_SLOW,
    Lost.STOPPING: Ending.SERVER_STOPPING,
}


class SubscriptionEnded(Refusal):
    """The subscription ended before the caller asked for it; its reason is an ``Ending``."""

    code = "SUBSCRIPTION_ENDED"
    kind = RefusalKind.CONFLICT
    zh = "订阅已终止：{reason_zh}"
    en = "The subscription has ended: {reason_en}"

    def __init__(self, *, ending: Ending) -> None:
        super().__init__(reason_zh=ending.zh, reason_en=ending.en)
        self.ending: Final = ending

    def shown(self, request_id: str) -> Shown:
        """Return it as the last error of the stream, with its reason."""
        error = shown_refusal(self, request_id)
        error["extensions"] |= {"reason": self.ending.name, "retryable": self.ending.passes}
        return error
