"""A quarter counted row by row, as the definitions of its measures say, to compare the one statement with."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from suxin.kernel.working_days import Calendar, working_days_between
from suxin.lending.league.closing import facts_in_at
from suxin.lending.league.quarters import Quarter

Case = tuple[str, int, int]
Found = Mapping[tuple[UUID, str], list[tuple[int, int]]]

_LOANS: Final = "select l.*, q.first_loan from loans l join loan_requests q on q.id = l.request_id where l.sandbox_id is null"


def by(moment: datetime | None, deadline: datetime) -> bool:
    return moment is not None and moment <= deadline


async def plainly_counted(admin: asyncpg.Connection, quarter: Quarter, calendar: Calendar) -> Found:
    """Return each bank's cases by measure: what a case adds to the numerator and to the denominator."""
    until, found = facts_in_at(quarter), defaultdict[tuple[UUID, str], list[tuple[int, int]]](list)
    offers: dict[UUID, datetime] = {}
    for row in await admin.fetch(
        "select * from offers where made_at <= $1 order by made_at", until
    ):
        offers.setdefault(row["referral_id"], row["made_at"])
    for row in await admin.fetch("select * from referrals"):
        if quarter.begins_at <= row["dispatched_at"] < quarter.ends_at:
            for name, one, of in of_referral(known(row, until), offers.get(row["id"]), calendar):
                found[row["tenant_id"], name].append((one, of))
    for row in await admin.fetch(_LOANS):
        for name, one, of in of_loan(row, quarter, until):
            found[row["tenant_id"], name].append((one, of))
    return found


def known(row: Any, until: datetime) -> dict[str, Any]:
    """A referral as it was known: what happened later had not happened."""
    moments = ("accepted_at", "contacted_at", "decided_at")
    return dict(row) | {name: row[name] if by(row[name], until) else None for name in moments}


def of_referral(
    row: dict[str, Any], offered: datetime | None, calendar: Calendar
) -> Iterator[Case]:
    claimed, accepted, decided = row["mode"] == "open_pool", row["accepted_at"], row["decided_at"]
    given_up = row["state"] == "PASSED" and accepted is None and by(decided, row["accept_by"])
    if not claimed and not given_up:
        yield "pick_up", by(accepted, row["accept_by"]), 1
    spoken = min((one for one in (row["contacted_at"], offered) if one), default=None)
    over = spoken is None and row["state"] in ("PASSED", "DECLINED")
    bound = claimed or by(row["consented_at"], row["contact_by"])
    if accepted and bound and not (over and by(decided, row["contact_by"])):
        yield "on_time_contact", by(spoken, row["contact_by"]), 1
    answered = offered or (decided if row["state"] == "DECLINED" else None)
    if answered is not None:
        elapsed = working_days_between(row["dispatched_at"], answered, calendar=calendar)
        yield "decision_days", elapsed.days, 1


def of_loan(row: Any, quarter: Quarter, until: datetime) -> Iterator[Case]:
    if row["state"] != "CANCELLED":
        yield "overdue", row["drawn_fen"] * (row["state"] == "OVERDUE"), row["drawn_fen"]
    cancelled = row["state"] == "CANCELLED" and row["ended_at"] <= until
    if cancelled or not quarter.begins_at <= row["signed_at"] < quarter.ends_at:
        return
    money = row["principal_fen"]
    yield "credit_loan", money * (row["guarantee"] == "credit"), money
    yield "rate", money * row["rate_bps"], money
    if row["renews_id"] is None:
        yield "first_loan", row["first_loan"], 1
