"""Areas: how many households and entities of each are graded, and the titles that they were given."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, TENANT_KIND, Reader, batch, operator, published, when
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_ONLY, WITH_DELETE, Privilege, Table, append_and_change
from suxin.rural.refusals import TitleNotAt
from suxin.rural.states import TitleLevel, TitleState

_OFFICE: Final = frozenset({Party.OPERATOR})
_T: Final = TitleState


class RuralAreaCount(Table):
    """One area's figures as they were counted last: no name, and no household by itself.

    ``credit_households`` are those with a grade in force of at least the one that makes a credit household; ``entities`` the farm
    entities with a grade in force. ``villages`` and ``credit_villages`` are of a town or county; ``point_villages`` have rules of points in
    force, ``shop_villages`` a confirmed budget of the year for their shop.
    """

    __tablename__ = "rural_area_counts"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(),
        when("own_village", f"tenant_id = {TENANT}"),
        # Banks are told of towns and counties, ``coverage.as_shown``.
        when("bank", f"{TENANT_KIND} = 'bank' and level <> 'village'"),
        batch(),
    )
    __table_args__ = (
        CheckConstraint("credit_households <= rated_households", name="credit_households"),
        Index("ix_rural_area_counts_level", "level", "area_code"),
    )

    area_code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[TitleLevel]
    tenant_id: Mapped[UUID | None]
    households: Mapped[int] = mapped_column(Integer)
    rated_households: Mapped[int] = mapped_column(Integer)
    credit_households: Mapped[int] = mapped_column(Integer)
    entities: Mapped[int] = mapped_column(Integer)
    villages: Mapped[int] = mapped_column(Integer)
    credit_villages: Mapped[int] = mapped_column(Integer)
    point_villages: Mapped[int] = mapped_column(Integer)
    shop_villages: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[datetime]


class RuralTitle(Table):
    """The title of a year of one area: filed by one of the office's people on figures, decided by another, revoked by a third step.

    ``figures`` are what it was judged by, with the paper that the bank's figures come from.
    """

    __tablename__ = "rural_titles"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "decided_by", "decided_at", "answer", "revoked_by", "revoked_at", "revoked_reason"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published("state in ('APPROVED', 'REVOKED')"),
        operator(writes=True),
        batch(),
    )
    __machine__: ClassVar[StateMachine[TitleState]] = StateMachine(
        begins={_T.PROPOSED: _OFFICE},
        steps=(
            Step(leaves=frozenset({_T.PROPOSED}), to=_T.APPROVED, by=_OFFICE),
            Step(leaves=frozenset({_T.PROPOSED}), to=_T.REJECTED, by=_OFFICE),
            Step(leaves=frozenset({_T.APPROVED}), to=_T.REVOKED, by=_OFFICE),
        ),
    )
    __table_args__ = (
        # Two people, whoever files and whoever decides or revokes (decision 33).
        CheckConstraint("decided_by <> filed_by", name="two_people"),
        CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name="decided"),
        CheckConstraint("(state = 'REVOKED') = (revoked_at is not null)", name="revoked"),
        CheckConstraint("year between 2021 and 2200", name="year"),
        Index(
            "uq_rural_titles_year",
            "area_code",
            "year",
            unique=True,
            postgresql_where=text("state in ('PROPOSED', 'APPROVED')"),
        ),
        Index("ix_rural_titles_level", "level", "year", "state"),
        Index("ix_rural_titles_of_level", "level", "id"),
        Index("ix_rural_titles_area", "area_code", "id"),
        Index("ix_rural_titles_state", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    level: Mapped[TitleLevel]
    year: Mapped[int] = mapped_column(Integer)
    figures: Mapped[dict[str, Any]]
    state: Mapped[TitleState]
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]

    def decide(self, *, granted: bool, answer: str, by: UUID, now: datetime) -> None:
        """Give the title, or not.

        :raises TitleNotAt: if that was decided before
        """
        self._require(_T.PROPOSED)
        self.state = _T.APPROVED if granted else _T.REJECTED
        self.answer, self.decided_by, self.decided_at = answer, by, now

    def revoke(self, reason: str, *, by: UUID, now: datetime) -> None:
        """Take the title back.

        :raises TitleNotAt: if it is not held
        """
        self._require(_T.APPROVED)
        self.state, self.revoked_reason = _T.REVOKED, reason
        self.revoked_by, self.revoked_at = by, now

    def _require(self, state: TitleState) -> None:
        if self.state is not state:
            raise TitleNotAt
