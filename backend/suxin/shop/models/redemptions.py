"""Redemptions, and what each is of."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import PERSON, Reader, exists, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.shop.models.cards import MEMBER
from suxin.shop.states import Means, RedemptionState

_VILLAGE: Final = frozenset({Party.TENANT})
_S: Final = RedemptionState
_HAND_OVER: Final = NamedStep(
    leaves=frozenset({_S.HELD}), to=_S.HANDED_OVER, by=_VILLAGE, zh="发放", en="hand it over"
)
_LET_GO: Final = NamedStep(
    leaves=frozenset({_S.HELD}), to=_S.LET_GO, by=_VILLAGE, zh="取消", en="cancel it"
)
_EXPIRE: Final = NamedStep(
    leaves=frozenset({_S.HELD}),
    to=_S.EXPIRED,
    by=frozenset({Party.PLATFORM}),
    zh="超时取消",
    en="let it end",
)
_RETURN: Final = NamedStep(
    leaves=frozenset({_S.HANDED_OVER}), to=_S.RETURNED, by=_VILLAGE, zh="退货", en="take it back"
)


class ShopRedemption(Table):
    """A household's redemption. ``points`` is what is held of its points, and from the hand-over on what was taken.

    ``household_number`` is as it was then. At the counter ``collector`` is how whoever came is called; the helper is ``held_by``, and the
    database lets him not hand over. ``points_hold_id`` and the others name the ledger's transfers.
    """

    __tablename__ = "shop_redemptions"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "points", "handed_over_by", "ended_at", "points_given_id", "budget_given_id", "return_asked_by",
        "returned_by", "returned_at", "reason",
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[RedemptionState]] = StateMachine(
        begins={_S.HELD: _VILLAGE}, steps=(_HAND_OVER, _LET_GO, _EXPIRE, _RETURN)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), when("member", MEMBER), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        CheckConstraint("points >= 1", name="points"),
        CheckConstraint("(means = 'counter') = (collector is not null)", name="collector"),
        CheckConstraint("(state = 'HELD') = (ended_at is null)", name="ended"),
        CheckConstraint(
            "(state in ('HANDED_OVER', 'RETURNED')) = (points_given_id is not null)"
            " and (points_given_id is null) = (budget_given_id is null)"
            " and (points_given_id is null) = (handed_over_by is null)",
            name="given",
        ),
        CheckConstraint("means <> 'counter' or handed_over_by <> held_by", name="helper"),
        CheckConstraint("(state = 'RETURNED') = (returned_by is not null)", name="returned"),
        CheckConstraint("returned_by <> return_asked_by", name="return_by_another"),
        Index("ix_shop_redemptions_household", "tenant_id", "household_id", "id"),
        Index("ix_shop_redemptions_state", "tenant_id", "state", "id"),
        Index("ix_shop_redemptions_ended_at", "tenant_id", "ended_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_number: Mapped[str]
    means: Mapped[Means]
    card_id: Mapped[UUID | None]
    collector: Mapped[str | None]
    year: Mapped[int]
    state: Mapped[RedemptionState]
    points: Mapped[int]
    held_by: Mapped[UUID]
    held_at: Mapped[datetime]
    held_until: Mapped[datetime]
    points_hold_id: Mapped[UUID]
    budget_hold_id: Mapped[UUID]
    handed_over_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    points_given_id: Mapped[UUID | None]
    budget_given_id: Mapped[UUID | None]
    return_asked_by: Mapped[UUID | None]
    returned_by: Mapped[UUID | None]
    returned_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    def require_held(self) -> None:
        """Refuse unless it waits for its hand-over.

        :raises StepNotPossible: if it does not
        """
        _HAND_OVER.taken_from(self.state)

    def hand_over(self, points: int, *, by: UUID, given: tuple[UUID, UUID], now: datetime) -> None:
        """Give what was held, or what of it was taken; ``given`` are the transfers of points and of budget."""
        self.state = _HAND_OVER.taken_from(self.state)
        self.points, self.handed_over_by, self.ended_at = points, by, now
        self.points_given_id, self.budget_given_id = given

    def let_go(self, reason: str, *, now: datetime) -> None:
        """Give nothing."""
        self.state = _LET_GO.taken_from(self.state)
        self.reason, self.ended_at = reason, now

    def expire(self, *, now: datetime) -> None:
        """End because nobody handed it over in time."""
        self.state, self.ended_at = _EXPIRE.taken_from(self.state), now

    def ask_return(self, reason: str, *, by: UUID) -> None:
        """Ask that it be taken back."""
        _RETURN.taken_from(self.state)
        self.return_asked_by, self.reason = by, reason

    def take_back(self, *, by: UUID, now: datetime) -> None:
        """Take it back whole."""
        self.state = _RETURN.taken_from(self.state)
        self.returned_by, self.returned_at = by, now


class ShopLine(Table):
    """How many of a good a redemption is of, at the price of then; ``given`` is what was handed over, 0 until then."""

    __tablename__ = "shop_lines"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("given", "given_id")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when(
            "member",
            exists(
                "shop_redemptions r join household_members m"
                " on m.tenant_id = r.tenant_id and m.household_id = r.household_id",
                "r.tenant_id = {row}.tenant_id and r.id = {row}.redemption_id"
                f" and m.subject_id = {PERSON} and m.left_at is null",
            ),
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "redemption_id"], ["shop_redemptions.tenant_id", "shop_redemptions.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "good_id"], ["shop_goods.tenant_id", "shop_goods.id"]),
        CheckConstraint("asked between 1 and 100", name="asked"),
        CheckConstraint("given between 0 and asked", name="given"),
        CheckConstraint("(given > 0) = (given_id is not null)", name="given_id"),
        Index("ix_shop_lines_good_id", "tenant_id", "good_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(primary_key=True)
    good_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[str]
    price_points: Mapped[int]
    asked: Mapped[int]
    given: Mapped[int]
    hold_id: Mapped[UUID]
    given_id: Mapped[UUID | None]
