"""The stand-in for the text message gateway: one message per ``message_id``."""

import hashlib
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from typing_extensions import override

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

UNSUBSCRIBED_SUFFIX: Final = "0000"

_PHONE: Final = re.compile(r"1[3-9]\d{9}")


class SmsStandIn(StandIn):
    """The gateway as the platform sees it; numbers that end in 0000 have unsubscribed."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: dict[str, Mapping[str, Any]] = {}
        self.routes[("POST", "/v1/messages")] = self._take

    @override
    def reset(self) -> None:
        """Forget calls, messages, their ids and planted faults."""
        super().reset()
        self._taken.clear()

    def _take(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {stand_in_key('sms')}":
            return reply({"error": "UNAUTHORIZED"}, HTTPStatus.UNAUTHORIZED)
        message = request.fields()
        message_id = str(message.get("message_id", ""))
        known = self._taken.get(message_id)
        if known is not None:
            if known != message:
                return reply({"error": "MESSAGE_ID_REUSED"}, HTTPStatus.CONFLICT)
            return reply({"provider_ref": _provider_ref(message_id), "replayed": True})
        error = _error(message)
        if error is not None:
            return reply({"error": error}, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._taken[message_id] = message
        self.messages.append(message)
        return reply({"provider_ref": _provider_ref(message_id)}, HTTPStatus.ACCEPTED)


def _error(message: Mapping[str, Any]) -> str | None:
    phone, params = str(message.get("phone", "")), message.get("params")
    if not _PHONE.fullmatch(phone):
        return "PHONE_INVALID"
    if phone.endswith(UNSUBSCRIBED_SUFFIX):
        return "PHONE_UNSUBSCRIBED"
    if not message.get("template_id"):
        return "TEMPLATE_UNKNOWN"
    if not message.get("message_id") or not isinstance(params, dict) or "" in params.values():
        return "PARAMS_REJECTED"
    return None


def _provider_ref(message_id: str) -> str:
    return "SMS" + hashlib.sha256(message_id.encode()).hexdigest()[:16].upper()
