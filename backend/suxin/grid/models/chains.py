"""Who sat on which claim, and in which household each of a village's staff lives."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.states import Body, Verdict
from suxin.kernel.readers import KIND, STAFF, Reader, owner_tenant, system, when
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change


class StaffHome(Table):
    """In which household of the village a staff member lives; none where he is not of the village. Whoever sits on claims has one."""

    __tablename__ = "grid_staff_homes"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "household_id", "declared_by", "declared_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        # Where somebody lives is another's to say: he is kept from some claims by it.
        CheckConstraint("declared_by <> staff_id", name="by_another"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID | None]
    declared_by: Mapped[UUID]
    declared_at: Mapped[datetime]


class ClaimSeat(Table):
    """That somebody sat on a claim, as one of a body, and what he said.

    The key lets nobody sit twice; a check keeps whoever claimed and his household from it. ``household_id`` and ``claimed_by`` are the claim's.
    """

    __tablename__ = "grid_claim_seats"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("town", f"{KIND} = 'operator' and body = 'town' and staff_id = {STAFF}", "INSERT"),
        when("read_by_town", f"{KIND} = 'operator' and body = 'town' and staff_id = {STAFF}"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id", "household_id", "claimed_by"],
            [
                "grid_claims.tenant_id",
                "grid_claims.id",
                "grid_claims.household_id",
                "grid_claims.claimed_by",
            ],
            name="fk_grid_claim_seats_claim",
        ),
        CheckConstraint("staff_id <> claimed_by", name="not_his_own"),
        CheckConstraint("home_id <> household_id", name="not_his_household"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    claimed_by: Mapped[UUID]
    home_id: Mapped[UUID | None]
    body: Mapped[Body]
    verdict: Mapped[Verdict]
    reason: Mapped[str]
    said_at: Mapped[datetime]
