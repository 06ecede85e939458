"""Every command × a caller who must be refused, with someone else's ids: the refusal, and that nothing changed.

A command that is not listed here fails the test: whoever adds one says who may not give it, and is shown right.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from beside_matrices import COMMANDS as BESIDE
from counter_matrix import ELSEWHERE as AT_COUNTER
from log_in_trespasses import BY_LOG_IN, PROVIDERS
from observing import changed, contents
from small_city import PASSWORD, offer_terms, product_draft
from small_world import World
from trespassing import (
    EVERYONE_BUT_BANKS,
    EVERYONE_BUT_SUBJECTS,
    OUTSIDE_THE_OPERATOR,
    Case,
    banks_own,
    by,
    found,
    in_the_house,
    operators_own,
    subjects_own,
    tenants_own,
)
from village_matrix import ELSEWHERE as BY_PERSONS

from suxin.consent.models import AssessedKind
from suxin.consent.oauth.clients import ClientDraft
from suxin.consent.requests import ConsentForm
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.lending.commands.referrals import ConsentRequired, LeadNotClaimable
from suxin.lending.commands.requests import RequestForm, Submitted
from suxin.lending.models import DispatchMode
from suxin.lending.terms import DeclineReason, GuaranteeMode, LoanPurpose, RequestTerms
from suxin.subjects.models import DataCategory
from suxin.tenancy.profiles import QuotaName, TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin_tenants import PROFILES

FORM = RequestForm(
    terms=RequestTerms(
        amount_fen=50_000_000,
        term_months=12,
        purpose=LoanPurpose.WORKING_CAPITAL,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    mode=DispatchMode.RECOMMENDED,
)


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.running.request.id}


def referral(world: World) -> dict[str, Any]:
    return {"referral_id": world.running_referral}


def offer(world: World) -> dict[str, Any]:
    return {"offer_id": world.running_offer}


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent}


def tenant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "reason": "检查"}


def permission(world: World) -> dict[str, Any]:
    return {
        "tenant_id": world.bank.tenant_id,
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": "loan.match/2026-11",
    }


def client(world: World) -> dict[str, Any]:
    return {"client_id": world.client_id}


def staff(world: World) -> dict[str, Any]:
    return {"staff_id": world.staff_id}


def claim(submitted: Submitted) -> dict[str, Any]:
    assert submitted.lead is not None
    return {"lead_id": submitted.lead.id, "profiles": PROFILES}


def membership(world: World) -> dict[str, Any]:
    return {"membership_id": world.membership_id, "profiles": PROFILES}


def ending(world: World) -> dict[str, Any]:
    return staff(world) | {"profiles": PROFILES}


def reset(world: World) -> dict[str, Any]:
    return staff(world) | {"password": "a-long-Demo-pass-2", "sealer": world.city.sealer}


def newcomer(_world: World) -> dict[str, Any]:
    return {
        "name": "外人",
        "login": "an.outsider",
        "password": "a-long-Demo-pass-2",
        "roles": [RoleGrant("loan_officer")],
        "profiles": PROFILES,
    }


MATRIX: dict[str, list[Case]] = BESIDE | {
    "consent.assessments.end_assessed": by(
        OUTSIDE_THE_OPERATOR,
        Forbidden,
        lambda _world: {"kind": AssessedKind.PURPOSE, "thing": "loan.match"},
    ),
    "consent.assessments.file_assessment": by(
        OUTSIDE_THE_OPERATOR,
        Forbidden,
        lambda _world: {
            "kind": AssessedKind.PURPOSE,
            "thing": "loan.match",
            "title": "x",
            "conclusion": "x",
            "document": b"x",
        },
    ),
    "consent.breaches.report_breach_scope": by(
        OUTSIDE_THE_OPERATOR,
        Forbidden,
        lambda world: {
            "tenant_ids": [world.bank.tenant_id],
            "client_ids": [],
            "since": world.city.now - timedelta(days=1),
            "until": world.city.now + timedelta(days=1),
        },
    ),
    "consent.commands.grant_consent": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: (
            permission(world) | {"purpose": "loan.match", "context_id": world.pool.request.id}
        ),
    ),
    "consent.commands.open_contract_basis": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: {
            "tenant_id": world.bank.tenant_id,
            "contract_id": uuid4(),
            "context_id": world.running.request.id,
            "ends_at": world.city.now + timedelta(days=1),
        },
    ),
    "consent.oauth.own_grants.end_own_grant": [
        *by(("rival", "merchant", "operator"), NotFound, lambda _world: {"grant_id": uuid4()}),
        *by(("stranger", "anonymous", "system"), Forbidden, lambda _world: {"grant_id": uuid4()}),
    ],
    "consent.oauth.own_grants.own_grants": by(
        ("stranger", "anonymous", "system"), Forbidden, lambda _world: {}
    ),
    "consent.oauth.clients.register_client": by(
        ("stranger", "anonymous", "system"),
        Forbidden,
        lambda _world: {
            "draft": ClientDraft(name="外人的系统", grant_types=["client_credentials"]),
            "profiles": PROFILES,
        },
    ),
    "consent.oauth.clients.replace_client_keys": tenants_own(
        lambda world: client(world) | {"jwks": None, "jwks_uri": "https://bank.example/keys"}
    ),
    "consent.oauth.clients.replace_redirects": tenants_own(
        lambda world: client(world) | {"redirect_uris": ["https://evil.example/"]}
    ),
    "consent.oauth.clients.resume_client": tenants_own(client),
    "consent.oauth.clients.retire_client": tenants_own(client),
    "consent.oauth.clients.suspend_client": tenants_own(lambda w: client(w) | {"reason": "x"}),
    "consent.commands.pause_consent": subjects_own(consent),
    "consent.commands.publish_notice_texts": by(
        ("rival", "stranger", "merchant", "anonymous", "operator"), Forbidden, lambda _world: {}
    ),
    "consent.commands.resume_consent": subjects_own(consent),
    "consent.commands.revoke_consent": subjects_own(
        lambda world: consent(world) | {"reason": None}
    ),
    "consent.requests.approve_request": subjects_own(
        lambda world: (
            consent(world)
            | {"categories": [], "life_days": 1, "notice_version": "loan.match/2026-11"}
        )
    ),
    "consent.requests.refuse_consent": by(
        EVERYONE_BUT_SUBJECTS,
        Forbidden,
        lambda world: {
            "tenant_id": world.bank.tenant_id,
            "purpose": "loan.match",
            "categories": [],
            "life_days": 30,
            "context_id": world.pool.request.id,
        },
    ),
    "consent.requests.reject_request": subjects_own(
        lambda world: consent(world) | {"reason": None}
    ),
    "consent.requests.request_consent": by(
        EVERYONE_BUT_BANKS,
        Forbidden,
        lambda world: {
            "form": ConsentForm(
                subject_id=world.city.firm_id, purpose="loan.match", categories=[], life_days=1
            )
        },
    ),
    "lending.commands.offers.accept_offer": subjects_own(offer),
    "lending.commands.offers.make_offer": banks_own(
        lambda world: referral(world) | {"terms": offer_terms()}
    ),
    "lending.commands.offers.withdraw_offer": banks_own(offer),
    "lending.commands.products.draft_product": banks_own(
        lambda world: {
            "draft": product_draft(code="P-9"),
            "replaces": world.bank.product_id,
            "profiles": PROFILES,
        }
    ),
    "lending.commands.products.edit_product": banks_own(
        lambda world: {"draft": product_draft(code="P-9"), "product_id": world.draft_id}
    ),
    "lending.commands.products.publish_product": banks_own(
        lambda world: {"product_id": world.draft_id}
    ),
    "lending.commands.products.retire_product": banks_own(
        lambda world: {"product_id": world.bank.product_id}
    ),
    "lending.commands.referrals.accept_referral": banks_own(referral),
    "lending.commands.referrals.claim_lead": [
        # Held by the first bank; and one that never was in the pool.
        ("rival", LeadNotClaimable, lambda world: claim(world.pool)),
        ("rival", LeadNotClaimable, lambda world: claim(world.running)),
        *by(EVERYONE_BUT_BANKS, Forbidden, lambda world: claim(world.pool)),
    ],
    "lending.commands.referrals.decline_referral": banks_own(
        lambda world: referral(world) | {"reason": DeclineReason.OVER_INDEBTED, "note": None}
    ),
    "lending.commands.referrals.hold_consent": by(
        ["rival"],
        ConsentRequired,
        lambda world: {"subject_id": world.city.firm_id, **request(world)},
    ),
    "lending.commands.referrals.record_contact": banks_own(referral),
    "lending.commands.referrals.start_due_diligence": banks_own(referral),
    "lending.commands.requests.consent_to_bank": subjects_own(
        lambda world: request(world) | permission(world)
    ),
    "lending.commands.requests.submit_request": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"form": FORM}
    ),
    "lending.commands.requests.withdraw_request": subjects_own(request),
    "subjects.declarations.declare_record": by(
        EVERYONE_BUT_SUBJECTS, Forbidden, lambda _world: {"item_code": "HONOUR", "content": {}}
    ),
    "subjects.mandates.end_mandate": subjects_own(lambda world: {"mandate_id": world.mandate_id}),
    "tenancy.commands.create_tenant": by(
        OUTSIDE_THE_OPERATOR,
        Forbidden,
        lambda _world: {
            "kind": TenantKind.BANK,
            "name": "冒名银行",
            "short_name": "冒名",
            "uscc": "91321302MATE0T0017",
            "contact": "1",
            "area_code": "321302",
            "profiles": PROFILES,
            "override_reason": "x",
        },
    ),
    "tenancy.commands.resume_tenant": operators_own(tenant),
    "tenancy.commands.set_credit_licence": operators_own(
        lambda world: tenant(world) | {"licensed": True}
    ),
    "tenancy.commands.suspend_tenant": operators_own(tenant),
    "tenancy.houses.add_branch": in_the_house(
        lambda _world: {"name": "外点", "area_codes": [], "profiles": PROFILES}
    ),
    "tenancy.password_changes.change_password": by(
        ("stranger", "anonymous", "system"),
        Forbidden,
        lambda world: {
            "token": world.desk_token,
            "current": PASSWORD,
            "new": "a-long-Demo-pass-2",
            "sealer": world.city.sealer,
        },
    ),
    "tenancy.password_changes.reset_password": [
        *in_the_house(reset),
        *by(("rival", "merchant", "operator"), NotFound, reset),
    ],
    **PROVIDERS,
    "tenancy.quotas.set_quota": operators_own(
        lambda world: {
            "tenant_id": world.bank.tenant_id,
            "name": QuotaName.STAFF,
            "ceiling": 0,
            "profiles": PROFILES,
        }
    ),
    "tenancy.roles.grant_role": [
        *in_the_house(
            lambda world: staff(world) | {"grant": RoleGrant("viewer"), "profiles": PROFILES}
        ),
        *by(
            ("rival", "merchant", "operator"),
            NotFound,
            lambda world: staff(world) | {"grant": RoleGrant("viewer"), "profiles": PROFILES},
        ),
    ],
    "tenancy.roles.revoke_role": [
        *in_the_house(membership),
        *by(("rival", "merchant", "operator"), NotFound, membership),
    ],
    "tenancy.staff.add_staff": in_the_house(newcomer),
    "tenancy.staff.end_staff": [
        *in_the_house(ending),
        *by(("rival", "merchant", "operator"), NotFound, ending),
    ],
}
# Proved outside any transaction: its own tests show whom it refuses.
ELSEWHERE = {"subjects.mandates.prove_mandate", *BY_LOG_IN, *BY_PERSONS}


def commands() -> dict[str, Callable[..., Any]]:
    return {
        place: value
        for place, value, names in found()
        if not place.rpartition(".")[2].startswith("_") and "actor" in names
    }


def test_every_command_is_listed() -> None:
    assert set(MATRIX) | ELSEWHERE | AT_COUNTER == set(commands())


async def test_a_command_with_anothers_ids_is_refused_and_changes_nothing(
    world: World, admin: asyncpg.Connection
) -> None:
    known, before = commands(), await contents(admin)
    wrong: dict[str, object] = {}
    for place, cases in MATRIX.items():
        assert cases
        for caller, refusal, given in cases:
            outcome: object = "nothing was refused"
            try:
                await world.city.act(known[place], world.onlookers[caller], **given(world))
            except refusal as refused:
                outcome = type(refused)
            if outcome is not refusal:
                wrong[f"{place} by {caller}"] = outcome
            if moved := await changed(admin, before):
                wrong[f"{place} by {caller} changed"] = moved
                before = await contents(admin)
    assert wrong == {}


# What everybody may do about himself, an auditor too.
ABOUT_HIMSELF = {
    "tenancy.password_changes.change_password",
    "consent.oauth.own_grants.own_grants",
}


async def test_an_auditor_gives_no_command_at_all(world: World, admin: asyncpg.Connection) -> None:
    """He only reads: what the operator's other staff may do with these very ids is refused to him."""
    auditor = world.city.operator.with_permissions(
        PROFILES[TenantKind.OPERATOR].permissions_of(frozenset({"auditor"}))
    )
    known, before = commands(), await contents(admin)
    allowed: dict[str, object] = {}
    for place in set(MATRIX) - ABOUT_HIMSELF:
        for given in {id(given): given for _, _, given in MATRIX[place]}.values():
            try:
                answer = await world.city.act(known[place], auditor, **given(world))
            except Refusal:
                continue
            allowed[place] = answer
    assert allowed == {}
    assert await changed(admin, before) == set()
