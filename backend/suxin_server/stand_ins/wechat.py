"""The stand-in for WeChat: log-in codes, access tokens, subscribe messages.

``demo-<name>`` is a code that always works and always means the same account; other codes are issued by
``POST /_stand_in/codes`` with a name and work once. The account of a name is the same by either way.
"""

import base64
import hashlib
import secrets
from typing import Any, Final
from uuid import uuid4

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

DEMO: Final = "demo-"
OPENID_LENGTH: Final = 28
TOKEN_LIFE_S: Final = 7200
MAX_THING_LENGTH: Final = 20


class WeChatStandIn(StandIn):
    """WeChat as one mini program sees it."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}
        self._used: set[str] = set()
        self._token = secrets.token_urlsafe(48)
        self.routes |= {
            ("GET", "/sns/jscode2session"): self._code_to_session,
            ("POST", "/cgi-bin/stable_token"): self._stable_token,
            ("POST", "/cgi-bin/message/subscribe/send"): self._subscribe_send,
            ("POST", "/_stand_in/codes"): self._issue_code,
            ("POST", "/_stand_in/expire_token"): self._expire_token,
        }

    def _code_to_session(self, request: Request) -> Reply:
        query = request.query
        refused = _credentials_refused(query.get("appid", ""), query.get("secret", ""))
        if refused is not None:
            return refused
        if query.get("grant_type") != "authorization_code":
            return _error(40002, "invalid grant_type")
        code = query.get("js_code", "")
        if code in self._used:
            return _error(40163, "code been used")
        name = code.removeprefix(DEMO) if code.startswith(DEMO) else self._names.pop(code, "")
        if not name:
            return _error(40029, "invalid code")
        if not code.startswith(DEMO):
            self._used.add(code)
        account = f"{query['appid']}:{name}"
        return reply(
            {
                "openid": _account_id("o", account),
                "unionid": _account_id("u", account),
                "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
            }
        )

    def _stable_token(self, request: Request) -> Reply:
        asked = request.fields()
        if asked.get("grant_type") != "client_credential":
            return _error(40002, "invalid grant_type")
        refused = _credentials_refused(str(asked.get("appid", "")), str(asked.get("secret", "")))
        if refused is not None:
            return refused
        if asked.get("force_refresh") is True:
            self._token = secrets.token_urlsafe(48)
        return reply({"access_token": self._token, "expires_in": TOKEN_LIFE_S})

    def _subscribe_send(self, request: Request) -> Reply:
        if request.query.get("access_token") != self._token:
            return _error(40001, "invalid credential, access_token is invalid or not latest")
        message = request.fields()
        openid, data = str(message.get("touser", "")), message.get("data")
        if not (openid.startswith("o") and len(openid) == OPENID_LENGTH):
            return _error(40003, "invalid openid")
        if not message.get("template_id"):
            return _error(40037, "invalid template_id")
        if not isinstance(data, dict) or not data or not all(map(_is_shown, data, data.values())):
            return _error(47003, "argument invalid")
        msgid = uuid4().int >> 66
        self.messages.append(
            {
                "openid": openid,
                "template_id": message["template_id"],
                "page": message.get("page"),
                "values": {keyword: item["value"] for keyword, item in data.items()},
                "msgid": msgid,
            }
        )
        return reply({"errcode": 0, "errmsg": "ok", "msgid": msgid})

    def _issue_code(self, request: Request) -> Reply:
        code = "once-" + secrets.token_urlsafe(18)
        self._names[code] = str(request.fields().get("name", "")) or "guest"
        return reply({"code": code})

    def _expire_token(self, _: Request) -> Reply:
        self._token = secrets.token_urlsafe(48)
        return reply({})


def openid_of(app_id: str, name: str) -> str:
    """Return the openid that a name has at one mini program, by whichever code it logs in."""
    return _account_id("o", f"{app_id}:{name}")


def _account_id(first: str, account: str) -> str:
    digest = hashlib.sha256(f"{first}:{account}".encode()).digest()
    return (first + base64.urlsafe_b64encode(digest).decode())[:OPENID_LENGTH]


def _credentials_refused(app_id: str, secret: str) -> Reply | None:
    if not app_id.startswith("wx"):
        return _error(40013, "invalid appid")
    if secret != stand_in_key("wechat"):
        return _error(40125, "invalid appsecret")
    return None


def _is_shown(keyword: str, item: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str) or not value:
        return False
    return not keyword.startswith("thing") or len(value) <= MAX_THING_LENGTH


def _error(errcode: int, errmsg: str) -> Reply:
    return reply({"errcode": errcode, "errmsg": errmsg})
