"""Who must not read on others' consents: fetches, and the queries of bases and records; and the same of exports."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from export_matrix import COMMANDS as EXPORTS
from export_matrix import QUERIES as OF_EXPORTS
from small_world import World
from trespassing import Case, banks_own

from suxin.consent.models import Consent
from suxin.consent.requests import ConsentForm
from suxin.lending.models import LoanRequest
from suxin.lending.queries.dossier import Dossier
from suxin.subjects.models import Subject


def consent(world: World) -> Consent:
    """Return the running request's consent as a caller might make it up."""
    return Consent(
        subject_id=world.city.firm_id,
        id=world.running_consent,
        tenant_id=world.bank.tenant_id,
        purpose="loan.match",
    )


def opened(world: World) -> dict[str, Any]:
    """Return a dossier of the running request's applicant as a caller might make it up."""
    found = Dossier(Subject(id=world.city.firm_id), LoanRequest(), consent(world))
    return {"found": found}


def fetched(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent, "number": 1}


def asked_again(world: World) -> dict[str, Any]:
    def form_for(subject_id: UUID) -> ConsentForm:
        return ConsentForm(subject_id=subject_id, purpose="loan.match", categories=[], life_days=1)

    return {"consent_id": world.running_consent, "form_for": form_for}


COMMANDS: dict[str, list[Case]] = EXPORTS | {
    "consent.addressees.ask_addressee": banks_own(asked_again),
    "consent.fetches.delivered": banks_own(fetched),
    "consent.fetches.delivered_before": banks_own(fetched),
    "consent.fetches.fetch_records": banks_own(lambda world: {"consent_id": world.running_consent}),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = OF_EXPORTS | {
    "consent.queries.fetch_numbered": (
        "rival",
        lambda world: {"consent": consent(world), "number": 1},
        None,
    ),
    "consent.queries.tenants_consents": (
        "rival",
        lambda _world: {},
        None,
    ),
    "lending.queries.dossier.dossier_records": ("rival", opened, None),
    "subjects.queries.bases_relied_on": (
        "rival",
        lambda world: {"subject_id": world.city.firm_id, "purposes": ["loan.match"]},
        None,
    ),
}
