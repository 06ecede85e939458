"""What a member of a household, or the household, agreed to: that his name stands on notices, or that his plus points become records."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.states import AgreedTo
from suxin.kernel.readers import KIND, PERSON, Reader, reading_tenant, system, when
from suxin.kernel.tables import Table, append_and_change


class PointAgreement(Table):
    """One yes, for one use, from the person himself (PIPL art. 25, 14); it ends when he takes it back.

    ``text_version`` is the notice that he saw, ``looked_month`` the
    last month that was looked at for a record.
    """

    __tablename__ = "grid_agreements"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("ended_at", "looked_month")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("himself", f"person_id = {PERSON}"),
        when("given", f"{KIND} = 'subject' and person_id = {PERSON}", "INSERT"),
        when("taken_back", f"{KIND} = 'subject' and person_id = {PERSON}", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["household_members.tenant_id", "household_members.id"]
        ),
        CheckConstraint("ended_at >= given_at", name="period"),
        Index(
            "uq_grid_agreements_live",
            "tenant_id",
            "member_id",
            "use",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_grid_agreements_person_id", "person_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    use: Mapped[AgreedTo]
    text_version: Mapped[str]
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    looked_month: Mapped[date | None]
