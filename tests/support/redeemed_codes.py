"""Codes redeemed by way of the queue, and all that a redemption leaves behind: kept, put back, and compared between the two ways of redeeming."""

from typing import Any
from uuid import uuid4

import asyncpg
from small_codes import SmallCodes

from suxin.kernel.refusals import Refusal
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin_tenants.merchant.till_shapes import shown

BETTER, USUAL = "门票半价", "门票 9 折"
"""What a tier opens and what everybody has of ``tour.ticket``."""

# What a redemption leaves behind, in every table that it touches.
WRITTEN = {
    "redemptions": "select state, persons, uses, used_value_fen, benefit ->> 'label' label, handle is not null named, held_by is not null by_staff from perk_redemptions order by id",
    "redeemers": "select subject_id, consent_id is not null agreed, programme_id is not null, scenario_code, persons from perk_redeemers order by redemption_id",
    "handles": "select count(*) from perk_handles",
    "uses": "select number, period, at_desk, categories, content from consent_fetches",
    "bases": "select count(*) filter (where ended_at is null) live, count(*) from access_bases where purpose = 'perk.redeem'",
    "passes": "select used_at is not null used, failures from presentation_passes order by number",
    "jobs": "select topic, payload ?& array['subject_id', 'consent_id'] or payload ?& array['tenant_id', 'redemption_id'] named, tenant_id is null nobodys, sandbox_id, not_before = created_at now from outbox where topic in ('consent.consent.used', 'perks.redemption.kept') order by topic",
    "acts": "select action, tenant_id is not null, subject_id, client_id, object_type, object_id is not null, purpose, categories, fields, row_count, detail::text, consent_id is not null from audit_entries where action in ('perks.redemption.completed', 'data.read') order by action",
    "events": "select type, data - 'programme' from tenant_events where type like 'perks.%' order by id",
    "left": "select code like '%.stock', posted_debits, pending_debits from ledger_accounts where floor = 0 order by code",
    "keys": "select operation, result ->> 'handle' is not null from idempotency_keys where operation = 'perks.redeem'",
}

TOUCHED = (
    "perk_redemptions", "perk_redeemers", "perk_handles", "consent_fetches", "access_bases", "presentation_passes", "outbox",
    "audit_entries", "tenant_events", "ledger_transfers", "ledger_accounts", "idempotency_keys",
)  # fmt: skip


async def stumbles(*_: Any) -> Any:
    raise LookupError


async def keep(admin: asyncpg.Connection) -> None:
    """Keep what is there now of all that a redemption touches."""
    for table in TOUCHED:
        await admin.execute(f"create table kept_{table} as table {table}")


async def put_back(admin: asyncpg.Connection) -> None:
    """Have again what was kept, around every policy and trigger."""
    await admin.execute("set session_replication_role = replica")
    for table in TOUCHED:
        await admin.execute(
            f"delete from {table}; insert into {table} select * from kept_{table}"  # noqa: S608 - words of our own
        )
    await admin.execute("set session_replication_role = origin")


async def left_behind(admin: asyncpg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {what: [tuple(row) for row in await admin.fetch(sql)] for what, sql in WRITTEN.items()}


async def redeemed(queue: RedeemingQueue, codes: SmallCodes, code: str, **given: Any) -> Any:
    """Ask for one redemption; a refusal is an answer, by its code."""
    asked = {"key": f"till-{uuid4()}", "persons": 1, "now": codes.perks.city.now, **given}
    try:
        done = await queue.redeem(
            asked.pop("actor", codes.perks.merchant),
            code=code,
            request={"code": code, "persons": asked["persons"]},
            show=shown,
            **asked,
        )
    except Refusal as refusal:
        return refusal.code
    return done.result["benefit"]["label"]
