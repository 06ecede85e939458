"""One-time codes by the clock (TOTP, RFC 6238): six digits, made anew every thirty seconds from a secret that both sides keep."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

ISSUER: Final = "宿信"
DIGITS: Final = 6
STEP_S: Final = 30
TOLERATED_STEPS: Final = 1
"""How far a telephone's clock may be off, in steps (RFC 6238 §5.2)."""

SECRET_BYTES: Final = 20
"""As long as the hash (RFC 4226 §4)."""


def new_secret() -> str:
    """Return a fresh secret, written as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_of(secret: str, step: int) -> str:
    """Return the code of a step of time."""
    # Every authenticator app takes SHA-1, and many take nothing else; as an HMAC it is sound (RFC 6238 §1.2).
    hotp = HOTP(base64.b32decode(secret), DIGITS, SHA1())  # noqa: S303 - see above
    return hotp.generate(step).decode()


def step_at(now: datetime) -> int:
    """Return the step of time that a moment is in."""
    return int(now.timestamp()) // STEP_S


def step_of_code(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the step that a code is of, if it is of this moment or one beside it."""
    found = None
    for step in range(step_at(now) - TOLERATED_STEPS, step_at(now) + TOLERATED_STEPS + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            found = step
    return found


def enrolment_address(secret: str, *, login: str) -> str:
    """Return the address that an authenticator app reads, from a QR code, to keep the secret."""
    label = quote(f"{ISSUER}:{login}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
