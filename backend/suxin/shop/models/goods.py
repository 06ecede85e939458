"""What a village gives for points."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, owner_tenant, published, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.shop.states import GoodState

_VILLAGE: Final = frozenset({Party.TENANT})
_G: Final = GoodState
_WITHDRAW: Final = NamedStep(
    leaves=frozenset({_G.OFFERED}), to=_G.WITHDRAWN, by=_VILLAGE, zh="下架", en="withdraw it"
)
_OFFER: Final = NamedStep(
    leaves=frozenset({_G.WITHDRAWN}), to=_G.OFFERED, by=_VILLAGE, zh="上架", en="offer it"
)


class ShopGood(Table):
    """A good with its price in points; ``month_limit`` is how many pieces a household may have in a calendar month, none for no limit.

    ``photo`` is a JPEG made anew here, read only where it is asked for; ``photo_sha256`` its digest, by which it is asked for.
    Its stock stands in the village's book (``accounts.good_code``). What is offered is published, as a shop's shelf is.
    """

    __tablename__ = "shop_goods"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "name",
        "unit",
        "price_points",
        "month_limit",
        "state",
        "changed_at",
        "photo",
        "photo_sha256",
    )
    __machine__: ClassVar[StateMachine[GoodState]] = StateMachine(
        begins={_G.OFFERED: _VILLAGE}, steps=(_WITHDRAW, _OFFER)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        published("state = 'OFFERED'"),
        system(),
    )
    __table_args__ = (
        CheckConstraint(
            "length(name) between 1 and 40 and length(unit) between 1 and 8", name="texts"
        ),
        CheckConstraint("price_points between 1 and 100000", name="price"),
        CheckConstraint("month_limit between 1 and 1000", name="month_limit"),
        CheckConstraint(
            "(photo is null) = (photo_sha256 is null) and length(photo) <= 300000"
            " and length(photo_sha256) = 64",
            name="photo",
        ),
        Index("uq_shop_goods_name", "tenant_id", "name", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[str]
    price_points: Mapped[int]
    month_limit: Mapped[int | None]
    state: Mapped[GoodState]
    template: Mapped[str | None]
    photo: Mapped[bytes | None] = mapped_column(deferred=True)
    photo_sha256: Mapped[str | None]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    def withdraw(self, *, now: datetime) -> None:
        """Give it out no more."""
        self.state, self.changed_at = _WITHDRAW.taken_from(self.state), now

    def offer(self, *, now: datetime) -> None:
        """Give it out again."""
        self.state, self.changed_at = _OFFER.taken_from(self.state), now
