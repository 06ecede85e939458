"""Hashes of passwords, kept from test to test: there are few passwords, and each hash takes its ten milliseconds on purpose."""

from argon2 import PasswordHasher

from suxin.tenancy import passwords


class KeptHasher:
    """Hashes a password once, at its real cost, and finds a password right once; what is wrong is found wrong anew."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._hashes: dict[str, str] = {}
        self._right: set[tuple[str, str]] = set()

    def hash(self, password: str) -> str:
        if password not in self._hashes:
            self._hashes[password] = self._hasher.hash(password)
        return self._hashes[password]

    def verify(self, password_hash: str, password: str) -> bool:
        if (password_hash, password) not in self._right:
            self._hasher.verify(password_hash, password)
            self._right.add((password_hash, password))
        return True

    def check_needs_rehash(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


def keep_hashes() -> None:
    """Let every staff member who chooses the same password have the same hash of it, salt and all."""
    passwords._HASHER = KeptHasher(passwords._HASHER)
