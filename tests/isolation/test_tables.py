"""Every table × everyone who looks on: exactly which of the first bank's and the applicant's rows he sees.

A table that is not listed here fails the test: whoever adds one decides who sees it.
"""

import asyncpg
import pytest
from hidden_tables import HIDDEN_FROM_APPLICANT, HIDDEN_FROM_BANK
from owned_rows import key_of, keys, owned, plain
from small_world import World
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.tables import Table, models
from suxin_server.model_registry import CONTEXTS

LOOKERS = ("rival", "stranger", "merchant", "anonymous", "operator", "system")
ALL, NONE, DENIED = "true", "false", "denied"
# Of the pool's leads every bank sees the anonymous face while no other holds it; of the others, those referred to it.
REFERRED = "pool_open and claimed_by is null or exists (select 1 from referrals r where r.lead_id = t.id and r.tenant_id = '{rival}')"
UNSEALED, NO_DRAFT = "seq is null", "status <> 'DRAFT'"
# What waits for the operator is not yet everybody's.
OFFERED = "published_at is not null"

NOBODY = (NONE,) * 6
EVERYBODY = (ALL,) * 6
PLATFORM = (NONE, NONE, NONE, NONE, NONE, ALL)
DOORWAY = (DENIED,) * 6
KEEPER = (NONE, NONE, NONE, NONE, ALL, ALL)
OPERATOR = (NONE, NONE, NONE, NONE, ALL, NONE)

MATRIX = {
    "rural_area_counts": OPERATOR,
    "rural_ballots": PLATFORM,
    "rural_certificates": EVERYBODY,
    "rural_cycles": EVERYBODY,
    "rural_entries": PLATFORM,
    "rural_grades": PLATFORM,
    "rural_hearings": KEEPER,
    "rural_notices": EVERYBODY,
    "rural_panel_members": PLATFORM,
    "rural_reckonings": PLATFORM,
    "rural_recusals": PLATFORM,
    "rural_statements": PLATFORM,
    "rural_titles": EVERYBODY,
    "rural_votes": DOORWAY,
    # table: which of the rows the rival bank, a stranger, a merchant, anyone, the operator, the platform see.
    "access_bases": PLATFORM,
    "account_closures": PLATFORM,
    "areas": EVERYBODY,
    "attachments": PLATFORM,
    "audit_entries": (NONE, NONE, NONE, NONE, ALL, UNSEALED),
    "audit_heads": EVERYBODY,
    "authorization_codes": DOORWAY,
    "bank_ledger_days": KEEPER,
    "bank_ledger_differences": KEEPER,
    "bank_ledgers": PLATFORM,
    "bank_speeds": EVERYBODY,
    "branches": NOBODY,
    "catalogue_drafts": OPERATOR,
    "catalogue_items": EVERYBODY,
    "catalogue_releases": EVERYBODY,
    "client_conduct": PLATFORM,
    # Of a natural person nothing is published; of an organisation it is (published).
    "commitments": OPERATOR,
    "consent_artefacts": PLATFORM,
    "consent_fetches": PLATFORM,
    "consents": PLATFORM,
    "counter_evidence": (NONE, NONE, NONE, NONE, ALL, ALL),
    "counter_visits": PLATFORM,
    "credit_records": NOBODY,
    "custodian_lines": KEEPER,
    "custodian_statements": KEEPER,
    "decision_snapshots": PLATFORM,
    "deprecated_uses": (NONE, NONE, NONE, NONE, ALL, ALL),
    "desk_sessions": DOORWAY,
    "device_codes": DOORWAY,
    "disaster_notices": KEEPER,
    "credit_rounds": KEEPER,
    "credit_round_members": PLATFORM,
    "credit_round_notices": EVERYBODY,
    "credit_line_uses": PLATFORM,
    # What waits for its second person is the office's alone; what is published is everybody's.
    "declared_disasters": KEEPER,
    "renewal_proposals": PLATFORM,
    "public_cautions": (NONE, NONE, NONE, NONE, ALL, NONE),
    "ended_tokens": DOORWAY,
    "event_feeds": PLATFORM,
    "grid_workers": PLATFORM,
    "household_links": PLATFORM,
    "household_members": PLATFORM,
    "households": PLATFORM,
    "register_imports": NOBODY,
    "grid_app_events": PLATFORM,
    "grid_app_links": PLATFORM,
    "grid_app_mappings": PLATFORM,
    "grid_app_told": PLATFORM,
    "grid_sheet_forms": EVERYBODY,
    "grid_sheets": PLATFORM,
    "grid_agreements": PLATFORM,
    "grid_appeals": PLATFORM,
    "grid_claim_photos": PLATFORM,
    "grid_claim_seats": PLATFORM,
    "grid_claims": PLATFORM,
    "grid_notice_pages": EVERYBODY,
    "grid_notices": EVERYBODY,
    "grid_rule_sets": EVERYBODY,
    "grid_staff_homes": PLATFORM,
    "grid_photo_uploads": PLATFORM,
    "grid_photo_pieces": PLATFORM,
    "grid_devices": PLATFORM,
    "grid_captures": PLATFORM,
    "grid_capture_versions": PLATFORM,
    "grid_capture_items": PLATFORM,
    "shop_terms": EVERYBODY,
    "shop_redemptions": PLATFORM,
    "shop_months": PLATFORM,
    "shop_lines": PLATFORM,
    "shop_goods": EVERYBODY,
    "shop_cards": PLATFORM,
    "shop_budgets": PLATFORM,
    "village_counts": KEEPER,
    "village_grids": PLATFORM,
    "village_mergers": KEEPER,
    "villages": EVERYBODY,
    "guarantee_requests": (NONE, NONE, NONE, NONE, ALL, ALL),
    "guarantor_parts": KEEPER,
    "guarantor_transfers": KEEPER,
    "guarantor_limits": (NONE, NONE, NONE, NONE, ALL, ALL),
    "idempotency_keys": DOORWAY,
    "exports": PLATFORM,
    "filing_files": PLATFORM,
    "group_exemptions": PLATFORM,
    "identity_providers": NOBODY,
    "impact_assessments": EVERYBODY,
    "incentive_awards": OPERATOR,
    "incentive_rule_sets": OPERATOR,
    "incentive_runs": OPERATOR,
    "ingestion_batches": OPERATOR,
    "ingestion_parts": NOBODY,
    "ingestion_rejects": OPERATOR,
    "lead_parties": PLATFORM,
    "ledger_accounts": PLATFORM,
    "ledger_closings": PLATFORM,
    "ledger_transfers": PLATFORM,
    # A counted table shows the banks no names unless the operator says so; a line is its bank's own.
    "league_lines": (NONE, NONE, NONE, NONE, ALL, ALL),
    "league_tables": (ALL, NONE, NONE, NONE, ALL, ALL),
    "leads": (REFERRED, NONE, NONE, NONE, NONE, ALL),
    "loan_drawdowns": PLATFORM,
    "loan_instalments": PLATFORM,
    "loan_months": (NONE, NONE, NONE, NONE, ALL, ALL),
    "loan_repayments": PLATFORM,
    "loan_warnings": PLATFORM,
    "loans": PLATFORM,
    "loan_products": (NO_DRAFT,) * 6,
    "loan_requests": PLATFORM,
    "log_in_failures": DOORWAY,
    "log_in_sessions": DOORWAY,
    "mandates": PLATFORM,
    "match_results": PLATFORM,
    "material_requests": PLATFORM,
    "memberships": NOBODY,
    "notice_texts": EVERYBODY,
    "notices": PLATFORM,
    "oauth_clients": NOBODY,
    "oauth_grants": DOORWAY,
    "offers": PLATFORM,
    "order_outcomes": PLATFORM,
    "order_refunds": PLATFORM,
    "order_services": KEEPER,
    "outbox": DOORWAY,
    # What is published is everybody's; of who redeems, a merchant sees no row.
    "perk_handles": NOBODY,
    # A merchant's; whom it concerns reads it as well.
    "perk_limit_parties": PLATFORM,
    "perk_limits": KEEPER,
    "perk_months": KEEPER,
    "perk_programmes": (OFFERED, OFFERED, OFFERED, OFFERED, ALL, ALL),
    "perk_redeemers": PLATFORM,
    "perk_redemptions": PLATFORM,
    "perk_ticket_spends": NOBODY,
    "perk_tickets": PLATFORM,
    "perk_cover_claims": KEEPER,
    "perk_cover_papers": KEEPER,
    "perk_cover_recoveries": KEEPER,
    # The rules by which it pays are everybody's; what it has stands in the ledger.
    "perk_covers": EVERYBODY,
    "perk_settlement_lines": KEEPER,
    "perk_settlements": KEEPER,
    "person_identities": PLATFORM,
    "phone_codes": DOORWAY,
    "presentation_passes": DOORWAY,
    "pool_agreements": KEEPER,
    "pool_claims": KEEPER,
    "pool_collection_files": PLATFORM,
    "pool_collections": PLATFORM,
    "pool_filings": KEEPER,
    "pool_fundings": KEEPER,
    "pool_partners": KEEPER,
    "pool_payments": KEEPER,
    "pool_recoveries": KEEPER,
    "pool_stop_loss_changes": KEEPER,
    "pool_stop_losses": KEEPER,
    "population_cells": EVERYBODY,
    "provider_flows": DOORWAY,
    "pushed_requests": DOORWAY,
    "published_arrangements": EVERYBODY,
    "quotas": (NONE, NONE, NONE, NONE, ALL, NONE),
    "reckoned_days": KEEPER,
    "recovery_codes": DOORWAY,
    "referrals": (NONE, NONE, NONE, NONE, ALL, ALL),
    "refresh_tokens": DOORWAY,
    "case_documents": (NONE, NONE, NONE, NONE, "t.case_id is not null", ALL),
    "review_cases": (NONE, NONE, NONE, NONE, ALL, ALL),
    "review_decisions": (NONE, NONE, NONE, NONE, ALL, ALL),
    "product_branches": NOBODY,
    "product_replays": PLATFORM,
    "referral_messages": PLATFORM,
    "replay_counts": PLATFORM,
    "staff_leaves": PLATFORM,
    "repair_applications": (NONE, NONE, NONE, NONE, ALL, ALL),
    "repair_documents": PLATFORM,
    "repayment_files": PLATFORM,
    "risk_pools": KEEPER,
    "sandbox_applicants": PLATFORM,
    "sandbox_clocks": (NONE, NONE, NONE, NONE, ALL, ALL),
    "score_models": EVERYBODY,
    "score_runs": (NONE, NONE, NONE, NONE, ALL, NONE),
    "score_tiers": NOBODY,
    "scores": NOBODY,
    "second_factors": DOORWAY,
    "order_authorisations": PLATFORM,
    "order_bill_gaps": KEEPER,
    "order_bills": KEEPER,
    "service_orders": PLATFORM,
    "signing_keys": DOORWAY,
    "source_inquiries": (NONE, NONE, NONE, NONE, ALL, ALL),
    "source_transfers": (NONE, NONE, NONE, NONE, ALL, ALL),
    "source_qualities": OPERATOR,
    "staff": NOBODY,
    "staff_identities": NOBODY,
    "staff_log_ins": DOORWAY,
    "staged_persons": DOORWAY,
    "staged_records": DOORWAY,
    "subject_doors": DOORWAY,
    "subjects": PLATFORM,
    "tenant_events": PLATFORM,
    "tenants": EVERYBODY,
    "used_assertions": DOORWAY,
    "webhook_deliveries": PLATFORM,
    "webhook_endpoints": PLATFORM,
    "warning_rule_figures": OPERATOR,
    "warning_rule_sets": OPERATOR,
    "watched_grades": NOBODY,
    "wechat_accounts": DOORWAY,
}


async def visible(
    world: World, looker: Actor, model: type[Table]
) -> set[tuple[object, ...]] | None:
    """Return the keys of all rows the looker sees; nothing if the table is out of his role's reach."""
    try:
        async with world.city.database.snapshot(looker, now=world.city.now) as session:
            rows = await session.execute(
                text(f"select {key_of(model)} from {model.__tablename__} t")  # noqa: S608 - names of our own tables
            )
            return {tuple(plain(value) for value in row) for row in rows}
    except DBAPIError as error:
        if f"permission denied for table {model.__tablename__}" not in str(error):
            raise
        return None


def test_every_table_is_listed() -> None:
    assert CONTEXTS
    assert set(MATRIX) == {model.__tablename__ for model in models()}
    doorways = {model.__tablename__ for model in models() if model.__doorway__ or model.__staging__}
    # A panel's votes are no doorway, and are added without being read.
    assert {name for name, row in MATRIX.items() if row == DOORWAY} == doorways | {"rural_votes"}


@pytest.mark.parametrize("number", range(6), ids=LOOKERS)
async def test_an_onlooker_sees_exactly_what_is_listed(
    world: World, admin: asyncpg.Connection, number: int
) -> None:
    looker = world.onlookers[LOOKERS[number]]
    found, wanted = {}, {}
    for model in models():
        table, condition = model.__tablename__, MATRIX[model.__tablename__][number]
        mine = await keys(admin, model, owned(model, world))
        assert mine, f"the world has no row in {table}, so that nothing is proved about it"
        seen = await visible(world, looker, model)
        found[table] = None if seen is None else seen & mine
        wanted[table] = (
            None
            if condition == DENIED
            else mine
            & await keys(admin, model, condition.format(rival=world.city.banks[1].tenant_id))
        )
    assert found == wanted


async def test_the_first_bank_and_the_applicant_see_what_is_theirs(
    world: World, admin: asyncpg.Connection
) -> None:
    """The other side of the matrix: what is hidden from others is there for its own people."""
    by_owner = {}
    for name, looker in (("bank", world.bank.officer), ("applicant", world.city.applicant)):
        by_owner[name] = {
            model.__tablename__
            for model in models()
            if (await visible(world, looker, model) or set())
            & await keys(admin, model, owned(model, world))
        }
    hidden = {name for name, row in MATRIX.items() if row in (NOBODY, PLATFORM)}
    assert hidden - by_owner["bank"] == HIDDEN_FROM_BANK
    assert hidden - by_owner["applicant"] == HIDDEN_FROM_APPLICANT
