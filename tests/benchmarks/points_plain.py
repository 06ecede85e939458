"""The same rows by plain SQL: what a month's posting leaves behind, written by seven statements over tables of the same columns and indexes.

No row policies, triggers, checks or keys of other tables, and all villages in one transaction: as little as a database can do for these rows.
"""

import time
from datetime import datetime

import asyncpg

TABLES = (
    "grid_claims",
    "ledger_accounts",
    "ledger_transfers",
    "audit_entries",
    "tenant_events",
    "notices",
    "outbox",
)
POST = (
    """
    update plain_grid_claims set state = 'POSTED', due_at = null, posted_at = $1, ended_at = $1, posted_points = points, transfer_id = gen_random_uuid()
    """,
    """
    insert into plain_ledger_accounts (tenant_id, id, code, name, asset, normal_side, floor, posted_debits, posted_credits, pending_debits,
      pending_credits, opened_at, moved_at)
    select tenant_id, coalesce(household_id, tenant_id), coalesce('grid.household.' || replace(household_id::text, '-', ''), 'grid.issued'), 'x',
      'POINT:village', case when household_id is null then 'DEBIT' else 'CREDIT' end, case when household_id is not null then 0 end,
      case when household_id is null then sum(points) else 0 end, case when household_id is null then 0 else sum(points) end, 0, 0, $1, $1
    from plain_grid_claims group by grouping sets ((tenant_id), (tenant_id, household_id))
    """,
    """
    insert into plain_ledger_transfers (tenant_id, id, debit_account_id, credit_account_id, asset, amount, phase, code, reference, effective_at,
      recorded_at, chain_id)
    select tenant_id, transfer_id, tenant_id, household_id, 'POINT:village', points, 'SINGLE', 'grid.posted', id::text, $1, $1, transfer_id
    from plain_grid_claims
    """,
    """
    insert into plain_audit_entries (id, at, request_id, actor_kind, tenant_id, action, object_type, object_id, categories, fields, row_count, detail)
    select gen_random_uuid(), $1, 'bench', 'system', tenant_id, 'grid.claim.posted', 'grid_claim', id, '{}', '{}', 0,
      jsonb_build_object('rule', rule_code, 'points', points, 'posted', posted_points) from plain_grid_claims
    """,
    """
    insert into plain_tenant_events (tenant_id, id, type, object_id, data, occurred_at, recorded_at)
    select tenant_id, gen_random_uuid(), 'grid.claim.posted', id,
      jsonb_build_object('household', household_id, 'rule', rule_code, 'points', posted_points), $1, $1 from plain_grid_claims
    """,
    """
    insert into plain_notices (id, person_id, template, title, body, link, facts, created_at)
    select gen_random_uuid(), m.subject_id, 'point_claim', '积分已入账', '“x”+2 分已入账。', '/points/' || tenant_id,
      jsonb_build_object('rule', rule_name, 'points', points::text), $1
    from plain_grid_claims join household_members m using (tenant_id, household_id)
    """,
    """
    insert into plain_outbox (id, topic, payload, created_at, not_before, attempts)
    select gen_random_uuid(), 'kernel.notice.deliver', jsonb_build_object('notice_id', id, 'person_id', person_id), $1, $1, 0 from plain_notices
    """,
)


async def write_plainly(admin: asyncpg.Connection, now: datetime) -> float:
    """Copy the claims as they stand, then write what posting them leaves; return the seconds of the writing."""
    for table in TABLES:
        await admin.execute(
            f"create table plain_{table} (like {table} including defaults including indexes)"
        )
    await admin.execute("insert into plain_grid_claims select * from grid_claims", timeout=None)
    await admin.execute("analyze plain_grid_claims", timeout=None)
    began = time.perf_counter()
    async with admin.transaction():
        for statement in POST:
            await admin.execute(statement, now, timeout=None)
    return time.perf_counter() - began
