"""Filings of a bank's loans, and the files that they came by."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    TENANT,
    Reader,
    batch,
    data_subject,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.filings.states import FilingState, Release

_RELEASE = NamedStep(
    leaves=frozenset({FilingState.FILED}),
    to=FilingState.RELEASED,
    by=frozenset({Party.OPERATOR, Party.PLATFORM}),
    zh="解除备案",
    en="release it",
)
_OPERATORS: Final = f"{KIND} = 'operator' and operator_id = {TENANT}"


class PoolFiling(Table):
    """That a bank's loan is covered by a pool under a version of their agreement.

    ``operator_id`` is whose pool it is. Product, county, industry, purpose and principal are what they were when it was filed.
    ``committed_fen`` is what it takes of capacity and quota; ``tenant_id`` is the bank.
    """

    __tablename__ = "pool_filings"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "committed_fen", "released_at", "release"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __machine__: ClassVar[StateMachine[FilingState]] = StateMachine(
        begins={FilingState.FILED: frozenset({Party.TENANT})}, steps=(_RELEASE,)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        when("pool_keeper", _OPERATORS),
        when("released_by_keeper", _OPERATORS, "UPDATE"),
        batch(),
        system(),
    )
    __table_args__ = (
        # One loan in at most one pool, once.
        UniqueConstraint("tenant_id", "loan_id"),
        ForeignKeyConstraint(["tenant_id", "loan_id"], ["loans.tenant_id", "loans.id"]),
        ForeignKeyConstraint(
            ["operator_id", "agreement_id", "pool_id", "tenant_id"],
            [
                "pool_agreements.tenant_id",
                "pool_agreements.id",
                "pool_agreements.pool_id",
                "pool_agreements.bank_id",
            ],
            name="fk_pool_filings_agreement",
        ),
        CheckConstraint("principal_fen > 0", name="principal"),
        CheckConstraint("committed_fen between 0 and principal_fen", name="committed"),
        CheckConstraint(
            "(state = 'RELEASED') = (released_at is not null)"
            " and (state = 'RELEASED') = (release is not null)"
            " and (state <> 'RELEASED' or committed_fen = 0)",
            name="released",
        ),
        Index("ix_pool_filings_pool_id", "operator_id", "pool_id", "id"),
        Index("ix_pool_filings_subject_id", "subject_id", "id"),
        Index("ix_pool_filings_state", "tenant_id", "state", "id"),
        Index("ix_pool_filings_agreement_id", "operator_id", "agreement_id"),
        Index(
            "ix_pool_filings_open",
            "tenant_id",
            "loan_id",
            postgresql_where=text("state = 'FILED'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID]
    pool_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    contract_number: Mapped[str]
    product_code: Mapped[str]
    county_code: Mapped[str]
    industry_section: Mapped[str]
    purpose: Mapped[str]
    principal_fen: Mapped[int]
    committed_fen: Mapped[int]
    drawn_on: Mapped[date]
    state: Mapped[FilingState]
    filed_at: Mapped[datetime]
    filed_by: Mapped[UUID | None]
    file_id: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    release: Mapped[Release | None]

    def commit_less(self, committed_fen: int) -> None:
        """Commit no more than this from now on; what is not committed any more is never committed again."""
        self.committed_fen = min(self.committed_fen, committed_fen)

    def let_go(self, release: Release, *, now: datetime) -> None:
        """End as RELEASED and commit nothing."""
        self.state, self.released_at = _RELEASE.taken_from(self.state), now
        self.release, self.committed_fen = release, 0


class FilingFile(Table):
    """A file of filings as it was taken: how many lines came to what, and why some were not taken."""

    __tablename__ = "filing_files"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "sha256"),
        CheckConstraint("rows_read = rows_taken + rows_known + rows_rejected", name="rows"),
        CheckConstraint("rows_rejected = jsonb_array_length(rejects)", name="rejects"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    name: Mapped[str]
    sha256: Mapped[str]
    rows_read: Mapped[int]
    rows_taken: Mapped[int]
    rows_known: Mapped[int]
    rows_rejected: Mapped[int]
    rejects: Mapped[list[dict[str, Any]]]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID | None]
