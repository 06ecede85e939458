"""A bank's sandbox and the city: neither sees, matches, asks or counts anybody of the other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import nothing_written
from small_city import BANK_USCCS, PASSWORD, SmallCity
from small_sandbox import Sandbox, build_sandbox, form
from sqlalchemy import select
from staff_log_ins import keep_passwords

from suxin.consent.commands import grant_consent
from suxin.consent.giving import RecipientUnknown
from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.callers import tenant_actor
from suxin.consent.oauth.tokens import ClientTenant, LiveToken
from suxin.consent.requests import ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.lending.commands.referrals import LeadNotClaimable, claim_lead
from suxin.lending.commands.requests import ProductNotOffered
from suxin.lending.commands.returns import accept_due
from suxin.lending.models import DispatchMode
from suxin.lending.queries.referrals import pool_leads
from suxin.lending.queries.requests import published_products
from suxin.lending.queries.service_levels import referrals_by_state
from suxin.lending.statistics import count_population
from suxin.sandboxes.cast import CAST
from suxin.sandboxes.models import SandboxOutcome
from suxin.subjects.models import DataCategory, Subject, SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects
from suxin.tenancy.actors import staff_member_actor
from suxin.tenancy.commands import TenantExists, create_tenant
from suxin.tenancy.models import TenantStatus
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants, tenants_with_codes
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES


@pytest.fixture
async def sandbox(small_city: SmallCity) -> Sandbox:
    return await build_sandbox(small_city)


async def rows(city: SmallCity, actor: Actor, statement: Any) -> list[Any]:
    async with city.database.snapshot(actor, now=city.now) as session:
        return list(await session.scalars(statement))


async def test_the_operator_alone_makes_one_and_one_a_bank(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    async with nothing_written(admin):
        with pytest.raises(TenantExists):
            await small_city.act(create_tenant, small_city.operator, **form())
        with pytest.raises(Forbidden):
            await small_city.act(create_tenant, small_city.banks[0].officer, **form())
        with pytest.raises(Invalid):
            merchant = form(kind=TenantKind.MERCHANT, uscc="91321302MATE0T0009")
            await small_city.act(create_tenant, small_city.operator, **merchant)


async def test_nobody_of_the_city_sees_it(sandbox: Sandbox, small_city: SmallCity) -> None:
    for looker in (
        Actor.anonymous("test"),
        small_city.applicant,
        small_city.banks[0].officer,
        small_city.banks[1].officer,
    ):
        seen = await rows(small_city, looker, tenants())
        assert sandbox.bank.tenant_id not in {one.id for one in seen}
        assert len(seen) == 3
        offered = await rows(small_city, looker, published_products())
        assert {one.tenant_id for one in offered} == {one.tenant_id for one in small_city.banks}
    # The operator, who made it, does; by its credit code he finds the bank itself.
    assert len(await rows(small_city, small_city.operator, tenants())) == 4
    [found] = await rows(small_city, small_city.operator, tenants_with_codes(BANK_USCCS[:1]))
    assert found.id == small_city.banks[0].tenant_id


async def test_it_sees_nobody_of_the_city(sandbox: Sandbox, small_city: SmallCity) -> None:
    for looker in (sandbox.officer, sandbox.applicant):
        assert [one.id for one in await rows(small_city, looker, tenants())] == [
            sandbox.bank.tenant_id
        ]
        offered = await rows(small_city, looker, published_products())
        assert [one.id for one in offered] == [sandbox.bank.product_id]


async def test_its_subjects_are_seen_in_it_and_nowhere_else(
    sandbox: Sandbox, small_city: SmallCity
) -> None:
    invented = {one for part in sandbox.cast.values() for one in (part.person_id, part.subject_id)}
    everybody = {small_city.person_id, small_city.firm_id}
    statement = select(Subject.id)
    tried = await sandbox.trigger(SandboxOutcome.ACCEPTS_AT_ONCE)
    await sandbox.trigger(SandboxOutcome.ACCEPTS_AT_ONCE)
    assert tried.referral_id is not None
    assert set(await rows(small_city, sandbox.officer, statement)) == {tried.subject_id}
    assert set(await rows(small_city, small_city.applicant, statement)) == everybody
    # Whoever claims to be somebody of the other world meets nobody, whatever he calls himself.
    for looker in (
        replace(sandbox.applicant, sandbox_id=None),
        replace(small_city.applicant, sandbox_id=sandbox.bank.tenant_id),
        replace(small_city.banks[0].officer, tenant_id=sandbox.bank.tenant_id),
        replace(sandbox.officer, sandbox_id=small_city.banks[0].tenant_id),
    ):
        assert await rows(small_city, looker, statement) == []
    confined = replace(Actor.system("test"), sandbox_id=sandbox.bank.tenant_id)
    assert set(await rows(small_city, confined, statement)) == invented
    assert set(await rows(small_city, Actor.system("test"), statement)) >= invented | everybody


async def test_no_number_leads_to_its_subjects(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """A code that a sandbox made up may be given out one day: then it is the city's, and the sandbox has its own."""
    part = CAST[SandboxOutcome.ACCEPTS_AT_ONCE]
    firm = SubjectRow(
        kind=SubjectKind.FIRM,
        name="真企业有限公司",
        uscc=part.uscc,
        county_code="321302",
        industry="C20",
    )
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        ids = await load_subjects(session, [firm])
        await count_population(session)
    assert ids[part.uscc] != sandbox.cast[part.outcome].subject_id
    doors = await admin.fetch("select subject_id from subject_doors")
    invented = {one.subject_id for one in sandbox.cast.values()}
    assert {row["subject_id"] for row in doors} & invented == set()
    # Nor are they counted among those whom a lead hides its applicant with.
    counted = await admin.fetchval(
        "select subjects from population_cells where kind = 'any' and industry_section = 'ALL'"
    )
    assert counted == 3


async def test_requests_are_matched_within_their_own_world(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    real = await small_city.submit()
    assert sandbox.bank.tenant_id not in {one.tenant_id for one in real.referrals}
    assert len(real.referrals) == 2
    tried = await sandbox.submit()
    assert [one.tenant_id for one in tried.referrals] == [sandbox.bank.tenant_id]
    matched = await admin.fetch(
        "select tenant_id from match_results where request_id = $1", tried.request.id
    )
    assert {row["tenant_id"] for row in matched} == {sandbox.bank.tenant_id}
    before = await admin.fetchval("select count(*) from loan_requests")
    named = (sandbox.bank.tenant_id, sandbox.bank.product_id)
    with pytest.raises(ProductNotOffered):
        await small_city.submit(mode=DispatchMode.NAMED, product=named)
    own = small_city.banks[0]
    with pytest.raises(ProductNotOffered):
        await sandbox.submit(mode=DispatchMode.NAMED, product=(own.tenant_id, own.product_id))
    assert await admin.fetchval("select count(*) from loan_requests") == before


async def test_the_pool_of_one_world_is_dry_in_the_other(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    real = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    tried = await sandbox.submit(mode=DispatchMode.OPEN_POOL)
    assert real.lead is not None
    assert tried.lead is not None
    officers = {real.lead.id: small_city.banks[1].officer, tried.lead.id: sandbox.officer}
    for lead_id, officer in officers.items():
        seen = await rows(small_city, officer, pool_leads(officer, now=small_city.now))
        assert [one.id for one in seen] == [lead_id]
        [other] = officers.keys() - {lead_id}
        async with nothing_written(admin):
            with pytest.raises(LeadNotClaimable):
                await small_city.act(claim_lead, officer, lead_id=other, profiles=PROFILES)
    await small_city.act(claim_lead, sandbox.officer, lead_id=tried.lead.id, profiles=PROFILES)


async def test_no_permission_goes_from_one_world_to_the_other(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    real = await small_city.submit()
    given = {
        "purpose": "loan.match",
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": "loan.match/2026-11",
        "context_id": real.request.id,
    }
    asked = ConsentForm(
        subject_id=small_city.firm_id,
        purpose="bank.credit",
        categories=[DataCategory.RURAL_RATING],
        life_days=30,
    )
    async with nothing_written(admin):
        with pytest.raises(RecipientUnknown):
            await small_city.act(
                grant_consent, small_city.applicant, tenant_id=sandbox.bank.tenant_id, **given
            )
        # A person of the city is never told that a sandbox would like to know something of him.
        with pytest.raises(Forbidden):
            await small_city.act(request_consent, sandbox.officer, form=asked)
    assert await small_city.act(request_consent, small_city.banks[0].officer, form=asked)


async def test_what_happens_in_it_is_no_part_of_the_operators_figures(
    sandbox: Sandbox, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    tried = await sandbox.submit()
    [referral] = tried.referrals
    since = small_city.now - timedelta(days=1)
    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        assert await referrals_by_state(session, since=since) == {}
    async with small_city.database.snapshot(sandbox.officer, now=small_city.now) as session:
        assert len(await referrals_by_state(session, since=since)) == 1
    late, system = small_city.now + timedelta(days=30), Actor.system("test")
    async with small_city.database.transaction(system, now=late) as session:
        await accept_due(
            session, tenant_id=sandbox.bank.tenant_id, referral_id=referral.id, now=late
        )
    assert (
        await admin.fetchval("select state from referrals where id = $1", referral.id) == "LAPSED"
    )
    # With no other bank in its world the lead stays out of the city's pool.
    assert not await admin.fetchval("select pool_open from leads where id = $1", referral.lead_id)


async def test_its_people_and_systems_are_confined_by_their_log_ins(
    sandbox: Sandbox, small_city: SmallCity
) -> None:
    staff_id: UUID = await small_city.act(
        add_staff,
        sandbox.officer,
        name="赵测试",
        login="sandbox.one",
        password=PASSWORD,
        roles=[RoleGrant("loan_officer")],
        profiles=PROFILES,
    )
    await keep_passwords(small_city.database, now=small_city.now)
    steps = small_city.database.steps
    staff = await staff_member_actor(
        steps,
        tenant_id=sandbox.bank.tenant_id,
        staff_id=staff_id,
        authenticated_at=small_city.now,
        profiles=PROFILES,
        request_id="test",
    )
    assert staff.sandbox_id == sandbox.bank.tenant_id
    token = AccessToken(
        token_id=new_id(),
        client_id=str(new_id()),
        grant_id=None,
        grant_version=1,
        scopes=(),
        jkt="x",
        issued_at=small_city.now,
        expires_at=small_city.now,
        claims={},
    )
    for sandboxed in (True, False):
        tenant = ClientTenant(
            sandbox.bank.tenant_id, TenantKind.BANK, TenantStatus.ACTIVE, sandboxed
        )
        live = LiveToken(token, None, tenant)
        system = await tenant_actor(steps, live, profiles=PROFILES, request_id="test")
        assert system.sandbox_id == (sandbox.bank.tenant_id if sandboxed else None)
