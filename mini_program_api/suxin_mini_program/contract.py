"""Contracts: what a route takes, answers and refuses. Handlers carry theirs, and the OpenAPI document is made from them."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from suxin.consent.oauth.refusals import ReplayUncertain, TokenRefused
from suxin.kernel.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight
from suxin.kernel.refusals import Invalid, NotFound, Refusal, Unauthenticated
from suxin.subjects.visitors import IdentityRequired
from suxin_web import refusals as edge

OPT: Final = "contract"
"""The name under which a handler's options hold its contract."""


class Caller(Enum):
    """Who may call a route."""

    ANYONE = "anyone"
    VISITOR = "visitor"
    APPLICANT = "applicant"


_BY_TOKEN: Final[tuple[type[Refusal], ...]] = (
    Unauthenticated,
    TokenRefused,
    edge.TokenProofRefused,
    edge.TokenNonceNeeded,
    ReplayUncertain,
)
_BY_CALLER: Final[dict[Caller, tuple[type[Refusal], ...]]] = {
    Caller.ANYONE: (),
    Caller.VISITOR: _BY_TOKEN,
    Caller.APPLICANT: (*_BY_TOKEN, IdentityRequired, NotFound, Invalid),
}
_ALWAYS: Final = (edge.TooManyRequests, edge.ServiceUnavailable)
_WITH_BODY: Final = (
    edge.BodyMalformed,
    edge.BodyTooLarge,
    edge.ContentTypeUnsupported,
    Invalid,
)
_WITH_KEY: Final = (IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One route's promise.

    ``body`` and ``query`` are the shapes of what it takes and ``answer`` of what it returns (None: nothing, 204);
    ``page`` says that it answers a page of HTML instead.
    ``keyed`` says that it takes an idempotency key; ``refusals`` are those of its own, beside the usual ones.
    """

    tag: str
    zh: str
    en: str
    caller: Caller = Caller.APPLICANT
    body: Any = None
    query: Any = None
    answer: Any = None
    page: bool = False
    status: int = 200
    keyed: bool = False
    refusals: tuple[type[Refusal], ...] = ()

    @property
    def all_refusals(self) -> tuple[type[Refusal], ...]:
        """Every refusal the route may answer with, its own first."""
        found = [*self.refusals, *_BY_CALLER[self.caller]]
        if self.body is not None:
            found.extend(_WITH_BODY)
        elif self.keyed:
            # A write that takes no body is refused one that does not call itself JSON, like every other.
            found.append(edge.ContentTypeUnsupported)
        if self.query is not None:
            found.extend((Invalid,))
        if self.keyed:
            found.extend(_WITH_KEY)
        return tuple(dict.fromkeys((*found, *_ALWAYS)))

    @property
    def opt(self) -> dict[str, "Contract"]:
        """The handler option that carries this contract."""
        return {OPT: self}
