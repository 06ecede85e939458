"""Asking WeChat Pay: signed requests, verified answers, and what a no means. Every client of its routes goes through here."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from suxin.perks.orders.provider import ProviderRejected, ProviderUnavailable
from suxin_outbound.guarded import Answer, Call, CallFailed, Decoded, GuardedClient
from suxin_outbound.payscore_keys import PayKeys, SignatureWrong

SERVICE: Final = "payscore"
MAX_REASON: Final = 200
_PASSING: Final = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
)
"""Statuses that are about the platform and not about the order: it is asked again once somebody has put that right."""

_log = structlog.get_logger(__name__)


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class PayAsker:
    """Asks with the keys of one installation."""

    def __init__(self, *, base_url: str, keys: PayKeys, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self.keys: Final = keys
        self._guarded = guarded

    def is_own(self, url: str) -> bool:
        """Return whether an address is of the service that is asked."""
        return url.startswith(f"{self._base_url}/")

    async def ask(
        self,
        method: str,
        target: str,
        now: datetime,
        body: Mapping[str, object] | None = None,
        *,
        verified: bool = True,
    ) -> Answer:
        """Return the answer to a request. All of it carries numbers of one's own, under which the service knows it again.

        ``verified`` is left out for files, whose digest an answer before has told: they bear no signature.

        :raises ProviderUnavailable: if there is no answer, or none that is signed as it should be
        :raises ProviderRejected: if the service says no
        """
        call = Call(
            service=SERVICE,
            method=method,
            url=self._base_url + target,
            body=body,
            sign=self.keys.signer(now=now),
            idempotent=True,
        )
        try:
            answer = await self._guarded.call(call)
        except CallFailed as failed:
            raise unusable(failed.problem.value) from None
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _PASSING:
            raise unusable(f"status_{answer.status}")
        if verified or answer.status >= HTTPStatus.BAD_REQUEST:
            try:
                self.keys.verify(answer.headers, answer.body, now=now)
            except SignatureWrong:
                raise unusable("signature") from None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            refused = decoded(answer, _Error)
            _log.warning("payscore_rejected", code=refused.code)
            raise ProviderRejected(refused.code, refused.message[:MAX_REASON])
        return answer


def decoded(answer: Answer, shape: type[Decoded]) -> Decoded:
    """Return what an answer holds.

    :raises ProviderUnavailable: if it has another shape
    """
    try:
        return answer.decode(shape)
    except CallFailed as failed:
        raise unusable(failed.problem.value) from None


def unusable(problem: str) -> ProviderUnavailable:
    """Return what is raised for an answer that is of no use, put down in the log."""
    _log.warning("payscore_failed", problem=problem)
    return ProviderUnavailable(problem)
