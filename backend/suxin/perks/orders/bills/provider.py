"""What gives the daily bill, as the core asks it; implemented by the floors above over HTTP."""

from datetime import date, datetime
from typing import Protocol


class BillProvider(Protocol):
    """Who draws up bills outside the platform."""

    async def bill(self, sub_mchid: str, day: date, *, now: datetime) -> str:
        """Return a merchant's bill of a day as it came; nothing where nothing was paid on it.

        Raises ``ProviderUnavailable`` where there is no usable answer, as long as the bill is not drawn up yet.
        """
        ...
