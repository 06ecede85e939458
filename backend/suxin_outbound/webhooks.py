"""Events sent to the addresses that tenants gave, signed after Standard Webhooks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
from standardwebhooks import Webhook

from suxin.events.deliveries import ANSWER_CHARACTERS, Attempt
from suxin_outbound.addresses import TargetNotAllowed
from suxin_outbound.guarded import Answer, Call, CallFailed, CallLimits, GuardedClient

SERVICE: Final = "webhook"
LIMITS: Final = CallLimits(total_timeout_s=8.0, attempts=2)
"""Within the hold of a turn; a second attempt is made only where the first cannot have been received."""

NOT_ALLOWED: Final = "target_not_allowed"
USER_AGENT: Final = "suxin-webhooks/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event as it is sent: its id, its body, and what signs it."""

    url: str = field(repr=False)
    id: str
    body: bytes = field(repr=False)
    secrets: Sequence[str] = field(repr=False)


class WebhookSender:
    """Sends events, each once; when to try again is decided where it is kept what was tried."""

    def __init__(
        self,
        guarded: GuardedClient,
        *,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guarded = guarded
        self._clock = clock
        self._timer = timer

    async def send(self, message: Message) -> Attempt:
        """Send an event and tell what came of it; whatever goes wrong out there is no failure here."""
        began = self._timer()

        def took_ms() -> int:
            return int((self._timer() - began) * 1000)

        def sign(request: httpx.Request) -> httpx.Request:
            request.headers.update(signed_headers(message, now=self._clock()))
            return request

        call = Call(
            service=SERVICE,
            method="POST",
            url=message.url,
            content=message.body,
            headers={"User-Agent": USER_AGENT},
            sign=sign,
            enough_bytes=4 * ANSWER_CHARACTERS,
        )
        try:
            answer = await self._guarded.call(call)
        except CallFailed as failed:
            return Attempt(took_ms=took_ms(), problem=failed.problem.value)
        except TargetNotAllowed:
            return Attempt(took_ms=took_ms(), problem=NOT_ALLOWED)
        return Attempt(
            took_ms=took_ms(),
            status=answer.status,
            answer=_beginning(answer),
            wanted_pause_s=answer.retry_after_s,
        )


def signed_headers(message: Message, *, now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks: one signature for each secret, so that both verify during a rotation."""
    moment = now.astimezone(UTC)
    body = message.body.decode()
    signatures = (Webhook(one).sign(message.id, moment, body) for one in message.secrets)
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _beginning(answer: Answer) -> str | None:
    """Return the beginning of an answer as text that may be kept and shown."""
    text = answer.body.decode(errors="replace")
    shown = "".join(one if one.isprintable() else " " for one in text).strip()
    return shown[:ANSWER_CHARACTERS] or None
