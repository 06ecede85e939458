"""Month-end sheets: the towns' forms in their versions, and what a village made by them."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.sheets.layouts import SheetLayout, read_layout
from suxin.kernel.readers import Reader, operator, owner_tenant, published, system
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change


class SheetForm(Table):
    """One version of a town's form, ``sheets.layouts.SheetLayout`` as stored; the newest is the one in use. It holds nothing of anybody."""

    __tablename__ = "grid_sheet_forms"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), operator(writes=True))
    __table_args__ = (
        CheckConstraint("town_code ~ '^[0-9]{9}$'", name="town"),
        CheckConstraint("number >= 1", name="number"),
        Index("uq_grid_sheet_forms_number", "town_code", "number", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    town_code: Mapped[str]
    number: Mapped[int]
    layout: Mapped[dict[str, Any]]
    written_by: Mapped[UUID]
    written_at: Mapped[datetime]

    @property
    def read(self) -> SheetLayout:
        """What it lays down."""
        return read_layout(self.layout)


class VillageSheet(Table):
    """What a village's points were in a month, as one version of the town's form has it.

    ``lines`` and ``totals`` are by the fields of ``sheets.layouts.SheetField``; ``content_hash`` is the digest of all that is in the file. Another
    version of a month is made only where something changed. Who signs it is another than who made it.
    ``form_id`` is a version of the operator's forms, which are never deleted; a key that leaves the tenant would refer to it.
    """

    __tablename__ = "grid_sheets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("signed_by", "signed_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("month = date_trunc('month', month)::date", name="month"),
        CheckConstraint("length(content_hash) = 64", name="content_hash"),
        CheckConstraint("(signed_by is null) = (signed_at is null)", name="signed"),
        CheckConstraint("signed_by <> made_by", name="signed_by_another"),
        Index("uq_grid_sheets_number", "tenant_id", "month", "number", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date]
    number: Mapped[int]
    form_id: Mapped[UUID]
    village_name: Mapped[str]
    lines: Mapped[list[dict[str, Any]]]
    totals: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]

    def sign(self, *, by: UUID, now: datetime) -> None:
        """Let somebody answer for it."""
        self.signed_by, self.signed_at = by, now
