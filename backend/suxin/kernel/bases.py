"""Access bases: why a tenant may read a subject's data, as rows that the row policies look up.

A consent or a contract writes a basis; the policies of subject tables (``readers.with_basis``) require a live one. A
basis that is paused, revoked or past its end admits nothing from the next statement on (PIPL art. 13, 15, 23).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.at_counter import basis_as_signed
from suxin.kernel.audit import Ground
from suxin.kernel.readers import (
    BATCH_ROLE,
    NOW,
    TENANT,
    Reader,
    data_subject,
    exists,
    kept_until,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.single_steps import Term
from suxin.kernel.tables import Table, append_and_change


class BasisKind(StrEnum):
    """The ground of lawful access, PIPL art. 13: the subject's consent, a contract with him, a statute."""

    CONSENT = "consent"
    CONTRACT = "contract"
    STATUTORY = "statutory"


BASIS_KEPT_DAYS: Final = 3 * 366
"""How long a basis is kept after its end, so that what was read on it can be accounted for. Proposed (demo configuration)."""

# The consent's table stands in ``suxin.consent``, above this one: as at a counter, a policy names it by its columns alone.
_CONSENT_IS_THERE: Final = exists(
    "consents c", "c.subject_id = {row}.subject_id and c.id = {row}.source_id"
)


class AccessBasis(Table):
    """One ground on which one tenant may read some categories of one subject's data for one purpose.

    ``records_from`` is the first day whose records it covers, where it has one. ``context_id`` narrows it to one matter (a loan request); ``source_id`` is the consent or contract behind it.
    ``person_id`` is the natural person who speaks for the subject and whose identity and contact the basis includes.
    Only the subject's own act writes it, so that a tenant can never grant itself access; what is written ends, and is
    changed in nothing else.
    """

    __tablename__ = "access_bases"
    # Erased by the platform when the time of keeping is over: a consent's after its consent, which it began and ended with.
    __privileges__: ClassVar[tuple[str, ...]] = (*append_and_change("ended_at"), "DELETE")
    # What the whole city is looked through for stands on bases as well (early warning).
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(writes=True),
        reading_tenant(),
        # A tenant may hold its basis in place while it decides on it (FOR SHARE needs the right to update), and write none.
        when("holding_tenant", f"tenant_id = {TENANT}", "UPDATE", check="false"),
        system(),
        *basis_as_signed(),
        kept_until(
            f"least(ended_at, ends_at) <= {NOW} - interval '{BASIS_KEPT_DAYS} days'"
            f" and not {_CONSENT_IS_THERE}"
        ),
        Reader("batch", "true", "SELECT", BATCH_ROLE),
    )
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("cardinality(categories) > 0", name="categories"),
        # A score's number and how a bank's loan is served are no tenant's to read, whoever consents.
        CheckConstraint(
            "not categories && array['score', 'loan_performance']", name="never_shared"
        ),
        # Sensitive personal information is read by a consent to that category alone (PIPL art. 28, 29).
        CheckConstraint(
            "not categories && array['convictions', 'health', 'special_status']"
            " or kind = 'consent' and cardinality(categories) = 1",
            name="sensitive_apart",
        ),
        Index(
            "ix_access_bases_live",
            "subject_id",
            "tenant_id",
            "purpose",
            postgresql_where=text("ended_at is null"),
        ),
        Index(
            "ix_access_bases_person_id",
            "person_id",
            "tenant_id",
            postgresql_where=text("ended_at is null and person_id is not null"),
        ),
        Index("ix_access_bases_source_id", "source_id"),
        Index("ix_access_bases_over", text("least(ended_at, ends_at)")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID]
    kind: Mapped[BasisKind]
    purpose: Mapped[str]
    categories: Mapped[list[str]]
    records_from: Mapped[date | None]
    context_id: Mapped[UUID | None]
    source_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def ground_of(basis: AccessBasis) -> Ground:
    """Return what a receipt says of a basis that was relied on: its consent, or its contract."""
    return Ground(
        consent_id=basis.source_id if basis.kind is BasisKind.CONSENT else None,
        contract_id=basis.source_id if basis.kind is BasisKind.CONTRACT else None,
    )


def live(now: Term[datetime]) -> ColumnElement[bool]:
    """Return the condition that a basis admits reading at ``now``: begun, not over, neither paused nor revoked."""
    return and_(
        AccessBasis.ended_at.is_(None), AccessBasis.starts_at <= now, AccessBasis.ends_at > now
    )
