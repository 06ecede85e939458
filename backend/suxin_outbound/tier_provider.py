"""The city's own score system (市信用评分系统) over HTTP: the tiers of organisations and persons by their numbers.

Requests are signed as those to the identity service are. Only tiers come back: the platform asks for no number of points.
"""

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from suxin.kernel.working_days import local_day
from suxin.scoring.sources import TierProviderUnavailable, ToldTiers
from suxin_outbound.guarded import Call, CallFailed, GuardedClient
from suxin_outbound.signed_requests import signer

SERVICE: Final = "tiers"
PATH: Final = "/v1/tiers/query"

_log = structlog.get_logger(__name__)


class _Told(msgspec.Struct):
    number: str
    tier: str


class _Answer(msgspec.Struct):
    as_of: date
    tiers: list[_Told]


class TierProviderClient:
    """Implements :class:`suxin.scoring.sources.TierProvider`."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._guarded = guarded

    async def tiers_of(
        self, *, model_code: str, numbers: Sequence[str], now: datetime
    ) -> ToldTiers:
        """Ask for the tiers of these numbers; a question changes nothing there, so doubtful calls are repeated."""
        call = Call(
            service=SERVICE,
            method="POST",
            url=self._base_url + PATH,
            body={"model": model_code, "numbers": list(numbers)},
            sign=signer(app_id=self._app_id, secret=self._secret, now=now),
            idempotent=True,
        )
        try:
            answer = await self._guarded.call(call)
            if answer.status != HTTPStatus.OK:
                raise _unusable(f"status_{answer.status}")
            told = answer.decode(_Answer)
        except CallFailed as failed:
            raise _unusable(failed.problem.value) from None
        if told.as_of > local_day(now):
            raise _unusable("day_to_come")
        return ToldTiers(told.as_of, {one.number: one.tier for one in told.tiers})


def _unusable(problem: str) -> TierProviderUnavailable:
    _log.warning("tier_query_failed", problem=problem)
    return TierProviderUnavailable()
