"""Links to files: an id, a moment and a signature by a key of the ring; who holds one needs nothing else, for a quarter of an hour."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from suxin.exports.models import Export, ExportState
from suxin.kernel.sealing import Sealer

LINK_LIFE: Final = timedelta(minutes=15)
"""How long a link is good (proposed default)."""

LINK: Final = "exports.link"
"""The purpose for which links are signed."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: which export, until when, and by which signature."""

    export_id: UUID
    expires: int
    signature: str

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        return datetime.fromtimestamp(self.expires, UTC)


def link_to(export: Export, *, sealer: Sealer, now: datetime) -> Link | None:
    """Return a link to the file of an export; nothing where there is none."""
    if export.state is not ExportState.COMPLETED or not is_kept(export, now=now):
        return None
    until = (
        now + LINK_LIFE if export.expires_at is None else min(now + LINK_LIFE, export.expires_at)
    )
    expires = int(until.timestamp())
    keyed = sealer.blind_index(_signed(export, expires), purpose=LINK)
    return Link(export.id, expires, _text(keyed.digest))


def is_signed(link: Link, export: Export, *, sealer: Sealer) -> bool:
    """Tell whether a link was made by us, for this export of its tenant and this moment; also under an older key."""
    digests = sealer.blind_indexes(_signed(export, link.expires), purpose=LINK)
    given = link.signature.encode()
    return any(hmac.compare_digest(given, _text(digest).encode()) for digest in digests)


def is_kept(export: Export, *, now: datetime) -> bool:
    """Tell whether an export's file is there to be downloaded."""
    return (
        export.key_sealed is not None and export.expires_at is not None and now < export.expires_at
    )


def _signed(export: Export, expires: int) -> str:
    return f"{export.id}:{export.tenant_id}:{expires}"


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
