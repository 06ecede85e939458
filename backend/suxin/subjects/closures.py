"""Closures (注销): that a person has closed his account, kept so that nobody goes on in his name.

While one stands, the person logs in nowhere, and the platform erases his proved identity as soon as no contract needs it.
Whoever proves the same identity again ends the closure: he finds what the law made the platform keep, and nothing of
what was erased.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, acting_person, system
from suxin.kernel.tables import Table, append_and_change


class AccountClosure(Table):
    """One closure; ``reopened_at`` says that the person proved himself again since."""

    __tablename__ = "account_closures"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "identity_erased_at", "reopened_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (acting_person(writes=True), system())
    __table_args__ = (
        Index(
            "uq_account_closures_standing",
            "person_id",
            unique=True,
            postgresql_where=text("reopened_at is null"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    identity_erased_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]


async def standing_closure(session: AsyncSession, person_id: UUID) -> AccountClosure | None:
    """Return the closure of a person's account that stands, if there is one, locked."""
    return await session.scalar(
        select(AccountClosure)
        .where(AccountClosure.person_id == person_id, AccountClosure.reopened_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def reopen(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """End the closure of a person who has proved himself again, if there is one."""
    await session.execute(
        update(AccountClosure)
        .where(AccountClosure.person_id == person_id, AccountClosure.reopened_at.is_(None))
        .values(reopened_at=now)
        .execution_options(synchronize_session=False)
    )
