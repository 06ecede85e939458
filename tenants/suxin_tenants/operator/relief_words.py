"""Words of notices of exemption: where one stands, and how many it is about."""

from collections.abc import Mapping
from typing import Final

from suxin.relief.models import NOTICES, STATES_ZH, NoticeState
from suxin_tenants.paper_words import paper_states
from suxin_tenants.words import Said

NOTICE_STATES: Final[Mapping[NoticeState, Said]] = paper_states(NOTICES.states, STATES_ZH)
FEW: Final = "少于 5"


def about(count: int | None) -> str:
    """Write a count that was rounded down to whole fives; nothing reads as fewer than five."""
    return FEW if count is None else f"{count:,} 余"
