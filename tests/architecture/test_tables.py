"""Every table says who reads it, is keyed for its owner, and holds neither floats nor naive times."""

import pytest
from sqlalchemy import DateTime, Float, Numeric

from suxin.kernel.tables import READ_WRITE, Table, models
from suxin_server.model_registry import CONTEXTS

TABLES = [model for model in models() if CONTEXTS]
# What may be deleted at all, beside sessions and keys that have expired, and why.
DELETED = {
    "access_bases": "by the platform, with their consent or three years after a contract's; held by row policy",
    "case_documents": "by the platform, with their case or a day after none took them",
    "commitments": "with what one declared oneself (PIPL art. 47), unless it was found false; held by row policy",
    "consent_artefacts": "by the platform, with their consent; held by row policy",
    "consent_fetches": "by the platform, with their consent; held by row policy",
    "consents": "by the platform, five years after their end, requests after three; held by row policy",
    "deprecated_uses": "a day's report is forgotten when it is older than anything that is deprecated",
    "credit_records": "what one declared oneself, at one's wish (PIPL art. 47); a source's record never",
    "exports": "by the platform, thirty days after they ended; no reader but it may delete",
    "identity_providers": "given up with its secret; the audit stream keeps what it was",
    "impact_assessments": "of what ended three years ago; the row policy lets none go earlier",
    "mandates": "by the platform, three years after their end; held by row policy",
    "match_results": "the reasons of a request that ended without a contract, at its subject's wish",
    "memberships": "a role taken back; the audit stream keeps that it was given",
    "notices": "one's own inbox, at one's wish",
    "person_identities": "by the platform, once the account is closed and no contract names the person",
    "product_branches": "a rule taken back; the audit stream keeps that it was set",
    "review_cases": "by the platform, three years after they ended; held by row policy",
    "review_decisions": "by the platform, with their case; held by row policy",
    "repair_applications": "by the platform, three years after they ended; held by row policy",
    "rural_panel_members": "by the village, when it names its panel anew before the vote",
    "rural_reckonings": "by the platform, when their subject takes its consent back",
    "repair_documents": "by the platform, with their application or a day after none took them",
    "tenant_events": "by the platform, after thirty days; no reader but it may delete",
    "webhook_deliveries": "with the event, or with the endpoint that it was on its way to",
    "webhook_endpoints": "given up with its secrets; the audit stream keeps what it was",
    "staff_identities": "a link undone; the audit stream keeps that it was made",
}


def name_of(model: type[Table]) -> str:
    return model.__tablename__


@pytest.mark.parametrize("model", TABLES, ids=name_of)
def test_a_table_declares_its_readers_or_is_a_doorway(model):
    ways = (bool(model.__readers__), model.__doorway__ is not None, model.__staging__ is not None)
    assert sum(ways) == 1
    if model.__doorway__ is not None:
        assert len(model.__doorway__) > 15, "say why it must be found before a tenant is known"
    if model.__staging__ is not None:
        assert len(model.__staging__) > 15, "say why no policy protects it"
        assert model.__batch_privileges__
    names = [reader.name for reader in model.__readers__]
    assert len(names) == len(set(names))
    assert model.__doc__


@pytest.mark.parametrize("model", TABLES, ids=name_of)
def test_the_key_of_a_tenants_own_table_starts_with_the_tenant(model):
    """So that a distributed PostgreSQL stays possible, and an index never crosses tenants."""
    table = model.__table__
    owned = any(reader.name == "owner_tenant" for reader in model.__readers__)
    if not owned or table.c.tenant_id.nullable:
        return
    assert next(iter(table.primary_key)).name == "tenant_id"
    for key in table.foreign_key_constraints:
        assert "tenant_id" in [column.name for column in key.columns], key.name


@pytest.mark.parametrize("model", TABLES, ids=name_of)
def test_columns_hold_neither_floats_nor_naive_times(model):
    for column in model.__table__.columns:
        assert not isinstance(column.type, Float | Numeric), column.name
        if isinstance(column.type, DateTime):
            assert column.type.timezone, column.name
        if column.name.endswith(("_fen", "_bps", "_days", "_months", "_ms")):
            assert column.type.python_type is int, column.name


def test_a_staging_is_unlogged_and_a_divided_tables_parts_are_by_its_first_key_column():
    for model in TABLES:
        table = model.__table__
        assert (model.__staging__ is not None) == ("UNLOGGED" in table._prefixes)
        divided = table.dialect_options["postgresql"]["partition_by"]
        assert (model.__partitions__ > 0) == (divided is not None)
        if divided is not None:
            assert divided == f"HASH ({next(iter(table.primary_key)).name})"


def test_nothing_is_deleted_by_a_request_unless_it_is_listed():
    deletable = {
        model.__tablename__
        for model in TABLES
        if "DELETE" in model.__privileges__ and model.__doorway__ is None
    }
    assert deletable == set(DELETED)


def test_a_doorway_gives_requests_no_right_of_their_own_but_to_add():
    beyond = {
        model.__tablename__: model.__privileges__
        for model in TABLES
        if model.__doorway__ is not None and model.__privileges__ != READ_WRITE
    }
    assert beyond == {"outbox": ("INSERT",)}
