"""The access bases that follow from a consent and from a contract."""

from datetime import datetime
from uuid import UUID

from suxin.consent.models import Consent
from suxin.consent.purposes import LOAN_CONTRACT
from suxin.kernel.bases import AccessBasis, BasisKind


def basis_of_consent(
    consent: Consent, *, basis_id: UUID, starts_at: datetime, ended_at: datetime | None = None
) -> AccessBasis:
    """Return the basis on which a consent's tenant reads what was consented to, until the consent's end."""
    return AccessBasis(
        id=basis_id,
        subject_id=consent.subject_id,
        person_id=consent.decided_by,
        tenant_id=consent.tenant_id,
        kind=BasisKind.CONSENT,
        purpose=consent.purpose,
        categories=consent.categories,
        records_from=consent.records_from,
        context_id=consent.context_id,
        source_id=consent.id,
        starts_at=starts_at,
        ends_at=consent.expires_at,
        ended_at=ended_at,
    )


def basis_of_contract(
    *,
    basis_id: UUID,
    subject_id: UUID,
    person_id: UUID,
    tenant_id: UUID,
    contract_id: UUID,
    context_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
) -> AccessBasis:
    """Return the basis on which a contract's bank knows the request, who borrows and how to reach him.

    Source: PIPL art. 13(2): necessary to conclude or perform a contract the individual is party to
    """
    return AccessBasis(
        id=basis_id,
        subject_id=subject_id,
        person_id=person_id,
        tenant_id=tenant_id,
        kind=BasisKind.CONTRACT,
        purpose=LOAN_CONTRACT.code,
        categories=sorted(category.value for category in LOAN_CONTRACT.required),
        context_id=context_id,
        source_id=contract_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
