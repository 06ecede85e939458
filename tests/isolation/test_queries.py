"""Every query × someone whom the answer is none of the business of: nothing, or that there is no such thing.

A query that is not listed here fails the test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest
from small_world import World, call

import suxin
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.lending.leads import LeadKey
from suxin.lending.models import Referral, ReferralState
from suxin.lending.queries.referrals import InboxCounts
from suxin.tenancy.models import Tenant

NOTHING: tuple[Any, ...] = (None, [], 0, False, frozenset(), {})
PUBLIC = "published: the same for everyone"
EXPRESSION = "part of a statement, not a query"
# What a bank gets to see beside another: its own, and the leads of the pool that nobody holds.
OWN = "the caller's own and nothing of the first bank's"

Given = Callable[[World], dict[str, Any]]
Answer = type[Refusal] | str | None
Row = tuple[str, Given, Answer]


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.running.request.id}


def lead(world: World) -> dict[str, Any]:
    return {"lead_id": world.running.lead.id}


def tenant(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id}


def referral(world: World) -> dict[str, Any]:
    return {"referral_id": world.running_referral}


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent}


def client(world: World) -> dict[str, Any]:
    return {"client_id": world.client_id}


def staff(world: World) -> dict[str, Any]:
    return tenant(world) | {"staff_id": world.staff_id}


def offer(world: World) -> dict[str, Any]:
    return {"offer_id": world.running_offer}


def product(world: World) -> dict[str, Any]:
    return {"product_id": world.draft_id}


def both(*parts: Given) -> Given:
    return lambda world: {name: value for part in parts for name, value in part(world).items()}


MATRIX: dict[str, Row] = {
    "consent.oauth.queries.active_client": (
        "anonymous",
        lambda world: {"client_id": str(world.client_id)},
        PUBLIC,
    ),
    "consent.oauth.queries.client_key": ("anonymous", nothing_given, EXPRESSION),
    "consent.oauth.queries.clients_of": ("rival", tenant, None),
    "consent.oauth.queries.lock_own_client": ("rival", client, NotFound),
    "consent.queries.consents_of": ("rival", subject, None),
    "consent.queries.hold_basis": (
        "rival",
        lambda world: (
            subject(world) | {"purpose": "loan.match", "context_id": world.running.request.id}
        ),
        None,
    ),
    "consent.queries.lock_consent": ("stranger", both(subject, consent), None),
    "consent.queries.lock_open_about": (
        "stranger",
        lambda world: subject(world) | {"context_id": world.running.request.id},
        None,
    ),
    "consent.queries.lock_own_consent": ("stranger", consent, NotFound),
    "consent.queries.open_consent": (
        "rival",
        lambda world: (
            subject(world)
            | tenant(world)
            | {"purpose": "loan.match", "context_id": world.running.request.id}
        ),
        None,
    ),
    "consent.queries.reads_of": ("rival", subject, None),
    "consent.queries.recipient": ("stranger", tenant, PUBLIC),
    "lending.queries.dossier.dossier": (
        "rival",
        lambda world: {
            "referral": Referral(
                lead_id=world.running.lead.id, branch_id=None, county_code="321302"
            )
        },
        None,
    ),
    "lending.queries.products.live_products": ("rival", tenant, OWN),
    "lending.queries.products.lock_own_product": ("rival", product, NotFound),
    "lending.queries.products.own_product": ("rival", product, NotFound),
    "lending.queries.products.own_products": ("rival", nothing_given, OWN),
    "lending.queries.referrals.claims_open": ("rival", tenant, OWN),
    "lending.queries.referrals.had_referral": ("rival", both(tenant, lead), None),
    "lending.queries.referrals.inbox": ("rival", nothing_given, OWN),
    "lending.queries.referrals.inbox_counts": ("rival", nothing_given, OWN),
    "lending.queries.referrals.lock_lead": ("rival", lead, None),
    "lending.queries.referrals.lock_own_offer": ("rival", offer, NotFound),
    "lending.queries.referrals.lock_own_referral": ("rival", referral, NotFound),
    "lending.queries.referrals.lock_pool_lead": (
        "rival",
        lambda world: {"lead_id": world.pool.lead.id},
        None,
    ),
    "lending.queries.referrals.lock_referral": ("rival", both(tenant, referral), None),
    "lending.queries.referrals.lock_running_referrals": (
        "stranger",
        lambda _world: {"year": 2026, "after": None, "limit": 9},
        None,
    ),
    "lending.queries.referrals.next_due": ("rival", nothing_given, EXPRESSION),
    "lending.queries.referrals.offers_on": ("rival", both(tenant, referral), None),
    "lending.queries.referrals.open_offers": ("rival", request, None),
    "lending.queries.referrals.own_offer": ("rival", offer, NotFound),
    "lending.queries.referrals.own_referral": ("rival", referral, NotFound),
    "lending.queries.referrals.party_of": ("rival", lead, None),
    "lending.queries.referrals.pool_leads": ("merchant", nothing_given, None),
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
    "lending.queries.requests.match_results_of": ("stranger", both(subject, request), None),
    "lending.queries.requests.offers_of": ("stranger", both(subject, request), None),
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
    "lending.queries.turns.take_turn": (
        "rival",
        lambda world: {"counted": "claims", "owner": world.bank.tenant_id},
        None,
    ),
    "places.queries.area": ("anonymous", lambda _world: {"code": "321302"}, PUBLIC),
    "places.queries.areas_of": ("anonymous", lambda _world: {"parent_code": "321300"}, PUBLIC),
    "places.queries.names": ("anonymous", lambda _world: {"codes": ["321302"]}, PUBLIC),
    "subjects.queries.basis_categories": (
        "rival",
        lambda world: subject(world) | {"purpose": "loan.match"},
        None,
    ),
    "subjects.queries.catalogue": ("anonymous", nothing_given, PUBLIC),
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
    "tenancy.queries.branches": ("rival", tenant, None),
    "tenancy.queries.is_founded": ("anonymous", nothing_given, PUBLIC),
    "tenancy.queries.memberships_of": ("rival", staff, None),
    "tenancy.queries.quotas_of": ("rival", tenant, None),
    "tenancy.queries.staff_of": ("rival", tenant, None),
    "tenancy.queries.tenant_name": ("anonymous", tenant, PUBLIC),
    "tenancy.queries.tenants": ("anonymous", nothing_given, PUBLIC),
    "tenancy.queries.tenants_by_id": (
        "anonymous",
        lambda world: {"ids": [world.bank.tenant_id]},
        PUBLIC,
    ),
}


def queries() -> dict[str, Callable[..., Any]]:
    return {
        f"{module.name.removeprefix('suxin.')}.{name}": value
        for module in pkgutil.walk_packages(suxin.__path__, "suxin.")
        if ".queries" in module.name
        for name, value in vars(importlib.import_module(module.name)).items()
        if inspect.isfunction(value)
        and value.__module__ == module.name
        and not name.startswith("_")
    }


async def answer(world: World, place: str, caller: Actor, given: Given) -> Any:
    """Return what the query answers, or the class of its refusal."""
    database, now = world.city.database, world.city.now
    try:
        async with database.transaction(caller, now=now) as session:
            return await call(session, queries()[place], caller, **given(world))
    except Refusal as refused:
        return type(refused)


def test_every_query_is_listed() -> None:
    assert set(MATRIX) == set(queries())


async def test_a_query_about_anothers_things_answers_nothing(world: World) -> None:
    wrong = {}
    for place, (caller, given, expected) in MATRIX.items():
        if expected in (PUBLIC, OWN, EXPRESSION):
            continue
        found = await answer(world, place, world.onlookers[caller], given)
        if not (found in NOTHING if expected is None else found is expected):
            wrong[place] = found
    assert wrong == {}


async def test_the_same_queries_answer_their_own_people(world: World) -> None:
    """Else nothing were proved: whoever it is about, or whoever works there, is answered by each of them."""
    silent = []
    own = (world.bank.officer, world.city.applicant, Actor.anonymous("test"))
    for place, (_, given, expected) in MATRIX.items():
        if expected is EXPRESSION or place.endswith(".take_turn"):
            continue
        found = [await answer(world, place, caller, given) for caller in own]
        if all(one in NOTHING or isinstance(one, type) for one in found):
            silent.append(place)
    # What the first bank claimed is claimable to nobody.
    assert set(silent) == {
        "lending.queries.referrals.lock_pool_lead",
        "lending.queries.referrals.pool_leads",
    }


async def test_what_is_published_is_the_same_for_everyone(world: World) -> None:
    for place, (caller, given, expected) in MATRIX.items():
        if expected is not PUBLIC:
            continue
        answers = [
            _shown(await answer(world, place, looker, given))
            for looker in (world.onlookers[caller], *world.onlookers.values(), world.bank.officer)
        ]
        assert answers[0] not in NOTHING, place
        assert all(one == answers[0] for one in answers), place


def _shown(found: Any) -> Any:
    if isinstance(found, list):
        return [_shown(one) for one in found]
    if isinstance(found, Tenant):
        return found.id
    if hasattr(found, "_fields"):
        return [_shown(one) for one in found]
    table = getattr(found, "__table__", None)
    if table is not None:
        return {column.name: getattr(found, column.name) for column in table.columns}
    return found


async def test_a_rivals_lists_and_counts_are_his_own(world: World) -> None:
    rival = world.city.banks[1]

    async def asked(place: str, given: Given = nothing_given) -> Any:
        return await answer(world, place, rival.officer, given)

    listed = await asked("lending.queries.products.own_products")
    assert [row[0].id for row in listed] == [rival.product_id]
    inbox = await asked("lending.queries.referrals.inbox")
    assert [(row[0].tenant_id, row[0].state) for row in inbox] == [
        (rival.tenant_id, ReferralState.PASSED)
    ]
    assert await asked("lending.queries.referrals.inbox_counts") == InboxCounts(0, 0, 0, 0, 0, 0)
    # Of the first bank's three products he counts the one that is published; that it holds a lead he does not see.
    assert await asked("lending.queries.products.live_products", tenant) == 1
    assert await asked("lending.queries.referrals.claims_open", tenant) == 0


@pytest.mark.parametrize("name", ["stranger", "merchant", "anonymous", "operator"])
async def test_nobody_without_the_right_reads_a_subjects_data(world: World, name: str) -> None:
    expected = [] if name == "stranger" else Forbidden
    given = MATRIX["subjects.queries.records_of"][1]
    looker = world.onlookers[name]
    assert await answer(world, "subjects.queries.records_of", looker, given) == expected
