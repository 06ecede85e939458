"""Whether a request is signed as the services ask for it (see :mod:`suxin_outbound.signed_requests`), written anew.

Timestamps are read but not compared with a clock, so that a caller whose time is set by a test is served too.
"""

import hashlib
import hmac

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.wire import MAX_KEPT, Request


class Signatures:
    """The signatures of one service, with the nonces that it has seen."""

    def __init__(self, service: str) -> None:
        self._key = stand_in_key(service).encode()
        self._nonces: dict[str, None] = {}

    def hold(self, request: Request) -> bool:
        """Tell whether a request is signed with the service's key, and is seen for the first time."""
        headers = request.headers
        nonce, timestamp = headers.get("x-nonce", ""), headers.get("x-timestamp", "")
        lines = (
            request.method,
            request.path,
            timestamp,
            nonce,
            hashlib.sha256(request.body).hexdigest(),
        )
        text = "".join(f"{line}\n" for line in lines)
        expected = hmac.new(self._key, text.encode(), "sha256").hexdigest()
        signed = hmac.compare_digest(expected, headers.get("x-signature", ""))
        if not (signed and nonce and timestamp.isdigit()) or nonce in self._nonces:
            return False
        self._nonces[nonce] = None
        if len(self._nonces) > MAX_KEPT:
            del self._nonces[next(iter(self._nonces))]
        return True
