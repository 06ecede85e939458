"""Replays with their figures, and what was counted for them, which no bank sees."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change


class ReplayState(StrEnum):
    """Whether a replay's figures are there."""

    PENDING = "PENDING"
    DONE = "DONE"


class ProductReplay(Table):
    """One replay of a draft over the requests of a quarter, with what it found once it is done.

    ``figures`` are ``{requests, before, after, gained, lost, criteria: [{code, zh, en, gained, lost}]}``: numbers of requests, whole fives, and
    nothing where fewer than five.
    """

    __tablename__ = "product_replays"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("state", "figures", "done_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["loan_products.tenant_id", "loan_products.id"]
        ),
        CheckConstraint("(state = 'DONE') = (figures is not null)", name="figures"),
        CheckConstraint("(figures is null) = (done_at is null)", name="done"),
        CheckConstraint("quarter_to > quarter_from", name="quarter"),
        Index("ix_product_replays_product_id", "tenant_id", "product_id", "id"),
        Index("ix_product_replays_state", "tenant_id", "state", "id"),
        Index("ix_product_replays_quarter_from", "tenant_id", "quarter_from"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID]
    quarter_from: Mapped[date]
    quarter_to: Mapped[date]
    state: Mapped[ReplayState]
    figures: Mapped[dict[str, Any] | None]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ReplayCount(Table):
    """Which requests of a quarter were counted together for a figure that a bank was shown: a bit each, in the order of their ids."""

    __tablename__ = "replay_counts"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (system(),)
    __table_args__ = (Index("ix_replay_counts_quarter_from", "tenant_id", "quarter_from"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    replay_id: Mapped[UUID] = mapped_column(primary_key=True)
    cell: Mapped[str] = mapped_column(primary_key=True)
    quarter_from: Mapped[date]
    counted: Mapped[bytes]
