"""Declared disasters with the document that each rests on, and the renewals that they propose to banks."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.disasters.refusals import DisasterNotHere, DisasterSecondPerson
from suxin.disasters.states import DisasterState, RenewalState, Weather
from suxin.kernel.official_papers import OfficialPaper, PaperKind, PaperStates, paper_checks
from suxin.kernel.readers import (
    KIND,
    Reader,
    batch,
    data_subject,
    operator,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.sealed_documents import Seals
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change

DOCUMENT: Final = "disasters.document"
"""The purpose for which the pieces of a declaration's document are sealed, under its own key."""

DOCUMENT_KEY: Final = "disasters.document_key"
"""The purpose for which the document's own key is sealed."""

_BANK: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_R: Final = RenewalState
_STATES: Final = PaperStates(
    put_in=DisasterState.DECLARED,
    withdrawn=DisasterState.WITHDRAWN,
    rejected=DisasterState.REJECTED,
    in_force=DisasterState.CONFIRMED,
    over=DisasterState.REVOKED,
)


def _renewal(to: RenewalState, by: frozenset[Party]) -> Step[RenewalState]:
    return Step(leaves=frozenset({_R.PROPOSED}), to=to, by=by)


class DeclaredDisaster(OfficialPaper):
    """One disaster as an authority declared it, who entered, confirmed and revoked it, and what it has proposed.

    ``from_on`` to ``to_on`` are days of Shanghai, both included. ``notice_id`` is the notice of exemption that it proposed, and
    ``renewals_at`` when all loans that it concerns were proposed. ``loans``, ``agreed``, ``declined`` and ``renewed`` are counted by the
    platform: nothing where there are fewer than five.
    """

    __tablename__ = "declared_disasters"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "decided_by", "decided_at", "answer", "revoked_by", "revoked_at", "revoked_reason", "notice_id",
        "renewals_at", "loans", "agreed", "declined", "renewed", "counted_at",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(),
        when("declared", f"{KIND} = 'operator'", "INSERT"),
        when("moved_on", f"{KIND} = 'operator'", "UPDATE"),
        # Which disaster is behind a proposed renewal, to its bank and its borrower.
        when("told", f"{KIND} in ('staff', 'subject') and state in ('CONFIRMED', 'REVOKED')"),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[DisasterState]] = _STATES.machine()
    __table_args__ = (
        *paper_checks(filed_by="declared_by"),
        CheckConstraint("to_on >= from_on", name="period"),
        CheckConstraint("cardinality(areas) >= 1", name="areas"),
        CheckConstraint("cardinality(categories) >= 1", name="categories"),
        CheckConstraint(
            "(state in ('DECLARED', 'WITHDRAWN')) = (decided_by is null)", name="decided"
        ),
        CheckConstraint(
            "(state = 'REVOKED') = (revoked_at is not null)"
            " and (revoked_at is null) = (revoked_by is null)"
            " and (revoked_at is null) = (revoked_reason is null)",
            name="revoked",
        ),
        # What is counted anew.
        Index(
            "ix_declared_disasters_counted",
            "counted_at",
            postgresql_where=text("renewals_at is not null"),
        ),
    )

    weather: Mapped[Weather]
    document_number: Mapped[str]
    reason: Mapped[str]
    areas: Mapped[list[str]]
    categories: Mapped[list[str]]
    from_on: Mapped[date]
    to_on: Mapped[date]
    state: Mapped[DisasterState]
    filed_by: Mapped[UUID] = mapped_column("declared_by")
    filed_at: Mapped[datetime] = mapped_column("declared_at")
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("disaster_notices.id"))
    renewals_at: Mapped[datetime | None]
    loans: Mapped[int | None] = mapped_column(Integer)
    agreed: Mapped[int | None] = mapped_column(Integer)
    declined: Mapped[int | None] = mapped_column(Integer)
    renewed: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")

    @property
    def source(self) -> str:
        """By what the notice of exemption names this as what proposed it."""
        return source_of(self.id)


DISASTERS: Final = PaperKind(
    model=DeclaredDisaster,
    states=_STATES,
    seals=Seals(content=DOCUMENT, key=DOCUMENT_KEY),
    object_type="declared_disaster",
    thing_zh="灾情认定",
    thing_en="declared disaster",
    field="disasterId",
    not_here=DisasterNotHere,
    second_person=DisasterSecondPerson,
)


def source_of(disaster_id: UUID) -> str:
    """Return by what a notice of exemption names a disaster as what proposed it."""
    return f"disasters/{disaster_id}"


class RenewalProposal(Table):
    """One loan that its bank is asked to renew after a disaster; its bank and its borrower alone read it.

    ``told_state`` is the state that the borrower was told of last; nothing before he was told of any.
    """

    __tablename__ = "renewal_proposals"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "decided_by", "decided_at", "answer", "told_state"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), data_subject(), system())
    __machine__: ClassVar[StateMachine[RenewalState]] = StateMachine(
        begins={_R.PROPOSED: _PLATFORM},
        steps=(
            _renewal(_R.AGREED, _BANK),
            _renewal(_R.DECLINED, _BANK),
            _renewal(_R.WITHDRAWN, _PLATFORM),
            _renewal(_R.LAPSED, _PLATFORM),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        CheckConstraint(
            "(state in ('AGREED', 'DECLINED')) = (decided_by is not null)"
            " and (decided_by is null) = (decided_at is null) and (decided_by is null) = (answer is null)",
            name="decided",
        ),
        Index("uq_renewal_proposals_loan", "tenant_id", "loan_id", "disaster_id", unique=True),
        # One open proposal of a loan, however many disasters were declared.
        Index(
            "uq_renewal_proposals_open",
            "tenant_id",
            "loan_id",
            unique=True,
            postgresql_where=text("state = 'PROPOSED'"),
        ),
        Index("ix_renewal_proposals_state", "tenant_id", "state", "id"),
        Index("ix_renewal_proposals_disaster", "disaster_id", "state"),
        Index("ix_renewal_proposals_subject_id", "subject_id", "id"),
        Index(
            "ix_renewal_proposals_untold",
            "id",
            postgresql_where=text("told_state is distinct from state"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    disaster_id: Mapped[UUID]
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    state: Mapped[RenewalState]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    told_state: Mapped[str | None]
