"""Conduct of clients of sandboxes, counted beside their requests: the conformance report is made of it.

Counts stay in this process until the server writes them down. What a client was refused for good, and which tokens were asked
for a new nonce, a process remembers of the last few alone.
"""

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from suxin.consent.oauth.queries import client_key
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import IdempotencyKeyReused
from suxin.kernel.refusals import Refusal
from suxin.sandboxes.conduct import Seen
from suxin.sandboxes.models import Conduct
from suxin_graphql.requests import GraphQLRequest
from suxin_web.callers import AnyRequest, known_staff, staff_without_nonce
from suxin_web.refusals import TokenNonceNeeded
from suxin_web.runtime import Runtime

SEEN: Final[Counter[Seen]] = Counter()
"""What this process has seen since it was last written down: at most one entry for each client and conduct."""

MAX_REMEMBERED: Final = 1_000
"""How many of each are remembered: refused requests, lists read from their beginning, tokens that were asked for a nonce."""

HEEDED_WITHIN: Final = timedelta(seconds=5)
"""How long requests without a nonce may come in after one was asked for: they were on their way."""

Kept = TypeVar("Kept")
_REFUSED: Final[OrderedDict[bytes, bool]] = OrderedDict()
_FIRST: Final[OrderedDict[bytes, int]] = OrderedDict()
_WITHOUT_NONCE: Final[OrderedDict[bytes, datetime]] = OrderedDict()


def note(actor: Actor, conduct: Conduct) -> None:
    """Count what a client of a sandbox did; a desk, and whoever is of the city, is no such client."""
    client_id = _client_of(actor)
    if client_id is not None and actor.sandbox_id is not None:
        SEEN[Seen(actor.sandbox_id, client_id, conduct)] += 1


def note_document(actor: Actor, given: GraphQLRequest, text: str, *, trusted: bool) -> None:
    """Count a document that was taken for execution, whether it turns a page, and whether it grows one instead."""
    if actor.sandbox_id is None or actor.client_id is None:
        return
    note(actor, Conduct.SENT_TRUSTED if trusted else Conduct.SENT_AD_HOC)
    asked = dict(given.variables or {})
    first = asked.pop("first", None)
    if asked.pop("after", None) is not None:
        note(actor, Conduct.PAGED)
    elif type(first) is int:
        told = json.dumps([actor.client_id, text, given.operation_name, asked], sort_keys=True)
        if first > _remember(_FIRST, told, first, unknown=first):
            note(actor, Conduct.GREW_PAGE)


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
    if _remember(_REFUSED, told, True, unknown=False):
        note(actor, Conduct.REPEATED_REFUSED)


async def known_client(request: AnyRequest, runtime: Runtime) -> Actor:
    """Return the actor as ``known_staff`` does; count a client that came back with the nonce that it was asked for.

    :raises Refusal: what ``known_staff`` raises
    """
    shown = request.headers.get("authorization", "")
    try:
        actor = await known_staff(request, runtime)
    except TokenNonceNeeded:
        await _note_without_nonce(request, runtime, shown)
        raise
    # Most callers never forget a nonce, and are not looked for.
    if _WITHOUT_NONCE and _WITHOUT_NONCE.pop(_digest(shown), None) is not None:
        note(actor, Conduct.RENEWED_NONCE)
    return actor


async def _note_without_nonce(request: AnyRequest, runtime: Runtime, shown: str) -> None:
    """Remember when a token was asked for a nonce; count whose it is where he comes again without one."""
    now = runtime.clock.now()
    asked = _WITHOUT_NONCE.get(_digest(shown), now)
    if now - asked >= HEEDED_WITHIN:
        with suppress(Refusal):
            note(await staff_without_nonce(request, runtime), Conduct.IGNORED_NONCE)
        asked = now
    _remember(_WITHOUT_NONCE, shown, asked, unknown=asked)


def unwritten(tenant_id: UUID, client_id: UUID) -> Mapping[Conduct, int]:
    """Return what this process has seen of one client and not written down."""
    return {one: SEEN[Seen(tenant_id, client_id, one)] for one in Conduct}


def _client_of(actor: Actor) -> UUID | None:
    return None if actor.client_id is None else client_key(actor.client_id)


def _remember(where: OrderedDict[bytes, Kept], text: str, value: Kept, *, unknown: Kept) -> Kept:
    """Remember a value for a text by its digest; return what was remembered before."""
    key = _digest(text)
    known = where.get(key, unknown)
    where[key] = value
    where.move_to_end(key)
    if len(where) > MAX_REMEMBERED:
        where.popitem(last=False)
    return known


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
