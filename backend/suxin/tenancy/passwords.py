"""Passwords of staff: which are fit, and how they are hashed (argon2id, RFC 9106).

Cost figures are OWASP's recommended minimum for argon2id (19 MiB, two passes, one lane). Hashing takes some ten
milliseconds of processor time and therefore runs in a thread.
"""

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from suxin.kernel.refusals import Refusal, RefusalKind

MIN_PASSWORD_CHARACTERS: Final = 10
MAX_PASSWORD_CHARACTERS: Final = 128
MIN_DIFFERENT_CHARACTERS: Final = 5

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# The hash of a password nobody knows: an unknown log-in takes as long to refuse as a wrong password.
_UNKNOWN: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$t9JyfctvuKP5qzZQ4L7T3g$"
    "XxoRwlfX/WKRjUaVcxDu01ctd7c0M8BPxiPk14UtjKg"
)


class PasswordUnfit(Refusal):
    """The password is too short, too long, too uniform, or holds the log-in name."""

    code = "PASSWORD_UNFIT"
    kind = RefusalKind.INVALID
    zh = "密码应为 {shortest} 至 {longest} 位、至少 {different} 个不同字符，且不含登录名"
    en = (
        "A password has {shortest} to {longest} characters, at least {different} different ones, "
        "and does not contain the log-in name"
    )


def require_fit(password: str, *, login: str, field: str = "password") -> None:
    """Refuse a password that is easily guessed.

    :raises PasswordUnfit: if it is too short or long, has too few different characters or holds the log-in name
    """
    fits = (
        MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS
        and len(set(password)) >= MIN_DIFFERENT_CHARACTERS
        and login.casefold() not in password.casefold()
    )
    if not fits:
        raise PasswordUnfit(
            field=field,
            shortest=MIN_PASSWORD_CHARACTERS,
            longest=MAX_PASSWORD_CHARACTERS,
            different=MIN_DIFFERENT_CHARACTERS,
        )


async def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and costs."""
    return await asyncio.to_thread(_HASHER.hash, _normal(password))


async def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password has this hash; without a hash it takes as long and never does."""
    return await asyncio.to_thread(_verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> bool:
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return False
    try:
        _HASHER.verify(password_hash or _UNKNOWN, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _normal(password: str) -> str:
    # One keyboard may compose a character that another writes as two (RFC 8265).
    return unicodedata.normalize("NFC", password)
