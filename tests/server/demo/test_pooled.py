"""The demo city's risk pool, a claim on it, and its guarantor: there soon after the start, by the product's own commands, and made once."""

from datetime import UTC, datetime

import pytest

from suxin_server.demo import cast, claimed, pooled
from suxin_server.demo.claimed import ClaimedCity
from suxin_server.demo.guaranteed import GuaranteedCity
from suxin_server.demo.pooled import PooledCity
from suxin_server.demo.unpaid import UNPAID
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Killed(Exception):
    """The process is gone."""


async def _dies(*_: object, **__: object) -> None:
    raise Killed


async def test_the_city_has_a_pool_with_partners_agreements_and_filings_and_a_claim(
    new_city, monkeypatch
):
    async with new_city(NOW) as built:
        sealer = built.setting.made_for.sealer
        city = PooledCity(built.database, sealer, PROFILES)
        with monkeypatch.context() as last_step, pytest.raises(Killed):
            last_step.setattr(pooled, "file_loans", _dies)
            await city.fill(now=NOW)
        assert await built.column("select id from risk_pools") == []
        assert await city.fill(now=NOW)
        assert await built.column("select state from risk_pools") == ["OPEN"]
        paid = await built.column(
            "select posted_credits from ledger_accounts where code like '%.partner-%' order by 1"
        )
        assert paid == [800_000_000, 1_800_000_000]
        states = await built.column("select state from pool_agreements")
        assert set(states) == {"IN_FORCE"}
        assert len(states) >= 2
        filed = await built.column("select committed_fen from pool_filings")
        lent = await built.column(
            "select id from loans where state = 'DISBURSED' and tenant_id in"
            " (select bank_id from pool_agreements)"
        )
        assert len(filed) == len(lent) > UNPAID
        committed = await built.admin.fetchval(
            "select posted_debits from ledger_accounts where code like '%.committed'"
        )
        assert committed == sum(filed)
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)

        claims = ClaimedCity(
            database=built.database, batch=built.setting.batch, sealer=sealer, profiles=PROFILES
        )
        with monkeypatch.context() as last_step, pytest.raises(Killed):
            last_step.setattr(claimed, "report_recovery", _dies)
            await claims.claim(now=NOW)
        assert await built.column("select id from pool_claims") == []
        assert await claims.claim(now=NOW)
        await _require_a_claim_of_each_kind(built)
        assert not await claims.claim(now=NOW)
        assert len(await built.column("select id from pool_claims")) == 1
        await _require_guarantees(built)


async def _require_guarantees(built):
    guaranteed = GuaranteedCity(built.database, PROFILES)
    assert await guaranteed.guarantee(now=NOW)
    asked = await built.column("select state from guarantee_requests order by state")
    assert sorted(set(asked)) == ["REQUESTED", "UNDERWRITTEN"]
    assert asked.count("UNDERWRITTEN") == 1
    assert not await guaranteed.guarantee(now=NOW)


async def _require_a_claim_of_each_kind(built):
    """One claim was paid and recovered in part, and its bank has others to make; whoever approved logs in with his password alone."""
    late = await built.admin.fetch(
        "select l.tenant_id, l.state, c.state as claim, l.overdue_days >= 90 as triggered from loans l"
        " join pool_filings f on f.loan_id = l.id left join pool_claims c on c.loan_id = l.id"
        " where l.overdue_since is not null"
    )
    assert len(late) == UNPAID
    assert len({row["tenant_id"] for row in late}) == 1
    open_ones = [row for row in late if row["claim"] is None]
    assert [(row["state"], row["triggered"]) for row in open_ones] == [("OVERDUE", True)] * 3
    assert [row["claim"] for row in late if row["claim"] is not None] == ["RECOVERING"]
    lines = await built.column("select matched from custodian_lines where state = 'MATCHED'")
    assert sorted(map(str, lines)) == ["payment", "recovery"]
    assert await built.column("select state from pool_recoveries") == ["CONFIRMED"]
    assert await built.column("select staff_id from second_factors") == []
    office = {one.login for one in cast.OPERATOR.staff}
    assert {"operator.fund", "operator.bureau"} < office
