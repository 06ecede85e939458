"""Every table that may be changed × everyone: whose rows he may update or delete at all, by whatever statement.

What commands ask first is proved elsewhere; here is what the database itself would let pass if none of them asked.
"""

from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest
from owned_rows import keys, owned
from small_cases import end_cases
from small_world import World
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from suxin.kernel.actor import Actor
from suxin.kernel.tables import Table, models

# Of rows as they stand in the middle of their lives.
UPDATED = {
    "operator": {
        "rural_hearings",
        "rural_titles",
        "village_mergers",
        "areas",
        "catalogue_drafts",
        "commitments",
        "custodian_lines",
        "guarantor_limits",
        "guarantor_parts",
        "disaster_notices",
        "public_cautions",
        "impact_assessments",
        "incentive_awards",
        "incentive_rule_sets",
        "incentive_runs",
        "ingestion_batches",
        "pool_agreements",
        "pool_claims",
        "pool_filings",
        "pool_fundings",
        "pool_partners",
        "pool_payments",
        "pool_recoveries",
        "pool_stop_losses",
        "league_tables",
        "perk_programmes",
        "perk_settlements",
        "perk_cover_claims",
        "perk_cover_recoveries",
        "perk_covers",
        "perk_limits",
        "published_arrangements",
        "quotas",
        "review_cases",
        "risk_pools",
        "sandbox_clocks",
        "score_models",
        "source_inquiries",
        "tenants",
        "warning_rule_sets",
    },
    "system": {
        "grid_agreements",
        "grid_appeals",
        "grid_claims",
        "grid_notices",
        "grid_rule_sets",
        "grid_staff_homes",
        "rural_cycles",
        "rural_entries",
        "rural_notices",
        "rural_statements",
        "rural_grades",
        "rural_certificates",
        "rural_hearings",
        "grid_workers",
        "household_links",
        "household_members",
        "households",
        "village_counts",
        "village_grids",
        "villages",
        "village_mergers",
        "access_bases",
        "account_closures",
        "attachments",
        "bank_ledger_days",
        "bank_ledger_differences",
        "bank_ledgers",
        "bank_speeds",
        "case_documents",
        "client_conduct",
        "consent_fetches",
        "consents",
        "counter_visits",
        "custodian_lines",
        "decision_snapshots",
        "disaster_notices",
        "event_feeds",
        "deprecated_uses",
        "exports",
        "guarantee_requests",
        "guarantor_limits",
        "guarantor_parts",
        "guarantor_transfers",
        "group_exemptions",
        "impact_assessments",
        "leads",
        "league_tables",
        "ledger_accounts",
        "loan_instalments",
        "loan_months",
        "loan_requests",
        "loan_warnings",
        "loans",
        "mandates",
        "material_requests",
        "notices",
        "offers",
        "perk_programmes",
        "perk_redemptions",
        "perk_tickets",
        "perk_settlements",
        "perk_cover_claims",
        "perk_cover_papers",
        "perk_cover_recoveries",
        "perk_covers",
        "perk_limits",
        "perk_months",
        "order_refunds",
        "order_services",
        "person_identities",
        "pool_agreements",
        "pool_claims",
        "pool_filings",
        "pool_fundings",
        "pool_partners",
        "pool_payments",
        "pool_recoveries",
        "pool_stop_losses",
        "product_replays",
        "reckoned_days",
        "referral_messages",
        "referrals",
        "staff_leaves",
        "review_cases",
        "repair_applications",
        "repair_documents",
        "risk_pools",
        "sandbox_applicants",
        "sandbox_clocks",
        "order_authorisations",
        "service_orders",
        "source_inquiries",
        "source_transfers",
        "subjects",
        "tenant_events",
        "tenants",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "bank": {
        "rural_cycles",
        "rural_entries",
        "rural_notices",
        "rural_statements",
        "areas",
        "grid_appeals",
        "grid_claims",
        "grid_notices",
        "grid_rule_sets",
        "grid_staff_homes",
        "grid_workers",
        "household_links",
        "household_members",
        "households",
        "village_counts",
        "village_grids",
        "villages",
        # To hold it in place; what it would become is refused.
        "access_bases",
        "bank_ledger_days",
        "bank_ledger_differences",
        "bank_ledgers",
        "branches",
        # To be held in place and cancelled, and nothing else.
        "exports",
        "guarantee_requests",
        "guarantor_parts",
        "guarantor_transfers",
        "identity_providers",
        "leads",
        "ledger_accounts",
        "loan_instalments",
        "loan_products",
        "loan_warnings",
        "loans",
        "material_requests",
        "memberships",
        "notices",
        "oauth_clients",
        "offers",
        "order_refunds",
        "pool_agreements",
        "pool_claims",
        "pool_filings",
        "pool_recoveries",
        "product_branches",
        "product_replays",
        "quotas",
        "referral_messages",
        "referrals",
        "order_authorisations",
        "service_orders",
        "staff",
        "staff_leaves",
        "staff_identities",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "applicant": {
        # He objects to one that concerns him.
        "perk_limits",
        "grid_agreements",
        "rural_entries",
        "rural_hearings",
        "access_bases",
        "account_closures",
        "attachments",
        "case_documents",
        "consents",
        "credit_records",
        "leads",
        "loan_requests",
        "mandates",
        "material_requests",
        "notices",
        "offers",
        "referral_messages",
        "referrals",
        "review_cases",
        "repair_applications",
        "repair_documents",
    },
}
# Of rows as they stand in the middle of their lives.
DELETED = {
    "system": {
        "rural_panel_members",
        "rural_reckonings",
        "case_documents",
        "deprecated_uses",
        "exports",
        "match_results",
        "notices",
        "person_identities",
        "repair_documents",
        "tenant_events",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "bank": {
        "rural_panel_members",
        "identity_providers",
        "memberships",
        "notices",
        "product_branches",
        "staff_identities",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "applicant": {"notices"},
}
# What may be deleted besides of rows at their end, and of what was somebody's own word from the start.
DELETED_AT_THE_END = {
    "system": {
        "access_bases",
        "consent_artefacts",
        "consent_fetches",
        "consents",
        "impact_assessments",
        "mandates",
        "review_cases",
        "review_decisions",
        "repair_applications",
    },
    "applicant": {"credit_records", "match_results"},
}
CALLERS = (
    "rival",
    "stranger",
    "merchant",
    "anonymous",
    "operator",
    "system",
    "bank",
    "applicant",
)


def callers(world: World) -> dict[str, Actor]:
    own = {"bank": world.bank.officer, "applicant": world.city.applicant}
    return world.onlookers | own


async def changeable(admin: asyncpg.Connection, privilege: str) -> dict[type[Table], str]:
    """The tables whose rows the application's role may change so, each with a column that it may."""
    allowed: dict[type[Table], str] = {}
    for model in models():
        for column in model.__table__.columns:
            question = (
                "select has_table_privilege('suxin_app', $1, 'DELETE')"
                if privilege == "DELETE"
                else f"select has_column_privilege('suxin_app', $1, '{column.name}', 'UPDATE')"
            )
            if await admin.fetchval(question, model.__tablename__):
                allowed.setdefault(model, column.name)
    return allowed


async def passes(world: World, caller: Actor, statement: str) -> bool:
    """Say whether a statement reaches any row: it changes one, or is stopped by what may become of a row it reached."""
    try:
        async with world.city.database.transaction(caller, now=world.city.now) as session:
            reached = (await session.execute(text(statement))).rowcount
            await session.rollback()
            return reached > 0
    except IntegrityError:
        return True
    except DBAPIError as error:
        if "row-level security" not in str(error):
            raise
        return True


async def places(admin: asyncpg.Connection, model: type[Table], world: World) -> str:
    """Where the first bank's and the applicant's rows of a table lie."""
    rows = await admin.fetch(
        f"select t.ctid::text from {model.__tablename__} t where {owned(model, world)}"  # noqa: S608 - names of our own tables
    )
    assert rows, f"the world has no row in {model.__tablename__}"
    return f"t.ctid = any (array[{', '.join(repr(row[0]) for row in rows)}]::tid[])"


async def updated_by(world: World, admin: asyncpg.Connection, caller: Actor) -> set[str]:
    found = set()
    for model, column in (await changeable(admin, "UPDATE")).items():
        table, where = model.__tablename__, await places(admin, model, world)
        if await passes(world, caller, f"update {table} t set {column} = {column} where {where}"):  # noqa: S608 - names of our own tables
            found.add(table)
    return found


async def deleted_by(world: World, admin: asyncpg.Connection, caller: Actor) -> set[str]:
    found = set()
    for model in await changeable(admin, "DELETE"):
        table, where = model.__tablename__, await places(admin, model, world)
        if await passes(world, caller, f"delete from {table} t where {where}"):  # noqa: S608 - names of our own tables
            found.add(table)
    return found


async def end_all(world: World, admin: asyncpg.Connection) -> None:
    """Bring every row to where a policy that names a state admits the most."""
    async with admin.transaction():
        # No step leads there from everywhere; what is proved is the policies, and not the steps.
        await admin.execute("set local session_replication_role = replica")
        await admin.execute("update loan_requests set state = 'WITHDRAWN', ended_at = submitted_at")
        await admin.execute("update credit_records set self_declared = true")
        old = world.city.now - timedelta(days=1900)
        await admin.execute("update impact_assessments set ended_at = $1", old)
        await admin.execute("update mandates set ended_at = $1", old)
        await admin.execute(
            "update repair_applications set state = 'WITHDRAWN', clock = null, ended_at = $1", old
        )
        await admin.execute("update consents set state = 'REVOKED', ended_at = $1", old)
        await admin.execute("update access_bases set ended_at = $1", old)
        # As if their consents were gone, with which they go.
        for table in ("consent_artefacts", "consent_fetches"):
            await admin.execute(f"update {table} set consent_id = gen_random_uuid()")  # noqa: S608 - names of our own tables
        await end_cases(admin, old)
        await admin.execute("update access_bases set source_id = gen_random_uuid()")


@pytest.mark.parametrize("name", CALLERS)
async def test_a_caller_changes_exactly_the_rows_that_are_listed(
    world: World, admin: asyncpg.Connection, name: str
) -> None:
    caller = callers(world)[name]
    assert await updated_by(world, admin, caller) == UPDATED.get(name, set())
    assert await deleted_by(world, admin, caller) == DELETED.get(name, set())
    await end_all(world, admin)
    later = await deleted_by(world, admin, caller)
    assert later - DELETED.get(name, set()) == DELETED_AT_THE_END.get(name, set())
    assert DELETED.get(name, set()) <= later


@pytest.mark.parametrize("name", CALLERS)
async def test_a_statement_that_reads_nothing_deletes_no_more(
    world: World, admin: asyncpg.Connection, name: str
) -> None:
    """Without a condition it is held by the policies of deleting alone, and not by those of reading besides."""
    await end_all(world, admin)
    gone = set()
    tables = await changeable(admin, "DELETE")
    # All of them at first: some rows go with those of another table.
    before = {model: await keys(admin, model, owned(model, world)) for model in tables}
    for model in tables:
        with suppress(IntegrityError):
            async with world.city.database.transaction(
                callers(world)[name], now=world.city.now
            ) as session:
                await session.execute(text(f"delete from {model.__tablename__}"))  # noqa: S608 - names of our own tables
        if await keys(admin, model, owned(model, world)) != before[model]:
            gone.add(model.__tablename__)
    assert gone == DELETED.get(name, set()) | DELETED_AT_THE_END.get(name, set())
