"""The stand-in's authorisations (免确认): applied for, given and ended by their numbers.

What a user does on his phone is done by ``POST /_stand_in/authorisation`` with ``sub_mchid``, ``authorization_code`` and ``act`` (``open``, with the
``token`` that the phone opens, or ``close``). A number that nobody applied for here is one that was given elsewhere, unless it begins with ``NONE``.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from suxin_server.stand_ins.wire import Reply, Request, reply

PERMISSIONS: Final = "/v3/payscore/partner/permissions"
BY_CODE: Final = f"{PERMISSIONS}/authorization-code"
USER: Final = "/_stand_in/authorisation"
NOT_AUTHORISED: Final = "NONE"

Signed = Callable[..., Reply]
Calls = Callable[[str, str, dict[str, Any]], None]


@dataclass
class _Permission:
    said: dict[str, Any]
    token: str
    state: str = "UNBINDUSER"


class Permissions:
    """The authorisations of one service."""

    def __init__(self, *, signed: Signed, call: Calls) -> None:
        self._signed = signed
        self._call = call
        self._found: dict[tuple[str, str], _Permission] = {}
        self.routes: dict[tuple[str, str], Any] = {
            ("POST", PERMISSIONS): self._apply,
            ("GET", f"{BY_CODE}/*"): self._tell,
            ("POST", f"{BY_CODE}/*"): self._terminate,
            ("POST", USER): self._act,
        }

    def clear(self) -> None:
        """Forget all of them."""
        self._found.clear()

    def _apply(self, request: Request) -> Reply:
        said = request.fields()
        key = str(said.get("sub_mchid", "")), str(said.get("authorization_code", ""))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _Permission(said, f"token-{secrets.token_hex(12)}")
        elif found.said["service_id"] != said.get("service_id"):
            return self._no("INVALID_REQUEST", "授权协议号已用于其他服务")
        return self._signed({"apply_permissions_token": found.token})

    def _tell(self, request: Request) -> Reply:
        code = unquote(request.target.partition("?")[0]).rsplit("/", 1)[1]
        found = self._found.get((request.query.get("sub_mchid", ""), code))
        state = "UNBINDUSER" if code.startswith(NOT_AUTHORISED) else "AVAILABLE"
        state = state if found is None else found.state
        openid = {"openid": f"openid-{code}"} if state == "AVAILABLE" else {}
        return self._signed({"authorization_state": state, **openid})

    def _terminate(self, request: Request) -> Reply:
        code = unquote(request.target).removesuffix("/terminate").rsplit("/", 1)[1]
        said = request.fields()
        found = self._found.get((str(said.get("sub_mchid", "")), code))
        if found is None or found.state != "AVAILABLE" or not said.get("reason"):
            return self._no("INVALID_REQUEST", "授权不存在或不可解除")
        found.state = "UNAVAILABLE"
        return self._signed({})

    def _act(self, request: Request) -> Reply:
        said = request.fields()
        found = self._found.get((str(said.get("sub_mchid")), str(said.get("authorization_code"))))
        opens = said.get("act") == "open"
        if found is None or (opens and said.get("token") != found.token):
            return reply({"error": "not possible"}, HTTPStatus.CONFLICT)
        found.state = "AVAILABLE" if opens else "UNAVAILABLE"
        event = f"PAYSCORE.USER_{'OPEN' if opens else 'CLOSE'}_SERVICE"
        told = {
            name: found.said[name] for name in ("service_id", "sub_mchid", "authorization_code")
        }
        shanghai = time.gmtime(time.time() + 8 * 3600)
        told |= {
            "openid": f"openid-{told['authorization_code']}",
            "user_service_status": event.removeprefix("PAYSCORE."),
            "openorclose_time": time.strftime("%Y%m%d%H%M%S", shanghai),
        }
        self._call(str(found.said["notify_url"]), event, told)
        return reply(told)

    def _no(self, code: str, message: str) -> Reply:
        return self._signed({"code": code, "message": message}, HTTPStatus.BAD_REQUEST)
