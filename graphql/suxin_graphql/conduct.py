"""Conduct of clients of sandboxes, counted beside their requests: the conformance report is made of it.

Counts stay in this process until the server writes them down. What a client was refused for good, and which tokens were asked
for a new nonce, a process remembers of the last few alone.
"""

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from suxin.consent.oauth.queries import client_key
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import IdempotencyKeyReused
from suxin.kernel.refusals import Refusal
from suxin.sandboxes.conduct import Seen
from suxin.sandboxes.models import Conduct
from suxin_web.callers import AnyRequest, known_staff
from suxin_web.refusals import TokenNonceNeeded
from suxin_web.runtime import Runtime

SEEN: Final[Counter[Seen]] = Counter()
"""What this process has seen since it was last written down: at most one entry for each client and conduct."""

MAX_REMEMBERED: Final = 1_000
"""How many refused requests, and how many tokens that were asked for a nonce, are remembered."""

_NOT_ASKED: Final = object()
_Remembered = OrderedDict[bytes, object]
_REFUSED: Final[_Remembered] = OrderedDict()
_WITHOUT_NONCE: Final[_Remembered] = OrderedDict()


def note(actor: Actor, conduct: Conduct) -> None:
    """Count what a client of a sandbox did; a desk, and whoever is of the city, is no such client."""
    client_id = _client_of(actor)
    if client_id is not None and actor.sandbox_id is not None:
        SEEN[Seen(actor.sandbox_id, client_id, conduct)] += 1


def note_document(actor: Actor, variables: Mapping[str, Any] | None, *, trusted: bool) -> None:
    """Count a document that was taken for execution, and whether it turns a page."""
    note(actor, Conduct.SENT_TRUSTED if trusted else Conduct.SENT_AD_HOC)
    if (variables or {}).get("after") is not None:
        note(actor, Conduct.PAGED)


def note_refusal(actor: Actor, field: str, given: Any, refusal: Refusal) -> None:  # noqa: ANN401 - any input
    """Count a mutation that was refused, and whether the very same was refused before."""
    if actor.sandbox_id is None or actor.client_id is None:
        return
    if isinstance(refusal, IdempotencyKeyReused):
        note(actor, Conduct.REUSED_KEY)
    if refusal.retryable:
        return
    note(actor, Conduct.WAS_REFUSED)
    request = {name: value for name, value in vars(given).items() if name != "idempotency_key"}
    told = json.dumps([actor.client_id, field, request], default=str, sort_keys=True)
    if _remember(_REFUSED, told):
        note(actor, Conduct.REPEATED_REFUSED)


async def known_client(request: AnyRequest, runtime: Runtime) -> Actor:
    """Return the actor as ``known_staff`` does; count a client that came back with the nonce that it was asked for.

    :raises Refusal: what ``known_staff`` raises
    """
    shown = request.headers.get("authorization", "")
    try:
        actor = await known_staff(request, runtime)
    except TokenNonceNeeded:
        _remember(_WITHOUT_NONCE, shown)
        raise
    # Most callers never forget a nonce, and are not looked for.
    if _WITHOUT_NONCE and _WITHOUT_NONCE.pop(_digest(shown), _NOT_ASKED) is None:
        note(actor, Conduct.RENEWED_NONCE)
    return actor


def unwritten(tenant_id: UUID, client_id: UUID) -> Mapping[Conduct, int]:
    """Return what this process has seen of one client and not written down."""
    return {one: SEEN[Seen(tenant_id, client_id, one)] for one in Conduct}


def _client_of(actor: Actor) -> UUID | None:
    return None if actor.client_id is None else client_key(actor.client_id)


def _remember(where: _Remembered, text: str) -> bool:
    """Remember a text by its digest; return whether it was remembered before."""
    key = _digest(text)
    known = key in where
    where[key] = None
    where.move_to_end(key)
    if len(where) > MAX_REMEMBERED:
        where.popitem(last=False)
    return known


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
