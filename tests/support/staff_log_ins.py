"""Log-ins of staff in tests: a key for the counts of wrong passwords, and passwords that need not be changed first."""

from datetime import datetime

from sqlalchemy import update

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import Keyring, Sealer
from suxin.tenancy.models import StaffLogIn

SEALER = Sealer(Keyring.generate())


async def keep_passwords(database: Database, *, now: datetime) -> None:
    """Let everybody keep the password that was set for him, as if he had chosen it himself."""
    async with (
        database.transaction(Actor.anonymous("test"), now=now) as session,
        doorway(session),
    ):
        await session.execute(update(StaffLogIn).values(temporary=False))
