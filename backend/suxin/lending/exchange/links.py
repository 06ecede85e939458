"""Links to files of a referral: the file, its bank, a moment and a signature; who holds one reads as that bank, for a quarter of an hour.

A link opens nothing that the bank may not read at the moment when it is followed: the consent is looked at again.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from suxin.kernel.sealing import Sealer

LINK_LIFE: Final = timedelta(minutes=15)
"""How long a link is good (proposed default), as for exports."""

LINK: Final = "lending.attachment_link"
"""The purpose for which links are signed."""


@dataclass(frozen=True, slots=True)
class FileLink:
    """What a link says: which file of which referral, for which bank, until when, and by which signature."""

    tenant_id: UUID
    referral_id: UUID
    attachment_id: UUID
    expires: int
    signature: str = ""

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        return datetime.fromtimestamp(self.expires, UTC)

    @property
    def signed(self) -> str:
        """What the signature is of."""
        return f"{self.tenant_id}:{self.referral_id}:{self.attachment_id}:{self.expires}"


def link_to(
    tenant_id: UUID, referral_id: UUID, attachment_id: UUID, *, sealer: Sealer, now: datetime
) -> FileLink:
    """Return a link to a file for a bank that has just been let see that it is there."""
    link = FileLink(tenant_id, referral_id, attachment_id, int((now + LINK_LIFE).timestamp()))
    keyed = sealer.blind_index(link.signed, purpose=LINK)
    return FileLink(tenant_id, referral_id, attachment_id, link.expires, _text(keyed.digest))


def is_signed(link: FileLink, *, sealer: Sealer) -> bool:
    """Tell whether a link was made by us, for this file, bank and moment; also under an older key."""
    digests = sealer.blind_indexes(link.signed, purpose=LINK)
    given = link.signature.encode()
    return any(hmac.compare_digest(given, _text(digest).encode()) for digest in digests)


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
