"""The demo city's default cover: money set aside, one claim paid of which a part came back, one that waits; made once."""

from datetime import UTC, datetime, timedelta

import pytest

from suxin.perks.covers.rules import WAIT_DAYS
from suxin_server.demo.covered import BACK_FEN, DEPOSIT_FEN, LOST_FEN, PUT_IN_FEN, CoveredCity
from suxin_server.demo.on_funds import FUNDER, OFFICE
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


async def _dies(*_: object, **__: object) -> None:
    raise RuntimeError


async def test_one_claim_was_paid_by_two_and_one_waits(new_city, monkeypatch):
    async with new_city(NOW) as built:
        sealer = built.setting.made_for.sealer
        city = CoveredCity(database=built.database, sealer=sealer, profiles=PROFILES)
        with monkeypatch.context() as last_step, pytest.raises(RuntimeError):
            last_step.setattr("suxin_server.demo.covered.report_recovery", _dies)
            await city.fill(now=NOW)
        assert await built.column("select id from perk_covers") == []
        assert await city.fill(now=NOW)
        assert await built.column("select funder_name from perk_covers") == [FUNDER]
        waiting, paid = await built.admin.fetch(
            "select * from perk_cover_claims order by asked_fen desc"
        )
        assert (waiting["state"], waiting["ground"]) == ("SUBMITTED", "NOT_RETURNED")
        assert waiting["asked_fen"] == waiting["bound_fen"] == DEPOSIT_FEN
        assert waiting["late_at"] is None
        assert waiting["due_at"] > NOW
        assert (paid["state"], paid["ground"]) == ("PAID", "UNPAID")
        assert paid["asked_fen"] == paid["granted_fen"] == LOST_FEN
        assert paid["filed_at"] < paid["decided_at"] < paid["checked_at"] < NOW
        assert paid["ended_at"] < paid["due_at"]
        who = "select login from staff where id = any($1) order by login"
        assert await built.column(who, [paid["decided_by"], paid["checked_by"]]) == list(OFFICE)
        due = "select max(completed_at) from service_orders where number = 'DEMO-U1'"
        (completed_at,) = await built.column(due)
        assert paid["filed_at"] - completed_at >= timedelta(days=WAIT_DAYS)
        back = await built.admin.fetch("select state, cover_fen from perk_cover_recoveries")
        assert [tuple(row) for row in back] == [("REPORTED", BACK_FEN)]
        custody = (
            "select posted_credits - posted_debits from ledger_accounts a join perk_covers c"
            " on a.id = c.custody_id and a.tenant_id = c.tenant_id"
        )
        assert [abs(one) for one in await built.column(custody)] == [PUT_IN_FEN - LOST_FEN]
        assert len(await built.column("select id from perk_cover_papers")) == 2
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2026, 10, 8, 0, 50, tzinfo=UTC), id="before the office opens after a week off"),
        pytest.param(datetime(2026, 2, 28, 16, 5, tzinfo=UTC), id="the night in which a month begins"),
    ],
)  # fmt: skip
async def test_on_whatever_day_nothing_is_to_come_and_the_claim_that_waits_is_in_time(
    new_city, now
):
    async with new_city(NOW) as built:
        sealer = built.setting.made_for.sealer
        city = CoveredCity(database=built.database, sealer=sealer, profiles=PROFILES)
        assert await city.fill(now=now)
        to_come = "select action from audit_entries where action like 'perks.%' and at > $1"
        assert await built.column(to_come, now) == []
        waiting = "select due_at > $1 from perk_cover_claims where state = 'SUBMITTED'"
        assert await built.column(waiting, now) == [True]
