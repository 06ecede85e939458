"""Every command × a caller who must be refused, with someone else's ids: the refusal, and that nothing changed.

A command that is not listed here fails the test: whoever adds one says who may not give it, and is shown right.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from observing import changed, contents
from small_city import offer_terms, product_draft
from small_world import World, call
from sqlalchemy import text
from trespassing import (
    EVERYONE_BUT_BANKS,
    EVERYONE_BUT_SUBJECTS,
    Case,
    banks_own,
    by,
    in_the_house,
    subjects_own,
    tenants_own,
)

import suxin
from suxin.consent.oauth.clients import ClientDraft
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.commands.referrals import LeadNotClaimable
from suxin.lending.commands.requests import RequestForm
from suxin.lending.dispatch import Step
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
WRITTEN = text("select sum(n_tup_ins + n_tup_upd) from pg_stat_xact_user_tables")


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


def newcomer(_world: World) -> dict[str, Any]:
    return {
        "name": "外人",
        "login": "an.outsider",
        "password": "a-long-Demo-pass-2",
        "roles": [RoleGrant("loan_officer")],
        "profiles": PROFILES,
    }


MATRIX: dict[str, list[Case]] = {
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
    "consent.oauth.clients.suspend_client": tenants_own(
        lambda world: client(world) | {"reason": "x"}
    ),
    "consent.commands.pause_consent": subjects_own(consent),
    "consent.commands.publish_notice_texts": by(
        ("rival", "stranger", "merchant", "anonymous", "operator"), Forbidden, lambda _world: {}
    ),
    "consent.commands.resume_consent": subjects_own(consent),
    "consent.commands.revoke_consent": subjects_own(
        lambda world: consent(world) | {"reason": None}
    ),
    "lending.commands.offers.accept_offer": subjects_own(offer),
    "lending.commands.offers.make_offer": banks_own(
        lambda world: referral(world) | {"terms": offer_terms()}
    ),
    "lending.commands.offers.withdraw_offer": banks_own(offer),
    "lending.commands.products.draft_product": banks_own(
        lambda world: {"draft": product_draft(code="P-9"), "replaces": world.bank.product_id}
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
        ("rival", LeadNotClaimable, lambda world: {"lead_id": world.pool.lead.id}),
        ("rival", LeadNotClaimable, lambda world: {"lead_id": world.running.lead.id}),
        *by(EVERYONE_BUT_BANKS, Forbidden, lambda world: {"lead_id": world.pool.lead.id}),
    ],
    "lending.commands.referrals.decline_referral": banks_own(
        lambda world: referral(world) | {"reason": DeclineReason.OVER_INDEBTED, "note": None}
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
        ("rival", "stranger", "merchant", "anonymous"),
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
    "tenancy.commands.resume_tenant": by(
        ("rival", "stranger", "merchant", "anonymous", "system"), Forbidden, tenant
    ),
    "tenancy.commands.suspend_tenant": by(
        ("rival", "stranger", "merchant", "anonymous", "system"), Forbidden, tenant
    ),
    "tenancy.houses.add_branch": in_the_house(
        lambda _world: {"name": "外点", "area_codes": [], "profiles": PROFILES}
    ),
    "tenancy.quotas.set_quota": by(
        ("rival", "stranger", "merchant", "anonymous", "system"),
        Forbidden,
        lambda world: {
            "tenant_id": world.bank.tenant_id,
            "name": QuotaName.STAFF,
            "ceiling": 0,
            "profiles": PROFILES,
        },
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
        *in_the_house(lambda world: {"membership_id": world.membership_id}),
        *by(
            ("rival", "merchant", "operator"),
            NotFound,
            lambda world: {"membership_id": world.membership_id},
        ),
    ],
    "tenancy.staff.add_staff": in_the_house(newcomer),
    "tenancy.staff.end_staff": [
        *in_the_house(staff),
        *by(("rival", "merchant", "operator"), NotFound, staff),
    ],
}
# Proved outside any transaction, through the registry; decided by whoever has just logged in, as whom he acts: their
# own tests show whom they refuse.
ELSEWHERE = {"subjects.mandates.prove_mandate", "consent.oauth.decisions.allow_as_staff"}


def referral_of_the_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "referral_id": world.pool_referral}


# Duties of the platform, which take no actor: in anyone else's session they find nothing to do.
DUTIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "consent.commands.end_consents_about": lambda world: {
        "subject_id": world.city.firm_id,
        "context_id": world.running.request.id,
        "reason": "x",
    },
    "consent.commands.expire_consent": lambda world: {
        "subject_id": world.city.firm_id,
        **consent(world),
    },
    "lending.commands.returns.accept_due": referral_of_the_bank,
    "lending.commands.returns.contact_due": referral_of_the_bank,
    "lending.commands.returns.decide_due": referral_of_the_bank,
    "lending.commands.returns.expire_offer": lambda world: {
        "tenant_id": world.bank.tenant_id,
        **offer(world),
    },
    "lending.commands.returns.expire_request": lambda world: {
        "subject_id": world.city.firm_id,
        **request(world),
    },
    "lending.commands.returns.remind": lambda world: (
        referral_of_the_bank(world) | {"step": Step.ACCEPT}
    ),
    "lending.commands.returns.tell_applicant_of_step": lambda world: (
        referral_of_the_bank(world) | {"step": "claimed"}
    ),
    "lending.commands.returns.tell_bank_of_consent": referral_of_the_bank,
}
# Parts of commands that take a row which only its owner could have loaded; the city's founding; the batch's loading.
PARTS = {
    "lending.commands.referrals.keep_claim",
    "lending.commands.referrals.release_claim",
    "lending.commands.requests.close_request",
    "lending.commands.returns.return_lead",
    "places.commands.load_areas",
    "tenancy.commands.found_city",
}


def found() -> Iterator[tuple[str, Callable[..., Any], set[str]]]:
    """Every public coroutine function of the core outside the kernel and the queries, by its place in it."""
    for module in pkgutil.walk_packages(suxin.__path__, "suxin."):
        if ".kernel" in module.name or ".queries" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.iscoroutinefunction(value) and value.__module__ == module.name:
                place = f"{module.name.removeprefix('suxin.')}.{name}"
                yield place, value, set(inspect.signature(value).parameters)


def commands() -> dict[str, Callable[..., Any]]:
    return {
        place: value
        for place, value, names in found()
        if not place.rpartition(".")[2].startswith("_") and "actor" in names
    }


def duties() -> dict[str, Callable[..., Any]]:
    return {
        place: value
        for place, value, names in found()
        if ".commands" in place
        and not place.rpartition(".")[2].startswith("_")
        and "actor" not in names
    }


def test_every_command_is_listed() -> None:
    assert set(MATRIX) | ELSEWHERE == set(commands())
    assert set(DUTIES) | PARTS == set(duties())


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


async def prepare(world: World, admin: asyncpg.Connection) -> None:
    """Let there be something to do for each duty: a lead that waits, and an applicant who consented to be called."""
    await world.city.consent(world.pool.request.id, world.bank)
    assert await admin.fetchval("select state from referrals where id = $1", world.pool_referral)


async def put(admin: asyncpg.Connection, place: str, world: World) -> None:
    waits = place.endswith(("accept_due", "remind"))
    await admin.execute(
        "update referrals set state = $1 where id = $2",
        "DISPATCHED" if waits else "ACCEPTED",
        world.pool_referral,
    )


async def test_a_duty_of_the_platform_does_nothing_in_anyone_elses_session(
    world: World, admin: asyncpg.Connection
) -> None:
    known, late = duties(), world.city.now + timedelta(days=400)
    await prepare(world, admin)
    wrong: dict[str, object] = {}
    for place, given in DUTIES.items():
        await put(admin, place, world)
        before = await contents(admin)
        for name, looker in world.onlookers.items():
            if name == "system":
                continue
            async with world.city.database.transaction(looker, now=late) as session:
                await call(session, known[place], looker, **given(world))
            if moved := await changed(admin, before):
                wrong[f"{place} by {name}"] = moved
                before = await contents(admin)
    assert wrong == {}


async def test_the_platform_itself_has_something_to_do(
    world: World, admin: asyncpg.Connection
) -> None:
    """Else the test above would prove nothing: the same call by the platform writes; it is rolled back here."""
    known, system = duties(), Actor.system("test")
    late = world.city.now + timedelta(days=400)
    await prepare(world, admin)
    idle = []
    for place, given in DUTIES.items():
        await put(admin, place, world)
        async with world.city.database.transaction(system, now=late) as session:
            await call(session, known[place], system, **given(world))
            await session.flush()
            if not await session.scalar(WRITTEN):
                idle.append(place)
            await session.rollback()
    assert idle == []
