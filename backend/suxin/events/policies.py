"""Who may read a tenant's events, and who may have them sent somewhere."""

from typing import Final

from suxin.events.refusals import EventsGone
from suxin.events.schedule import KEPT_FOR
from suxin.kernel.actor import Permission

EVENT_READ: Final = Permission("events.feed.read", "查看事件和推送记录")
WEBHOOK_MANAGE: Final = Permission("events.webhook.manage", "管理事件推送")


def require_no_gap(*, after: int, kept_from: int) -> None:
    """Refuse to read on from a position when events after it are no longer kept.

    A position stays good for as long as nothing after it was deleted, however old it is.

    :raises EventsGone: if reading on would leave a gap
    """
    if after + 1 < kept_from:
        raise EventsGone(field="after", days=KEPT_FOR.days)
