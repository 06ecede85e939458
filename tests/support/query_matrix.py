"""Every query of the core with someone whom its answer is none of the business of, and what he shall get."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from beside_matrices import EMPTY
from beside_matrices import QUERIES as BESIDE
from small_city import BANK_USCCS
from small_world import World
from trespassing import EXPRESSION, PUBLIC

from suxin.consent.models import Consent
from suxin.kernel.queries import inbox_of_person
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.lending.commands.requests import Submitted
from suxin.lending.leads import LeadKey
from suxin.lending.models import LoanProduct, Referral, ReferralState
from suxin.subjects.queries import RecordPage
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

NO_RECORDS = RecordPage((), more=False, total=None)
NOTHING: tuple[Any, ...] = (*EMPTY, NO_RECORDS)
# What a bank gets to see beside another: its own, and the leads of the pool that nobody holds.
OWN = "the caller's own and nothing of the first bank's"

Given = Callable[[World], dict[str, Any]]
Answer = type[Refusal] | str | None
Row = tuple[str, Given, Answer]


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def codes(_world: World) -> dict[str, Any]:
    return {"codes": ["321302"]}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.running.request.id}


def lead(world: World) -> dict[str, Any]:
    return {"lead_id": world.running.lead.id}


def tenant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id}


def quotas(world: World) -> dict[str, Any]:
    return tenant(world) | {"kind": TenantKind.BANK, "profiles": PROFILES}


def since(world: World) -> dict[str, Any]:
    return {"since": world.city.now - timedelta(days=30)}


def referral(world: World) -> dict[str, Any]:
    return {"referral_id": world.running_referral}


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent}


def matter(world: World) -> dict[str, Any]:
    """Return what a permission for the running request is about."""
    return subject(world) | {"purpose": "loan.match", "context_id": world.running.request.id}


def consent_row(world: World) -> Consent:
    """Return the running request's consent as a caller might make it up."""
    return Consent(
        subject_id=world.city.firm_id, id=world.running_consent, tenant_id=world.bank.tenant_id
    )


def client(world: World) -> dict[str, Any]:
    return {"client_id": world.client_id}


def named_client(world: World) -> dict[str, Any]:
    return {"steps": world.city.database.steps, "client_id": str(world.client_id)}


def staff_id(world: World) -> dict[str, Any]:
    return {"staff_id": world.staff_id}


def staff(world: World) -> dict[str, Any]:
    return tenant(world) | staff_id(world)


def offer(world: World) -> dict[str, Any]:
    return {"offer_id": world.running_offer}


def product(world: World) -> dict[str, Any]:
    return {"product_id": world.draft_id}


def referral_of(submitted: Submitted) -> Referral:
    """Return a referral of someone's lead as a caller might make one up."""
    return Referral(lead_id=submitted.lead.id, branch_id=None, county_code="321302")


def both(*parts: Given) -> Given:
    return lambda world: {name: value for part in parts for name, value in part(world).items()}


MATRIX: dict[str, Row] = BESIDE | {
    "consent.oauth.queries.active_client": ("anonymous", named_client, PUBLIC),
    "consent.oauth.queries.client_key": ("anonymous", nothing_given, EXPRESSION),
    "consent.oauth.queries.clients_of": ("rival", tenant, None),
    "consent.oauth.queries.lock_own_client": ("rival", client, NotFound),
    "consent.oauth.queries.own_client_row": ("rival", client, NotFound),
    "consent.queries.consents_of": ("rival", subject, None),
    "consent.queries.contract_basis": (
        "rival",
        lambda world: subject(world) | {"context_id": world.chosen.request.id},
        None,
    ),
    "consent.queries.fetches_counted": (
        "rival",
        lambda world: {
            "consent": consent_row(world),
            "period": "2026-11-20",
            "day_began": world.city.now,
        },
        None,
    ),
    "consent.queries.grounds_of": ("rival", subject, None),
    "consent.queries.hold_basis": ("rival", matter, None),
    "consent.queries.hold_consent_basis": (
        "rival",
        lambda world: {"consent": consent_row(world)},
        None,
    ),
    "consent.queries.is_open": ("rival", matter, None),
    "consent.queries.lock_consent": ("stranger", both(subject, consent), None),
    "consent.queries.lock_open": ("rival", both(matter, tenant), None),
    "consent.queries.lock_open_about": (
        "stranger",
        lambda world: subject(world) | {"context_id": world.running.request.id},
        None,
    ),
    "consent.queries.lock_own_consent": ("stranger", consent, NotFound),
    "consent.queries.own_artefact": ("stranger", consent, NotFound),
    "consent.queries.reads_of": ("rival", subject, None),
    "consent.queries.recipient": ("stranger", tenant, PUBLIC),
    "consent.queries.refusals_of": (
        "rival",
        lambda world: (
            subject(world)
            | tenant(world)
            | {
                "purpose": "bank.credit",
                "context_id": None,
                "since": world.city.now - timedelta(days=1),
            }
        ),
        None,
    ),
    "consent.queries.tenants_consent": ("rival", consent, NotFound),
    "kernel.queries.acts_counted": (
        "rival",
        lambda world: {"actions": ["lending.offer.made"], "since": world.city.now},
        None,
    ),
    "kernel.queries.entries": (
        "rival",
        lambda world: {"tenant_ids": [world.bank.tenant_id]},
        None,
    ),
    "kernel.queries.inbox_of_person": (
        "stranger",
        lambda world: {"person_id": world.city.person_id},
        None,
    ),
    "kernel.queries.inbox_of_staff": ("rival", nothing_given, OWN),
    "kernel.queries.latest_acts": (
        "rival",
        lambda world: {"prefix": "lending.", "limit": 9, **tenant(world)},
        None,
    ),
    "kernel.queries.unread": (
        "stranger",
        lambda world: {"inbox": inbox_of_person(world.city.person_id)},
        None,
    ),
    "kernel.queries.unread_count": (
        "stranger",
        lambda world: {"inbox": inbox_of_person(world.city.person_id)},
        None,
    ),
    "lending.queries.dossier.contracted_request": (
        "rival",
        lambda world: {"referral": referral_of(world.chosen)},
        None,
    ),
    "lending.queries.dossier.dossier": (
        "rival",
        lambda world: {"referral": referral_of(world.running)},
        None,
    ),
    "lending.queries.products.draft_of": (
        "rival",
        lambda world: {
            "product": LoanProduct(tenant_id=world.bank.tenant_id, id=world.bank.product_id)
        },
        None,
    ),
    "lending.queries.products.lock_own_product": ("rival", product, NotFound),
    "lending.queries.products.own_product": ("rival", product, NotFound),
    "lending.queries.products.own_products": ("rival", nothing_given, OWN),
    "lending.queries.products.product_names": (
        "rival",
        lambda world: {"ids": [world.draft_id]},
        None,
    ),
    "lending.queries.products.referred_product": (
        "rival",
        lambda world: {
            "referral": Referral(tenant_id=world.bank.tenant_id, product_id=world.draft_id)
        },
        None,
    ),
    "lending.queries.products.in_use": ("rival", nothing_given, EXPRESSION),
    "lending.queries.referrals.inbox": ("rival", nothing_given, OWN),
    "lending.queries.referrals.inbox_counts": ("rival", nothing_given, OWN),
    "lending.queries.referrals.leads_had": (
        "rival",
        lambda world: tenant(world) | {"lead_ids": [world.running.lead.id]},
        None,
    ),
    "lending.queries.referrals.leads_shown": ("rival", nothing_given, OWN),
    "lending.queries.referrals.lock_lead": ("rival", lead, None),
    "lending.queries.referrals.lock_own_offer": ("rival", offer, NotFound),
    "lending.queries.referrals.lock_own_referral": ("rival", referral, NotFound),
    "lending.queries.referrals.lock_pool_lead": (
        "rival",
        lambda world: {"lead_id": world.pool.lead.id},
        None,
    ),
    "lending.queries.referrals.lock_running_referrals": (
        "stranger",
        lambda _world: {"year": 2026, "after": None, "limit": 9},
        None,
    ),
    "lending.queries.referrals.lock_referral": ("rival", both(tenant, referral), None),
    "lending.queries.referrals.next_due": ("rival", nothing_given, EXPRESSION),
    "lending.queries.referrals.next_dues": (
        "rival",
        lambda world: {
            "referrals": [
                Referral(
                    tenant_id=world.bank.tenant_id,
                    id=world.running_referral,
                    state=ReferralState.ACCEPTED,
                )
            ]
        },
        None,
    ),
    "lending.queries.referrals.offers_in_reach": ("rival", nothing_given, None),
    "lending.queries.referrals.offers_on": ("rival", both(tenant, referral), None),
    "lending.queries.referrals.open_offers": ("rival", request, None),
    "lending.queries.referrals.own_offer": ("rival", offer, NotFound),
    "lending.queries.referrals.own_offers": ("rival", nothing_given, None),
    "lending.queries.referrals.own_referral": ("rival", referral, NotFound),
    "lending.queries.referrals.party_of": ("rival", lead, None),
    "lending.queries.referrals.pool_leads": ("merchant", nothing_given, None),
    "lending.queries.referrals.referrals_in_reach": ("rival", nothing_given, OWN),
    "lending.queries.referrals.request_behind": ("rival", lead, None),
    "lending.queries.referrals.within_reach": ("rival", nothing_given, EXPRESSION),
    "lending.queries.requests.applicant": ("rival", subject, NotFound),
    "lending.queries.requests.bank_name": ("stranger", tenant, PUBLIC),
    "lending.queries.requests.bank_speeds": ("stranger", nothing_given, PUBLIC),
    "lending.queries.requests.live_requests": ("stranger", subject, None),
    "lending.queries.requests.lock_lead_of": ("stranger", request, None),
    "lending.queries.requests.lock_offers_of": ("stranger", both(subject, request), None),
    "lending.queries.requests.lock_own_request": ("stranger", request, NotFound),
    "lending.queries.requests.lock_referrals_of_lead": ("stranger", lead, None),
    "lending.queries.requests.lock_request": ("stranger", both(subject, request), None),
    "lending.queries.requests.match_counts": ("stranger", both(subject, request), None),
    "lending.queries.requests.match_results_of": ("stranger", both(subject, request), None),
    "lending.queries.requests.offer_to": ("stranger", offer, NotFound),
    "lending.queries.requests.offers_of": ("stranger", both(subject, request), None),
    "lending.queries.requests.offered_products": ("anonymous", nothing_given, PUBLIC),
    "lending.queries.requests.own_request": ("stranger", request, NotFound),
    "lending.queries.requests.population": (
        "stranger",
        lambda _world: {
            "keys": [
                LeadKey(
                    kind="firm",
                    industry_section="C",
                    county_code="321302",
                    grade="unrated",
                    first_loan=None,
                )
            ]
        },
        PUBLIC,
    ),
    "lending.queries.requests.published_products": ("anonymous", nothing_given, PUBLIC),
    "lending.queries.requests.referrals_of": ("stranger", request, None),
    "lending.queries.requests.requests_of": ("rival", subject, None),
    "lending.queries.service_levels.count_open_escalations": ("rival", nothing_given, None),
    "lending.queries.service_levels.escalations_by_step": ("rival", since, None),
    "lending.queries.service_levels.open_escalations": ("rival", nothing_given, None),
    "lending.queries.service_levels.referrals_by_state": ("rival", since, OWN),
    "lending.queries.service_levels.speeds_of_banks": (
        "stranger",
        lambda world: {"bank_ids": [world.bank.tenant_id]},
        PUBLIC,
    ),
    "lending.queries.turns.take_turn": (
        "rival",
        lambda world: {"counted": "claims", "owner": world.bank.tenant_id},
        None,
    ),
    "places.queries.area": ("anonymous", lambda _world: {"code": "321302"}, PUBLIC),
    "places.queries.area_counts": ("anonymous", lambda _world: {"codes": ["321302"]}, PUBLIC),
    "places.queries.areas_around": ("anonymous", lambda _world: {"code": "321302101"}, PUBLIC),
    "places.queries.areas_asked": ("anonymous", lambda _world: {"within": "321302"}, PUBLIC),
    "places.queries.areas_of": ("anonymous", lambda _world: {"parent_code": "321300"}, PUBLIC),
    "places.queries.counties": ("anonymous", nothing_given, PUBLIC),
    "places.queries.every_area": ("anonymous", nothing_given, PUBLIC),
    "places.queries.known_codes": ("anonymous", codes, PUBLIC),
    "places.queries.names": ("anonymous", codes, PUBLIC),
    "places.queries.short_names": ("anonymous", codes, PUBLIC),
    "subjects.queries.live_mandate": (
        "stranger",
        lambda world: subject(world) | {"person_id": world.city.person_id},
        None,
    ),
    "subjects.queries.my_subjects": (
        "stranger",
        lambda world: {"person_id": world.city.person_id},
        NotFound,
    ),
    "subjects.queries.records": ("rival", subject, None),
    "subjects.queries.records_of": (
        "rival",
        lambda world: subject(world) | {"purpose": "loan.match"},
        None,
    ),
    "subjects.queries.subject_row": ("rival", subject, NotFound),
    "tenancy.providers.queries.houses_with_provider": ("anonymous", nothing_given, PUBLIC),
    "tenancy.providers.queries.link_count": ("rival", nothing_given, None),
    "tenancy.providers.queries.own_link": ("rival", staff_id, None),
    "tenancy.providers.queries.own_provider": ("rival", nothing_given, None),
    "tenancy.providers.queries.own_providers": ("rival", nothing_given, OWN),
    "tenancy.queries.branches": ("rival", tenant, None),
    "tenancy.queries.branches_by_id": (
        "rival",
        lambda world: tenant(world) | {"ids": [world.branch_id]},
        None,
    ),
    "tenancy.queries.has_temporary_password": ("stranger", nothing_given, Forbidden),
    "tenancy.queries.is_founded": ("anonymous", nothing_given, PUBLIC),
    "tenancy.queries.memberships_by_staff": (
        "rival",
        lambda world: tenant(world) | {"staff_ids": [world.staff_id]},
        None,
    ),
    "tenancy.queries.memberships_of": ("rival", staff, None),
    "tenancy.queries.names_at_work": ("rival", staff, NotFound),
    "tenancy.queries.own_staff_member": ("rival", staff_id, NotFound),
    "tenancy.queries.quota_levels": ("rival", quotas, OWN),
    "tenancy.queries.staff_count": ("rival", tenant, None),
    "tenancy.queries.staff_names": (
        "rival",
        lambda world: tenant(world) | {"staff_ids": [world.staff_id]},
        None,
    ),
    "tenancy.queries.staff_of": ("rival", tenant, None),
    "tenancy.queries.tenant_counts": ("anonymous", nothing_given, PUBLIC),
    "tenancy.queries.tenant_name": ("anonymous", tenant, PUBLIC),
    "tenancy.queries.tenant_row": ("anonymous", tenant, PUBLIC),
    "tenancy.queries.tenants": ("anonymous", nothing_given, PUBLIC),
    "tenancy.queries.tenants_with_codes": ("anonymous", lambda _: {"codes": BANK_USCCS}, PUBLIC),
    "tenancy.queries.tenants_by_id": ("anonymous", lambda of: {"ids": [of.bank.tenant_id]}, PUBLIC),
}
