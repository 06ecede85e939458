"""Cards of households without a smartphone."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import PERSON, Reader, exists, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.shop.states import CardState

MEMBER: Final = exists(
    "household_members m",
    "m.tenant_id = {row}.tenant_id and m.household_id = {row}.household_id"
    f" and m.subject_id = {PERSON} and m.left_at is null",
)
"""Who is in the household of a row now, by his own link."""

_VILLAGE: Final = frozenset({Party.TENANT})
_C: Final = CardState
_REVOKE: Final = NamedStep(
    leaves=frozenset({_C.ACTIVE}), to=_C.REVOKED, by=_VILLAGE, zh="注销", en="revoke it"
)


class ShopCard(Table):
    """A printed card. Its number names nobody and is drawn at random; ``failures`` counts wrong household numbers that were told with it.

    A household has one valid card at most.
    """

    __tablename__ = "shop_cards"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "failures", "revoked_by", "revoked_at", "reason"
    )
    __machine__: ClassVar[StateMachine[CardState]] = StateMachine(
        begins={_C.ACTIVE: _VILLAGE}, steps=(_REVOKE,)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), when("member", MEMBER), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        CheckConstraint("length(number) = 16", name="number"),
        CheckConstraint("failures between 0 and 5", name="failures"),
        CheckConstraint("(state = 'REVOKED') = (revoked_at is not null)", name="revoked"),
        Index("uq_shop_cards_number", "tenant_id", "number", unique=True),
        Index(
            "uq_shop_cards_household",
            "tenant_id",
            "household_id",
            unique=True,
            postgresql_where=text("state = 'ACTIVE'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    number: Mapped[str]
    state: Mapped[CardState]
    failures: Mapped[int]
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime]
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    def revoke(self, reason: str, *, by: UUID, now: datetime) -> None:
        """Make it good for nothing."""
        self.state = _REVOKE.taken_from(self.state)
        self.revoked_by, self.revoked_at, self.reason = by, now, reason
