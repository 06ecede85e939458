"""The states of claims, recoveries and limits, past every command: each caller writes exactly the declared steps."""

from itertools import product
from typing import Any

import asyncpg
from small_city import SmallCity
from small_covers import WAITED, build_cover
from small_limits import defaulted, noticed, person_of, proposed
from small_perks import build_perks
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.perks.covers.recovering import RecoveryDraft, report_recovery
from suxin.perks.covers.states import CoverClaimState, CoverRecoveryState
from suxin.perks.limiting.states import LimitState

TO = "cast({to} as text)"
DECIDED = f"{TO} in ('DECIDED', 'APPROVED', 'REJECTED', 'PAID')"
CHECKED = f"{TO} in ('APPROVED', 'REJECTED', 'PAID')"
CLAIM = (
    f"state = {TO}, granted_fen = case when {TO} = 'REJECTED' then 0 when {DECIDED} then 1 end,"
    f" answer = case when {DECIDED} then 'x' end, decided_by = case when {DECIDED} then id end,"
    f" decided_at = case when {DECIDED} then filed_at end,"
    f" checked_by = case when {CHECKED} then tenant_id end,"
    f" checked_at = case when {CHECKED} then filed_at end, hold_id = id,"
    f" paid_by = case when {TO} = 'PAID' then id end, paid_on = case when {TO} = 'PAID' then current_date end,"
    f" reference = case when {TO} = 'PAID' then 'x' end,"
    f" ended_at = case when {TO} in ('REJECTED', 'PAID', 'WITHDRAWN') then filed_at end"
)
CONFIRMED = f"{TO} = 'CONFIRMED'"
RECOVERY = (
    f"state = {TO}, confirmed_by = case when {CONFIRMED} then id end,"
    f" confirmed_at = case when {CONFIRMED} then reported_at end,"
    f" arrived_on = case when {CONFIRMED} then recovered_on end,"
    f" reference = case when {CONFIRMED} then 'x' end"
)
OVER = f"{TO} in ('LIFTED', 'ENDED')"
LIMIT = (
    f"state = {TO}, noticed_at = proposed_at, object_until = proposed_at + interval '1 day',"
    f" contested_at = proposed_at,"
    f" effective_at = case when {TO} = 'EFFECTIVE' then proposed_at + interval '2 days' end,"
    f" ends_on = case when {TO} = 'EFFECTIVE' then current_date end,"
    f" ended_at = case when {OVER} then proposed_at end, end_reason = case when {OVER} then 'x' end"
)
ENDS = {(one, "ENDED") for one in ("PROPOSED", "NOTICED", "CONTESTED", "EFFECTIVE")}
BACK = {("CONTESTED", "NOTICED"), ("CONTESTED", "LIFTED")}
TABLES: dict[str, tuple[Any, str, dict[str, set[tuple[str, str]]]]] = {
    "perk_cover_claims": (
        CoverClaimState,
        CLAIM,
        {
            "merchant": {("SUBMITTED", "WITHDRAWN")},
            "operator": {
                ("SUBMITTED", "DECIDED"),
                ("DECIDED", "SUBMITTED"),
                ("DECIDED", "APPROVED"),
                ("DECIDED", "REJECTED"),
                ("APPROVED", "REJECTED"),
                ("APPROVED", "PAID"),
            },
            "platform": set(),
            "bank": set(),
            "person": set(),
        },
    ),
    "perk_limits": (
        LimitState,
        LIMIT,
        {
            "merchant": ENDS,
            "operator": BACK,
            "platform": {*ENDS, *BACK, ("PROPOSED", "NOTICED"), ("NOTICED", "EFFECTIVE")},
            "bank": set(),
            "person": {("NOTICED", "CONTESTED"), ("CONTESTED", "NOTICED")},
        },
    ),
    "perk_cover_recoveries": (
        CoverRecoveryState,
        RECOVERY,
        {
            "merchant": set(),
            "operator": {("REPORTED", "CONFIRMED")},
            "platform": set(),
            "bank": set(),
            "person": set(),
        },
    ),
}


async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_cover(await build_perks(small_city))
    claim = await small.paid(await small.claim(await small.unpaid()))
    now = small_city.now + WAITED
    draft = RecoveryDraft(received_fen=900, cost_fen=0, recovered_on=now.date(), number="R-1")
    about = {"claim_id": claim.id, "draft": draft, "now": now}
    await small_city.act(report_recovery, small.perks.merchant, **about)
    await noticed(small, await proposed(small, await defaulted(small, number="L-1")))
    actors = {
        "merchant": small.perks.merchant,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "bank": small_city.banks[0].officer,
        "person": person_of(small_city),
    }
    for table, (states, setting, declared) in TABLES.items():
        found: dict[str, set[tuple[str, str]]] = {who: set() for who in actors}
        for before, to in product(states, states):
            await admin.execute(
                f"update {table} set {setting.format(to='$1')}",  # noqa: S608 - our own words
                before.value,
            )
            for who, actor in actors.items():
                if to is not before and await written(small_city, actor, table, setting, to.value):
                    found[who].add((before.value, to.value))
        assert found == declared, table


async def written(city: SmallCity, actor: Actor, table: str, setting: str, to: str) -> bool:
    """Try a change of state past every command, and take it back."""
    statement = text(
        f"update {table} set {setting.format(to=':to')} returning id"  # noqa: S608 - our own words
    )
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, {"to": to})).all()
            await session.rollback()
    except DBAPIError as error:
        assert sqlstate(error) in {"23514", "42501"}  # noqa: PT017 - a step that nobody declared
        return False
    return len(rows) == 1
