"""Leads: the anonymous face of a request, who is behind it, and what it is coarsened against."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    NOW,
    SAME_WORLD,
    SUBJECT,
    TENANT,
    TENANT_KIND,
    Reader,
    batch,
    data_subject,
    exists,
    published,
    system,
    when,
    with_basis,
)
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table


def of_own_request(lead: str) -> str:
    """Return the SQL condition that the lead in column ``lead`` is of the acting subject's own request."""
    return exists("lead_parties p", f"p.lead_id = {lead} and p.subject_id = {SUBJECT}")


_CLAIMABLE = (
    f"pool_open and {TENANT_KIND} = 'bank' and {SAME_WORLD}"
    f" and (claimed_by is null or claimed_by = {TENANT} or claim_expires_at <= {NOW})"
)


class PopulationCell(Table):
    """How many subjects share a kind, county and industry section: what a lead is coarsened against."""

    __tablename__ = "population_cells"
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE", "DELETE")

    kind: Mapped[str] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(primary_key=True)
    industry_section: Mapped[str] = mapped_column(primary_key=True)
    subjects: Mapped[int]


class Lead(Table):
    """The anonymous face of a request, coarse enough that at least five subjects of the city could be behind it.

    In the open pool every bank of its world reads it until it is closed; a claim locks it for one bank until ``claim_expires_at``.
    """

    __tablename__ = "leads"
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when(
            "referred",
            exists("referrals r", f"r.lead_id = leads.id and r.tenant_id = {TENANT}"),
        ),
        # A lead that another bank holds is out of sight: who holds it is nobody else's business.
        when("open_pool", _CLAIMABLE),
        when("claimant", _CLAIMABLE, "UPDATE"),
        when("data_subject", of_own_request("leads.id"), "SELECT"),
        when("submitter", f"{SUBJECT} is not null", "INSERT"),
        when("withdrawer", of_own_request("leads.id"), "UPDATE"),
        system(),
    )
    __table_args__ = (
        Index("ix_leads_pool_open", "id", postgresql_where=text("pool_open")),
        *(
            Index(f"ix_leads_pool_{name}", name, "id", postgresql_where=text("pool_open"))
            for name in ("closes_at", "county_code", "industry_section")
        ),
        CheckConstraint("(claimed_by is null) = (claim_expires_at is null)", name="claim"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    subject_kind: Mapped[str]
    county_code: Mapped[str]
    industry_section: Mapped[str]
    amount_band: Mapped[str]
    term_band: Mapped[str]
    grade: Mapped[str]
    purpose: Mapped[str]
    guarantee: Mapped[str]
    first_loan: Mapped[bool | None]
    created_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    pool_open: Mapped[bool]
    sandbox_id: Mapped[UUID | None]
    claimed_by: Mapped[UUID | None]
    claim_expires_at: Mapped[datetime | None]

    def claim(self, tenant_id: UUID, *, until: datetime) -> None:
        """Lock the lead for one bank until ``until``."""
        self.claimed_by, self.claim_expires_at = tenant_id, until

    def release(self) -> None:
        """Let any bank claim the lead again."""
        self.claimed_by = self.claim_expires_at = None

    def close(self) -> None:
        """Take the lead out of the pool."""
        self.pool_open = False


class LeadParty(Table):
    """Who is behind a lead. A bank reads it once it holds a live basis for that very request."""

    __tablename__ = "lead_parties"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(writes=True),
        with_basis(category="'loan_request'", context="request_id"),
        system(),
    )
    __table_args__ = (Index("ix_lead_parties_request_id", "request_id"),)

    lead_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    request_id: Mapped[UUID]
