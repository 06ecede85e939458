"""What the mini program shows with each request, for httpx: an access token, and a proof that it holds the token's key.

The key pair is made for one log-in and stays in this process, as a phone's stays in the phone (DPoP, RFC 9449).
"""

import base64
import hashlib
import json
import time
from collections.abc import Generator
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey
from typing_extensions import override

ALGORITHM: Final = "ES256"
ATTEMPTS: Final = 2
"""A proof that was refused for its nonce is made once more, with the nonce that the refusal brought."""

_USE_NONCE: Final = "use_dpop_nonce"


class DpopAuth(httpx.Auth):
    """Proves each request of one caller, and shows his access token once he has one.

    ``issuer`` is the server's own name: proofs name its addresses by it, whichever address it was reached at.
    """

    requires_response_body = True

    def __init__(self, issuer: str) -> None:
        self.access_token: str | None = None
        self._issuer = issuer
        self._key = ECKey.generate_key("P-256")
        self._nonce: str | None = None

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request, and again where the server asks for a nonce."""
        if self.access_token is not None:
            request.headers["Authorization"] = f"DPoP {self.access_token}"
        for _ in range(ATTEMPTS):
            request.headers["DPoP"] = self._proof(request)
            answer = yield request
            self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
            if not _asks_for_nonce(answer):
                return

    def _proof(self, request: httpx.Request) -> str:
        claims: dict[str, Any] = {
            "jti": str(uuid4()),
            "htm": request.method,
            "htu": self._issuer + request.url.raw_path.decode().partition("?")[0],
            "iat": int(time.time()),
        }
        if self._nonce is not None:
            claims["nonce"] = self._nonce
        if self.access_token is not None:
            claims["ath"] = _digest(self.access_token)
        header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": self._key.as_dict(private=False)}
        return jws.serialize_compact(header, json.dumps(claims), self._key, [ALGORITHM])


def _asks_for_nonce(answer: httpx.Response) -> bool:
    """Tell whether the refusal is for the nonce: the token endpoint says so in its body, a resource in its challenge."""
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        return _USE_NONCE in answer.headers.get("WWW-Authenticate", "")
    return answer.status_code == HTTPStatus.BAD_REQUEST and _USE_NONCE in answer.text


def _digest(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
