"""Bearer tokens of sessions: 256 random bits for the caller, of which only a SHA-256 is kept.

A token has as much entropy as its hash, so a plain hash is enough: a copy of the database opens no session.
"""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32
MAX_TOKEN_CHARACTERS: Final = 128


def new_token() -> str:
    """Return a fresh token of 43 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return the 32 bytes under which a token is looked up; what is too long to be one hashes to nothing known."""
    return hashlib.sha256(token[: MAX_TOKEN_CHARACTERS + 1].encode()).digest()
