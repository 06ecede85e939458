"""What the city's money paid for past months in the demo city: by the rules of statements, whatever day the city is of, and once."""

from datetime import UTC, date, datetime

import pytest

from suxin.kernel.actor import Actor
from suxin.perks.settlements.drawing import month_due
from suxin_server.demo.on_funds import OFFICE
from suxin_server.demo.settled import MONTHS, REDEEMED, SettledCity
from suxin_server.judging import settle_perks
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
STATEMENTS = (
    "select month, t.short_name, s.redemptions, s.uses, s.amount_fen, s.state from perk_settlements s"
    " join tenants t on t.id = s.tenant_id order by month, amount_fen"
)
PERSONS = sum(persons for _, persons in REDEEMED)
MALL_FEN, LAKE_FEN = 500 * PERSONS, 600 * PERSONS


async def test_months_were_paid_and_the_last_one_waits_for_the_mall_and_for_a_second_person(
    new_city,
):
    async with new_city(NOW) as built:
        city = SettledCity(database=built.database, batch=built.setting.batch, profiles=PROFILES)
        assert await city.fill(now=NOW)
        august, september, october = (date(2026, month, 1) for month in (8, 9, 10))
        count = len(REDEEMED)
        assert [tuple(row) for row in await built.admin.fetch(STATEMENTS)] == [
            (august, "水韵百货", count, PERSONS, MALL_FEN, "PAID"),
            (august, "云水景区", count, PERSONS, LAKE_FEN, "PAID"),
            (september, "水韵百货", count, PERSONS, MALL_FEN, "PAID"),
            (september, "云水景区", count, PERSONS, LAKE_FEN, "PAID"),
            (october, "水韵百货", count, PERSONS, MALL_FEN, "DRAWN_UP"),
            (october, "云水景区", count, PERSONS, LAKE_FEN, "CONFIRMED"),
        ]
        (paid, *_) = await built.admin.fetch(
            "select *, drawn_up_at < confirmed_at and confirmed_at < first_at and first_at < approved_at"
            " and approved_at::date < paid_on as in_order from perk_settlements where state = 'PAID'"
        )
        assert paid["in_order"]
        assert paid["paid_on"] < NOW.date()
        who = "select login from staff where id = any($1) order by login"
        logged_in = await built.column(who, [paid["first_by"], paid["approved_by"]])
        assert logged_in == list(OFFICE)
        due = "select sum(posted_credits - posted_debits) from ledger_accounts where code like '%.due'"
        assert await built.column(due) == [MALL_FEN + LAKE_FEN]
        # What the platform does itself afterwards finds nothing left, and another start neither.
        assert await settle_perks(built.setting.batch, built.database, now=NOW) == 0
        assert not await city.fill(now=NOW)
        assert len(await built.column("select id from perk_settlements")) == 2 * MONTHS


@pytest.mark.parametrize("now", [datetime(2026, 3, 1, 2, 0, tzinfo=UTC)])
async def test_before_a_months_third_working_day_it_has_no_statement(new_city, now):
    async with new_city(now) as built:
        async with built.database.snapshot(Actor.anonymous("demo"), now=now) as session:
            assert await month_due(session, now=now) is None
        city = SettledCity(database=built.database, batch=built.setting.batch, profiles=PROFILES)
        assert await city.fill(now=now)
        found = [(row["month"], row["state"]) for row in await built.admin.fetch(STATEMENTS)]
        december, january = date(2025, 12, 1), date(2026, 1, 1)
        assert found == [
            (december, "PAID"),
            (december, "PAID"),
            (january, "DRAWN_UP"),
            (january, "CONFIRMED"),
        ]
        later = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
        assert await settle_perks(built.setting.batch, built.database, now=later) == 2


async def test_a_start_that_was_killed_is_finished_by_the_next(new_city, monkeypatch):
    async with new_city(NOW) as built:
        city = SettledCity(database=built.database, batch=built.setting.batch, profiles=PROFILES)
        with monkeypatch.context() as drawing, pytest.raises(RuntimeError):
            drawing.setattr("suxin_server.demo.settled.draw_up", _dies)
            await city.fill(now=NOW)
        with monkeypatch.context() as paying, pytest.raises(RuntimeError):
            paying.setattr("suxin_server.demo.settled.note_payment", _dies)
            await city.fill(now=NOW)
        assert set(await built.column("select state from perk_settlements")) == {"DRAWN_UP"}
        assert await city.fill(now=NOW)
        states = await built.column("select state from perk_settlements order by state")
        assert states == ["CONFIRMED", "DRAWN_UP", *["PAID"] * 2 * (MONTHS - 1)]
        assert len(await built.column("select id from perk_programmes")) == 2


async def _dies(*_: object, **__: object) -> None:
    raise RuntimeError
