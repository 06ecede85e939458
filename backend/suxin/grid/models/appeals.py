"""Appeals: who objected to a claim, or to its refusal, and what the supervisors and the town decided."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, PERSON, Reader, owner_tenant, system, when
from suxin.kernel.tables import Table, append_and_change


class PointAppeal(Table):
    """An appeal on its whole way. ``stands`` and ``town_stands`` say whether the claim does, not the appeal.

    ``filed_by`` is a natural person, or the staff member who took it down for one who came in person. ``to_town_by`` took it further.
    """

    __tablename__ = "grid_appeals"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "stands", "answer", "answered_at", "further_until", "to_town_by", "to_town_at", "town_reason", "town_stands", "town_answer",
        "town_decided_at", "closed_at",
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("filer", f"{KIND} = 'subject' and filed_by = {PERSON}"),
        when("town", f"{KIND} = 'operator' and to_town_at is not null"),
        when(
            "decided_by_town",
            f"{KIND} = 'operator' and to_town_at is not null and town_decided_at is null",
            "UPDATE",
            check=f"{KIND} = 'operator'",
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["grid_claims.tenant_id", "grid_claims.id"]
        ),
        CheckConstraint("number between 1 and 4", name="number"),
        CheckConstraint("(stands is null) = (answered_at is null)", name="answered"),
        CheckConstraint("to_town_at is null or answered_at is not null", name="supervisors_first"),
        CheckConstraint("(town_stands is null) = (town_decided_at is null)", name="town"),
        CheckConstraint("town_decided_at is null or to_town_at is not null", name="town_asked"),
        Index("uq_grid_appeals_number", "tenant_id", "claim_id", "number", unique=True),
        Index(
            "uq_grid_appeals_open",
            "tenant_id",
            "claim_id",
            unique=True,
            postgresql_where=text("closed_at is null"),
        ),
        Index("ix_grid_appeals_filed_by", "filed_by"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    number: Mapped[int]
    against_refusal: Mapped[bool]
    filed_by: Mapped[UUID]
    taken_down_for: Mapped[str | None]
    reason: Mapped[str]
    filed_at: Mapped[datetime]
    stands: Mapped[bool | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    further_until: Mapped[datetime | None]
    to_town_by: Mapped[UUID | None]
    to_town_at: Mapped[datetime | None]
    town_reason: Mapped[str | None]
    town_stands: Mapped[bool | None]
    town_answer: Mapped[str | None]
    town_decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
