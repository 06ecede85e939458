"""Doors: how a subject is found by a number, before anyone may see it.

A resident id is found by its keyed blind index, under whichever key of the ring it was made. A unified social credit code is public, so a plain hash of it is
enough, and set-based loads compute it in the database.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import BlindIndex, Sealer
from suxin.subjects.models import RESIDENT_ID, SubjectDoor

_NEW_DOORS: Final = 7_310_406_028_412_001
"""Held by whoever looks for a person to make a door if there is none: together by one person each, alone by a batch."""


class KeyringStale(Exception):
    """The keyring of a process lacks a key that doors were made with: whom it does not find may well be there.

    A defect of the running installation, not a refusal: the process needs the key file as it is now.
    """

    def __init__(self, version: int) -> None:
        super().__init__(f"doors were made with key version {version}, which is not known")
        self.version = version


class PersonDoors(NamedTuple):
    """The index that a person is kept under from now on, and the others that he may be kept under already."""

    own: BlindIndex
    others: tuple[bytes, ...]


def resident_door(sealer: Sealer, resident_id: str) -> BlindIndex:
    """Return the blind index under which the person with a resident id is kept from now on."""
    return sealer.blind_index(resident_id, purpose=RESIDENT_ID)


def resident_doors(sealer: Sealer, resident_ids: Iterable[str]) -> Iterator[PersonDoors]:
    """Return of each of many resident ids every index, by every key of the ring."""
    for own, known in sealer.every_index_of(resident_ids, purpose=RESIDENT_ID):
        yield PersonDoors(own, known[1:])


def uscc_door(uscc: str) -> bytes:
    """Return the hash under which the organisation with a checked credit code is found."""
    return hashlib.sha256(f"uscc:{uscc}".encode()).digest()


async def subject_behind(session: AsyncSession, door: bytes) -> UUID | None:
    """Return the subject behind a door that needs no key, if there is one."""
    async with doorway(session):
        return await session.scalar(
            select(SubjectDoor.subject_id).where(SubjectDoor.blind_index == door)
        )


async def person_behind(session: AsyncSession, sealer: Sealer, resident_id: str) -> UUID | None:
    """Return the person with a resident id, if he is known; whoever asks for the same one waits until this ends.

    :raises KeyringStale: if he is not found, and doors were made with keys that are not on the ring
    """
    doors = sealer.blind_indexes(resident_id, purpose=RESIDENT_ID)
    async with doorway(session):
        # The oldest key is the one that a process which does not know the newest yet waits by as well.
        turn = int.from_bytes(doors[-1][:8], signed=True)
        await session.execute(
            select(func.pg_advisory_xact_lock_shared(_NEW_DOORS), func.pg_advisory_xact_lock(turn))
        )
        found = await session.scalar(
            select(SubjectDoor.subject_id).where(SubjectDoor.blind_index.in_(doors))
        )
        if found is None:
            await require_every_key(session, sealer.keyring.secrets.keys())
    return found


async def hold_new_doors(session: AsyncSession) -> None:
    """Let nobody be looked up by a resident id until the transaction ends, because many new persons are written in it.

    A turn for each of them would fill the database's table of locks; it takes about a second at most (``CHUNK_ROWS``).
    """
    await session.execute(select(func.pg_advisory_xact_lock(_NEW_DOORS)))


async def require_every_key(session: AsyncSession, versions: Collection[int]) -> None:
    """Check key versions against the doors; after the look-up, so that what was rotated meanwhile is seen as such.

    :raises KeyringStale: if doors were made with another one
    """
    keyed = SubjectDoor.key_version.is_not(None)
    oldest = await session.scalar(select(func.min(SubjectDoor.key_version)).where(keyed))
    newest = await session.scalar(select(func.max(SubjectDoor.key_version)).where(keyed))
    for version in (oldest, newest):
        if version is not None and version not in versions:
            raise KeyringStale(version)
