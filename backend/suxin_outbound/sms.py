"""The text message gateway (短信网关) over HTTP: approved templates with named parameters."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from suxin.kernel.messaging import Delivery, Undelivered
from suxin_outbound.guarded import Answer, Call, CallFailed, GuardedClient

SERVICE: Final = "sms"

_BY_STATUS: Final[Mapping[int, Undelivered]] = {
    HTTPStatus.BAD_REQUEST: Undelivered.CONTENT_REJECTED,
    HTTPStatus.UNAUTHORIZED: Undelivered.CREDENTIALS_REFUSED,
    HTTPStatus.FORBIDDEN: Undelivered.CREDENTIALS_REFUSED,
    # The id was used for another message: ours to mend, and never mended by sending it again.
    HTTPStatus.CONFLICT: Undelivered.CONTENT_REJECTED,
    HTTPStatus.TOO_MANY_REQUESTS: Undelivered.LIMITED,
}
_BY_ERROR: Final[Mapping[str, Undelivered]] = {
    "PHONE_INVALID": Undelivered.RECIPIENT_UNKNOWN,
    "PHONE_UNSUBSCRIBED": Undelivered.RECIPIENT_REFUSED,
    "TEMPLATE_UNKNOWN": Undelivered.CONTENT_REJECTED,
    "PARAMS_REJECTED": Undelivered.CONTENT_REJECTED,
}

_log = structlog.get_logger(__name__)


class _Accepted(msgspec.Struct):
    provider_ref: str


class _Error(msgspec.Struct):
    error: str = ""


class SmsClient:
    """Sends text messages; a template that ``templates`` does not name is sent under its own name."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        guarded: GuardedClient,
        templates: Mapping[str, str] | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._guarded = guarded
        self._templates = templates or {}

    async def send_sms(
        self, *, phone: str, template: str, values: Mapping[str, str], message_id: str
    ) -> Delivery:
        """Send a text message; the gateway sends one message per ``message_id``, so doubtful calls are repeated."""
        call = Call(
            service=SERVICE,
            method="POST",
            url=f"{self._base_url}/v1/messages",
            headers={"Authorization": f"Bearer {self._api_key}"},
            body={
                "message_id": message_id,
                "phone": phone,
                "template_id": self._templates.get(template, template),
                "params": dict(values),
            },
            idempotent=True,
        )
        try:
            answer = await self._guarded.call(call)
            if answer.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
                return Delivery.taken(answer.decode(_Accepted).provider_ref)
            reason = _reason(answer)
        except CallFailed as failed:
            _log.warning("sms_failed", message_id=message_id, problem=failed.problem.value)
            return Delivery.failed(Undelivered.UNAVAILABLE)
        _log.warning("sms_refused", message_id=message_id, status=answer.status, reason=reason)
        return Delivery.failed(reason)


def _reason(answer: Answer) -> Undelivered:
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return _BY_ERROR.get(answer.decode(_Error).error, Undelivered.CONTENT_REJECTED)
    return _BY_STATUS.get(answer.status, Undelivered.UNAVAILABLE)
