"""The platform's signing keys as one web process holds them."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.kernel.signing import KEPT_BY_READERS, KeySet, KeyUse, ensure_signing_keys, read_keys

UNKNOWN_EVERY: Final = timedelta(seconds=5)
"""How often an unknown key name makes the keys be read again; such names cost their sender nothing."""


class HeldKeys:
    """The key set, read again when it is old, or when somebody names a key that is not in it."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._turns = asyncio.Lock()
        self._keys: KeySet | None = None
        self._read_at: datetime | None = None

    async def at(self, now: datetime, *, kid: str | None = None) -> KeySet:
        """Return the keys to sign and verify with at this time."""
        keys, read_at = self._keys, self._read_at
        if keys is None or read_at is None or self._is_old(keys, now - read_at, kid):
            async with self._turns:
                if self._read_at is read_at:
                    self._keys, self._read_at = await self._read(now), now
                keys = self._keys
        if keys is None:
            message = "the keys were read and are not there"
            raise RuntimeError(message)
        return keys

    @staticmethod
    def _is_old(keys: KeySet, age: timedelta, kid: str | None) -> bool:
        if kid is not None and kid not in keys and abs(age) >= UNKNOWN_EVERY:
            return True
        # A clock that was set back is no reason to keep keys for longer.
        return abs(age) >= KEPT_BY_READERS / 2

    async def _read(self, now: datetime) -> KeySet:
        system = Actor.system("signing-keys")
        async with self._database.transaction(system, now=now) as session:
            keys = await read_keys(session, sealer=self._sealer, now=now)
            if not all(keys.signs(use, now=now) for use in KeyUse):
                await ensure_signing_keys(session, sealer=self._sealer, now=now)
                keys = await read_keys(session, sealer=self._sealer, now=now)
        return keys
