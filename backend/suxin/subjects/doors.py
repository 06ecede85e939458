"""Doors: how a subject is found by a number, before anyone may see it.

A resident id is found by its keyed blind index. A unified social credit code is public, so a plain hash of it is
enough, and set-based loads compute it in the database.
"""

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import SubjectDoor

NAME = "person.name"
RESIDENT_ID = "person.resident_id"
PHONE = "person.phone"
"""The purposes under which a person's fields are sealed, and a resident id and a phone indexed."""


def resident_door(sealer: Sealer, resident_id: str) -> bytes:
    """Return the blind index under which the person with a resident id is found."""
    return sealer.blind_index(resident_id, purpose=RESIDENT_ID)


def uscc_door(uscc: str) -> bytes:
    """Return the hash under which the organisation with a checked credit code is found."""
    return hashlib.sha256(f"uscc:{uscc}".encode()).digest()


async def subject_behind(session: AsyncSession, door: bytes) -> UUID | None:
    """Return the subject behind a door, if there is one."""
    async with doorway(session):
        return await session.scalar(
            select(SubjectDoor.subject_id).where(SubjectDoor.blind_index == door)
        )
