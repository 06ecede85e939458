"""Which rows of each table are the first bank's or the applicant's."""

from uuid import UUID

import asyncpg
from small_world import World

from suxin.kernel.tables import Table

# What is nobody's in particular: published by the city.
UNOWNED = {
    "areas",
    "audit_heads",
    "catalogue_drafts",
    "catalogue_items",
    "catalogue_releases",
    "ingestion_batches",
    "ingestion_parts",
    "custodian_lines",
    "custodian_statements",
    "disaster_notices",
    "public_cautions",
    "declared_disasters",
    "ingestion_rejects",
    "impact_assessments",
    # The operator's, about a guarantor, and about all banks.
    "guarantor_limits",
    "incentive_rule_sets",
    "incentive_runs",
    "notice_texts",
    "pool_fundings",
    "pool_partners",
    "perk_covers",
    "perk_months",
    "population_cells",
    "published_arrangements",
    "reckoned_days",
    "risk_pools",
    "source_qualities",
    "staged_persons",
    "staged_records",
    "score_models",
    "score_runs",
    "warning_rule_figures",
    "warning_rule_sets",
}


def owned(model: type[Table], world: World) -> str:
    """Return the SQL condition that a row ``t`` is the first bank's or the applicant's."""
    city, columns = world.city, set(model.__table__.columns.keys())
    parties = f"('{city.firm_id}', '{city.person_id}')"
    by_name = {
        # An attraction's, to whom the merchant who looks on is a stranger.
        "perk_programmes": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_tickets": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_ticket_spends": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_cover_claims": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_cover_papers": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_cover_recoveries": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_limits": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_settlement_lines": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_settlements": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "perk_redemptions": f"t.tenant_id = '{world.perks.gate.tenant_id}'",
        "tenants": f"t.id = '{world.bank.tenant_id}'",
        "subjects": f"t.id in {parties}",
        "leads": f"exists (select 1 from lead_parties p where p.lead_id = t.id and p.subject_id in {parties})",  # noqa: S608 - ids of the test's own
    }
    if "bank_id" in columns:
        # What the operator keeps about a bank.
        return f"t.bank_id = '{world.bank.tenant_id}'"
    if "bank_id" in columns:
        return f"t.bank_id = '{world.bank.tenant_id}'"
    if model.__tablename__ in by_name:
        return by_name[model.__tablename__]
    if model.__tablename__ in UNOWNED:
        return "true"
    by_column = {
        "tenant_id": f"t.tenant_id = '{world.bank.tenant_id}'",
        "subject_id": f"t.subject_id in {parties}",
        "person_id": f"t.person_id in {parties}",
    }
    return " or ".join(by_column[name] for name in sorted(columns & set(by_column))) or "true"


async def keys(
    admin: asyncpg.Connection, model: type[Table], condition: str
) -> set[tuple[object, ...]]:
    """Return the keys of the rows ``t`` that meet a condition, whoever may see them."""
    rows = await admin.fetch(
        f"select {key_of(model)} from {model.__tablename__} t where {condition}"  # noqa: S608 - names of our own tables
    )
    return {tuple(row) for row in rows}


def key_of(model: type[Table]) -> str:
    """Return the columns that tell a row ``t``."""
    return ", ".join(f"t.{column.name}" for column in model.__table__.primary_key)


def plain(value: object) -> object:
    """Return a value of a key as both database drivers give it."""
    return UUID(str(value)) if type(value).__name__ == "UUID" else value
