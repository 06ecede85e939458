"""What the stand-in's phone opens: only what bears the merchant's signature of today. Written anew, without the client's code."""

import hashlib
import hmac
import json
import time

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.payscore_keys import CLIENT, MCHID

_GOOD_FOR_S = 86_400


def opens(call_up: str, package: str) -> bool:
    """Return whether a phone opens the page of an order with this."""
    try:
        said = json.loads(call_up)
        given = dict(said["extraData"])
        sign = given.pop("sign")
        fresh = abs(time.time() - int(given["timestamp"])) < _GOOD_FOR_S
    except (KeyError, TypeError, ValueError):
        return False
    wanted = {"mch_id": MCHID, "package": package, "sign_type": "HMAC-SHA256"}
    if said.get("businessType") != "wxpayScoreUse" or wanted.items() - given.items() or not fresh:
        return False
    text = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
    key = stand_in_key(CLIENT)
    expected = hmac.digest(key.encode(), f"{text}&key={key}".encode(), hashlib.sha256).hex().upper()
    return hmac.compare_digest(expected, str(sign))
