"""Daily bills of WeChat Pay: where a bill lies is asked for, signed and verified; the file itself bears no signature, and its digest is compared."""

import hashlib
import hmac
import zlib
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from suxin.perks.orders.provider import ProviderRejected
from suxin_outbound.payscore_asking import PayAsker, decoded, unusable

BILLS: Final = "/v3/bill/tradebill"
NO_BILL: Final = "NO_STATEMENT_EXIST"
"""The service's word for a day on which nothing was paid."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""How long a bill is once it is unpacked, at the most."""

_GZIP: Final = 16 + zlib.MAX_WBITS


class _Where(msgspec.Struct):
    download_url: str
    hash_type: str
    hash_value: str


class PayScoreBills:
    """Implements :class:`suxin.perks.orders.bills.provider.BillProvider`."""

    def __init__(self, *, asker: PayAsker) -> None:
        self._asker = asker

    async def bill(self, sub_mchid: str, day: date, *, now: datetime) -> str:
        """Return a merchant's bill of a day; nothing where nothing was paid on it.

        :raises ProviderUnavailable: if there is none yet, or it is not what it should be
        """
        asked = {
            "bill_date": day.isoformat(),
            "sub_mchid": sub_mchid,
            "bill_type": "ALL",
            "tar_type": "GZIP",
        }
        try:
            answer = await self._asker.ask("GET", f"{BILLS}?{urlencode(asked)}", now)
        except ProviderRejected as rejected:
            if rejected.code == NO_BILL:
                return ""
            raise unusable(f"bill_{rejected.code}") from None
        where = decoded(answer, _Where)
        packed = await self._asker.ask("GET", self._target(where.download_url), now, verified=False)
        return unpacked(packed.body, hash_type=where.hash_type, hash_value=where.hash_value)

    def _target(self, url: str) -> str:
        """Return what is asked for a file, which lies where everything else is asked."""
        if not self._asker.is_own(url):
            raise unusable("bill_elsewhere")
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"


def unpacked(packed: bytes, *, hash_type: str, hash_value: str) -> str:
    """Return a bill as it was before it was packed.

    :raises ProviderUnavailable: if it is cut off, longer than ``MAX_BYTES``, or has another digest
    """
    unpacker = zlib.decompressobj(_GZIP)
    try:
        content = unpacker.decompress(packed, MAX_BYTES)
        whole = unpacker.eof
    except zlib.error:
        raise unusable("bill_unpackable") from None
    if not whole:
        raise unusable("bill_too_long")
    # The digest is the service's own choice; the answer that told it was signed.
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if hash_type != "SHA1" or not hmac.compare_digest(digest, hash_value.lower()):
        raise unusable("bill_digest")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unusable("bill_not_text") from None
