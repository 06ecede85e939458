"""What a ticket is when it is shown, and the list by which a gate knows what is spent: compact JWS (RFC 7515) of the artefact key.

Both have short claims, so that a ticket's QR code stays coarse enough for a scratched phone: ``a`` the attraction, ``t`` the ticket, ``p``
the persons, ``b`` the benefit, ``f`` and ``u`` from and until when it is good (seconds since 1970, half-open).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from suxin.kernel.signing import KeySet, KeyUse, SignatureInvalid
from suxin.perks.tickets.models import Ticket
from suxin.perks.tickets.policies import MAX_TICKET_CHARACTERS

TICKET: Final = "perk-ticket+jws"
SPENT: Final = "perk-tickets-spent+jws"
MAX_BENEFIT: Final = 20
"""How much of a benefit's label goes into the QR code."""


@dataclass(frozen=True, slots=True)
class SpentList:
    """Of which tickets less is left than they say, and how much; ``whole`` is whether all of them are in it."""

    left: Mapping[UUID, int]
    whole: bool


def ticket_text(ticket: Ticket, *, keys: KeySet, now: datetime) -> str:
    """Return a ticket as it is shown.

    :raises NoSigningKey: see ``KeySet.sign``
    """
    claims = {
        "a": short(ticket.tenant_id),
        "t": short(ticket.id),
        "p": ticket.persons,
        "b": ticket.label[:MAX_BENEFIT],
        "f": int(ticket.valid_from.timestamp()),
        "u": int(ticket.valid_until.timestamp()),
    }
    return keys.sign(_compact(claims), use=KeyUse.ARTEFACT, typ=TICKET, now=now)


def ticket_named(text: str, *, tenant_id: UUID, keys: KeySet, now: datetime) -> UUID | None:
    """Return which ticket of an attraction a text is; none if it is another's, or none of ours at all."""
    if len(text) > MAX_TICKET_CHARACTERS:
        return None
    try:
        claims = json.loads(keys.verified(text, use=KeyUse.ARTEFACT, typ=TICKET, now=now))
    except SignatureInvalid:
        return None
    return _long(claims["t"]) if claims["a"] == short(tenant_id) else None


def spent_text(spent: SpentList, *, tenant_id: UUID, keys: KeySet, now: datetime) -> str:
    """Return the list of an attraction's spent tickets, signed.

    :raises NoSigningKey: see ``KeySet.sign``
    """
    claims = {
        "a": short(tenant_id),
        "iat": int(now.timestamp()),
        "left": {short(one): left for one, left in spent.left.items()},
        "whole": spent.whole,
    }
    return keys.sign(_compact(claims), use=KeyUse.ARTEFACT, typ=SPENT, now=now)


def short(one: UUID) -> str:
    """Return an id in as few letters as a signed text needs: base64url without padding."""
    return base64.urlsafe_b64encode(one.bytes).decode().rstrip("=")


def _long(text: str) -> UUID:
    return UUID(bytes=base64.urlsafe_b64decode(text + "=="))


def _compact(claims: Mapping[str, object]) -> bytes:
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
