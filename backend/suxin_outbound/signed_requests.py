"""How requests to the city's and the nation's services are signed: an HMAC over what is asked, with a fresh nonce.

HMAC-SHA256 over method, path, timestamp, nonce and the digest of the body; each attempt has a nonce of its own, since a
service refuses one it has seen.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import httpx

Sign = Callable[[httpx.Request], httpx.Request]


def signature(
    secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """Return the signature of a request: five lines, each ended by a line feed."""
    digest = hashlib.sha256(body).hexdigest()
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{digest}\n"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signer(*, app_id: str, secret: str, now: datetime) -> Sign:
    """Return what signs each attempt of a call anew."""

    def sign(request: httpx.Request) -> httpx.Request:
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        request.headers["X-App-Id"] = app_id
        request.headers["X-Timestamp"] = timestamp
        request.headers["X-Nonce"] = nonce
        request.headers["X-Signature"] = signature(
            secret,
            method=request.method,
            path=request.url.path,
            timestamp=timestamp,
            nonce=nonce,
            body=request.content,
        )
        return request

    return sign
