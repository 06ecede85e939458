"""What a mini program opens on the user's phone: the page where he confirms an order, or the one where he authorises a service.

The first is signed with the APIv2 key: HMAC-SHA256 over the fields by their names, joined by ``&``, with the key at the end, in capitals. The
merchant's mini program hands the whole to ``wx.openBusinessView`` as it stands, so that the key is at the platform alone.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from suxin_outbound.payscore_keys import PayKeys

CONFIRM: Final = "wxpayScoreUse"
AUTHORISE: Final = "wxpayScoreEnable"
SIGN_TYPE: Final = "HMAC-SHA256"


def confirming(package: str, *, keys: PayKeys, now: datetime) -> str:
    """Return what opens the page where a user confirms an order, as JSON, signed with a nonce of its own."""
    fields = {
        "mch_id": keys.mchid,
        "package": package,
        "timestamp": str(int(now.timestamp())),
        "nonce_str": secrets.token_hex(16),
        "sign_type": SIGN_TYPE,
    }
    return _opened(CONFIRM, fields | {"sign": signature(fields, keys.client_key)})


def authorising(token: str) -> str:
    """Return what opens the page where a user authorises a service, as JSON: the token of the application, which is not signed."""
    return _opened(AUTHORISE, {"apply_permissions_token": token})


def signature(fields: Mapping[str, str], key: bytes) -> str:
    """Return the signature over fields that are not empty."""
    named = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
    text = f"{named}&key={key.decode()}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest().upper()


def _opened(business: str, fields: Mapping[str, str]) -> str:
    return msgspec.json.encode({"businessType": business, "extraData": fields}).decode()
