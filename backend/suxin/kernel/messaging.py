"""Messages to people outside the platform: WeChat subscribe messages (订阅消息) and text messages (短信).

Sending happens from jobs, at least once, with a stable ``message_id``. A message that does not arrive is an ordinary
outcome and not a fault: a person may have refused the subscription, or a provider may be down. So a channel answers
with a :class:`Delivery` and leaves to the job whether to try again, to fall back to a text message, or to stop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self


class Undelivered(StrEnum):
    """Why a provider did not accept a message."""

    RECIPIENT_REFUSED = "recipient_refused"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    CONTENT_REJECTED = "content_rejected"
    CREDENTIALS_REFUSED = "credentials_refused"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


_PERMANENT = frozenset(
    {Undelivered.RECIPIENT_REFUSED, Undelivered.RECIPIENT_UNKNOWN, Undelivered.CONTENT_REJECTED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one message at its provider.

    ``accepted`` says that the provider took it, not that a person has read it. ``permanent`` says that sending the same
    message again cannot succeed.
    """

    accepted: bool
    provider_ref: str | None
    permanent: bool
    reason: Undelivered | None

    @classmethod
    def taken(cls, provider_ref: str | None) -> Self:
        """Return the delivery of a message the provider accepted."""
        return cls(accepted=True, provider_ref=provider_ref, permanent=False, reason=None)

    @classmethod
    def failed(cls, reason: Undelivered) -> Self:
        """Return the delivery of a message the provider did not accept."""
        return cls(accepted=False, provider_ref=None, permanent=reason in _PERMANENT, reason=reason)


class MessageChannel(Protocol):
    """The ways to reach a person; ``template`` and the names in ``values`` are the platform's own."""

    async def send_subscribe_message(
        self,
        *,
        openid: str,
        template: str,
        page: str,
        values: Mapping[str, str],
        message_id: str,
    ) -> Delivery:
        """Send a WeChat subscribe message that opens ``page`` of the mini program."""
        ...

    async def send_sms(
        self, *, phone: str, template: str, values: Mapping[str, str], message_id: str
    ) -> Delivery:
        """Send a text message; a repeated ``message_id`` is the same message and is not sent twice."""
        ...
