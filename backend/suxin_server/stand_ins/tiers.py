"""The stand-in for the city's own score system: a tier for every number, always the same one.

It knows the models that come with the product. A number that ends in ``0`` it does not score. Where it was told a day
(``POST /_stand_in/day`` with ``as_of``), its tiers are of that day, and else of the first of the month of the request.
"""

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from typing_extensions import override

from suxin_server.stand_ins.signatures import Signatures
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

MAX_NUMBERS: Final = 500
SCALES: Final = {
    "xichu": ("AAA", "AA", "A", "BBB", "BB", "B", "C", "D"),
    "firm_grade": ("AAA", "AA", "A", "BBB", "BB", "B", "C"),
}


class TiersStandIn(StandIn):
    """The city's system as the platform sees it."""

    def __init__(self) -> None:
        super().__init__()
        self._signatures = Signatures("tiers")
        self._as_of: str | None = None
        self.routes |= {
            ("POST", "/v1/tiers/query"): self._query,
            ("POST", "/_stand_in/day"): self._tell_day,
        }

    @override
    def reset(self) -> None:
        """Forget calls, messages, the day that was told and planted faults."""
        super().reset()
        self._as_of = None

    def _tell_day(self, request: Request) -> Reply:
        self._as_of = str(request.fields().get("as_of"))
        return reply({"as_of": self._as_of})

    def _query(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        asked = request.fields()
        scale, numbers = SCALES.get(str(asked.get("model"))), asked.get("numbers")
        if scale is None or not isinstance(numbers, list) or len(numbers) > MAX_NUMBERS:
            return reply({"error": "QUERY_REJECTED"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        moment = datetime.fromtimestamp(int(request.headers["x-timestamp"]), UTC)
        return reply(
            {
                "as_of": self._as_of or f"{moment:%Y-%m}-01",
                "tiers": [
                    {"number": number, "tier": tier_of(number, scale)}
                    for number in map(str, numbers)
                    if not number.endswith("0")
                ],
            }
        )


def tier_of(number: str, scale: tuple[str, ...]) -> str:
    """Return the tier of a number."""
    return scale[hashlib.sha256(number.encode()).digest()[0] % len(scale)]
