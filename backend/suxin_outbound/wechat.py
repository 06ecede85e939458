"""The WeChat server interface (微信小程序服务端): log-in codes and subscribe messages.

WeChat answers HTTP 200 with an ``errcode``; what each code means here is written in the tables below. The log-in secret
travels in the query, as WeChat's ``auth.code2Session`` demands, so no address is ever logged or put into an exception.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

import msgspec
import structlog

from suxin.kernel.messaging import Delivery, Undelivered
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_outbound.guarded import Answer, Call, CallFailed, GuardedClient

SERVICE: Final = "wechat"
MAX_CODE_LENGTH: Final = 128
MAX_THING_LENGTH: Final = 20
TOKEN_MARGIN_S: Final = 300.0

OK: Final = 0
BUSY: Final = -1
CODE_INVALID: Final = 40029
CODE_USED: Final = 40163
RISK_USER: Final = 40226
TOO_OFTEN: Final = 45011
TOKEN_REJECTED: Final = frozenset({40001, 40014, 42001})

_UNDELIVERED: Final[Mapping[int, Undelivered]] = {
    BUSY: Undelivered.UNAVAILABLE,
    40001: Undelivered.CREDENTIALS_REFUSED,
    40003: Undelivered.RECIPIENT_UNKNOWN,
    40014: Undelivered.CREDENTIALS_REFUSED,
    40037: Undelivered.CONTENT_REJECTED,
    41030: Undelivered.CONTENT_REJECTED,
    42001: Undelivered.CREDENTIALS_REFUSED,
    43101: Undelivered.RECIPIENT_REFUSED,
    45009: Undelivered.LIMITED,
    TOO_OFTEN: Undelivered.LIMITED,
    47003: Undelivered.CONTENT_REJECTED,
}

_log = structlog.get_logger(__name__)


class WeChatCodeInvalid(Refusal):
    """The log-in code is unknown to WeChat, expired, or was used before."""

    code = "WECHAT_CODE_INVALID"
    kind = RefusalKind.UNAUTHENTICATED
    zh = "微信登录凭证无效或已使用，请重新进入小程序"
    en = "The WeChat log-in code is not valid or was used already; please open the mini program again"


class WeChatRiskUser(Refusal):
    """WeChat holds this account to be a risk and lets it log in nowhere."""

    code = "WECHAT_RISK_USER"
    kind = RefusalKind.FORBIDDEN
    zh = "微信安全策略限制了该账号登录，请到政务服务窗口办理"
    en = "WeChat's safety rules keep this account from logging in; please come to the service counter"


class WeChatTooOften(Refusal):
    """WeChat limits how often one user may log in within a minute."""

    code = "WECHAT_TOO_OFTEN"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "登录过于频繁，请一分钟后再试"
    en = "Too many log-ins; please try again in a minute"


class WeChatUnavailable(Refusal):
    """WeChat gave no usable answer in time; nobody was logged in."""

    code = "WECHAT_UNAVAILABLE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "微信服务暂时不可用，请稍后再试"
    en = "WeChat is not available at the moment; please try again later"


@dataclass(frozen=True, slots=True)
class WeChatSession:
    """Who opened the mini program: an account of WeChat, which proves no identity."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeTemplate:
    """WeChat's id of a message template, and which of its keywords shows each of our values."""

    template_id: str
    keywords: Mapping[str, str]


class _SessionAnswer(msgspec.Struct):
    errcode: int = OK
    openid: str = ""
    unionid: str | None = None
    session_key: str = ""


class _TokenAnswer(msgspec.Struct):
    errcode: int = OK
    access_token: str = ""
    expires_in: int = 0


class _SendAnswer(msgspec.Struct):
    errcode: int
    msgid: int | str | None = None


class _TokenRefused(Exception):
    """WeChat gave no access token."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


class _ErrorAnswer(msgspec.Struct):
    errcode: int = OK


def _says_busy(answer: Answer) -> bool:
    try:
        return answer.decode(_ErrorAnswer).errcode == BUSY
    except CallFailed:
        return False


class WeChatClient:
    """Speaks to WeChat for one mini program.

    A template that ``templates`` does not name is sent under its own name and with its own keywords.
    """

    def __init__(
        self,
        *,
        base_url: str,
        app_id: str,
        app_secret: str,
        guarded: GuardedClient,
        templates: Mapping[str, SubscribeTemplate] | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._app_secret = app_secret
        self._guarded = guarded
        self._templates = templates or {}
        self._token = ""
        self._token_until_s = 0.0
        self._token_turn = asyncio.Lock()

    async def code_to_session(self, js_code: str) -> WeChatSession:
        """Exchange the code of ``wx.login`` for the account that opened the mini program.

        A code works once, so a call that WeChat may have received is not repeated.

        :raises WeChatCodeInvalid: if WeChat does not know the code, or no longer
        :raises WeChatRiskUser: if WeChat blocks the account
        :raises WeChatTooOften: if the account logs in too often
        :raises WeChatUnavailable: if there was no usable answer
        """
        if not 0 < len(js_code) <= MAX_CODE_LENGTH:
            raise WeChatCodeInvalid(field="code")
        call = Call(
            service=SERVICE,
            method="GET",
            url=f"{self._base_url}/sns/jscode2session",
            params={
                "appid": self._app_id,
                "secret": self._app_secret,
                "js_code": js_code,
                "grant_type": "authorization_code",
            },
            says_busy=_says_busy,
        )
        try:
            answer = (await self._guarded.call(call)).decode(_SessionAnswer)
        except CallFailed as failed:
            _log.warning("wechat_log_in_failed", problem=failed.problem.value)
            raise WeChatUnavailable from None
        if answer.errcode != OK or not answer.openid:
            _refuse_log_in(answer.errcode)
        return WeChatSession(answer.openid, answer.unionid, answer.session_key)

    async def send_subscribe_message(
        self,
        *,
        openid: str,
        template: str,
        page: str,
        values: Mapping[str, str],
        message_id: str,
    ) -> Delivery:
        """Send a subscribe message; WeChat knows no message ids, so a doubtful call is not repeated here."""
        body = self._subscribe_body(openid, template, page, values)
        try:
            answer = await self._send(body)
        except CallFailed as failed:
            _log.warning("wechat_send_failed", message_id=message_id, problem=failed.problem.value)
            return Delivery.failed(Undelivered.UNAVAILABLE)
        except _TokenRefused as refused:
            _log.error("wechat_token_refused", message_id=message_id, errcode=refused.errcode)
            busy = refused.errcode == BUSY
            reason = Undelivered.UNAVAILABLE if busy else Undelivered.CREDENTIALS_REFUSED
            return Delivery.failed(reason)
        if answer.errcode != OK:
            _log.warning("wechat_send_refused", message_id=message_id, errcode=answer.errcode)
            return Delivery.failed(_UNDELIVERED.get(answer.errcode, Undelivered.UNAVAILABLE))
        return Delivery.taken(None if answer.msgid is None else str(answer.msgid))

    async def _send(self, body: Mapping[str, object]) -> _SendAnswer:
        token = await self._access_token(rejected="")
        answer = await self._send_with(token, body)
        if answer.errcode not in TOKEN_REJECTED:
            return answer
        token = await self._access_token(rejected=token)
        return await self._send_with(token, body)

    async def _send_with(self, token: str, body: Mapping[str, object]) -> _SendAnswer:
        call = Call(
            service=SERVICE,
            method="POST",
            url=f"{self._base_url}/cgi-bin/message/subscribe/send",
            params={"access_token": token},
            body=body,
        )
        return (await self._guarded.call(call)).decode(_SendAnswer)

    def _subscribe_body(
        self, openid: str, template: str, page: str, values: Mapping[str, str]
    ) -> dict[str, object]:
        known = self._templates.get(template)
        template_id = template if known is None else known.template_id
        data: dict[str, dict[str, str]] = {}
        for name, value in values.items():
            keyword = name if known is None else known.keywords.get(name)
            if keyword is not None:
                data[keyword] = {"value": _fitting(keyword, value)}
        return {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": data,
            "lang": "zh_CN",
        }

    async def _access_token(self, *, rejected: str) -> str:
        """Return a token WeChat has not rejected.

        Another process may have renewed the token already; so WeChat is asked for the current one first, and is made to
        issue a new one only when that is the rejected one (it allows this 20 times a day).
        """
        clock = asyncio.get_running_loop()
        async with self._token_turn:
            if self._token != rejected and clock.time() < self._token_until_s:
                return self._token
            answer = await self._stable_token(force=False)
            if answer.access_token and answer.access_token == rejected:
                answer = await self._stable_token(force=True)
            if not answer.access_token:
                raise _TokenRefused(answer.errcode)
            self._token = answer.access_token
            # WeChat's token lives at most two hours; fetch its successor while both are good.
            self._token_until_s = clock.time() + max(0.0, answer.expires_in - TOKEN_MARGIN_S)
            return self._token

    async def _stable_token(self, *, force: bool) -> _TokenAnswer:
        call = Call(
            service=SERVICE,
            method="POST",
            url=f"{self._base_url}/cgi-bin/stable_token",
            body={
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._app_secret,
                "force_refresh": force,
            },
            idempotent=not force,
            says_busy=_says_busy,
        )
        return (await self._guarded.call(call)).decode(_TokenAnswer)


def _refuse_log_in(errcode: int) -> NoReturn:
    if errcode in {CODE_INVALID, CODE_USED}:
        raise WeChatCodeInvalid(field="code")
    if errcode == RISK_USER:
        raise WeChatRiskUser
    if errcode == TOO_OFTEN:
        raise WeChatTooOften
    # Anything else is ours to mend (a wrong secret, say), and the applicant cannot help it.
    _log.error("wechat_log_in_refused", errcode=errcode)
    raise WeChatUnavailable


def _fitting(keyword: str, value: str) -> str:
    """Return a value that WeChat accepts: it rejects the message when a ``thing`` is longer than 20."""
    if keyword.startswith("thing") and len(value) > MAX_THING_LENGTH:
        return value[: MAX_THING_LENGTH - 1] + "…"
    return value
