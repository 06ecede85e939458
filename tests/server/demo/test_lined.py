"""The demo city's whole-village credit: one round in progress, with a line in force that its household can use, made once."""

from datetime import datetime

import pytest
from demo_cities import ratings, villages

from suxin.village_credit.keeping import COUNT_AGAIN
from suxin_server.demo.lined import DECIDED, NEIGHBOURS, LinedCity
from suxin_server.lining import line_all
from suxin_tenants import PROFILES


@pytest.mark.parametrize("day", ["2026-11-30", "2027-01-02"])
async def test_one_round_is_in_progress_and_a_line_is_in_force(new_city, day) -> None:
    """Whenever it is begun: the cast's household has a grade, and the notice of its line is over."""
    now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
    async with new_city(now, villages, ratings) as built:
        sealer = built.setting.made_for.sealer
        city = LinedCity(built.database, built.setting.batch, sealer, PROFILES, "wx-demo")
        assert await city.fill(now=now)
        states = await built.column("select state from credit_round_members")
        assert {state: states.count(state) for state in set(states)} == {
            "ACTIVE": 1,
            "NOTICED": DECIDED - 1,
            "OBJECTED": 1,
            "CONSENTED": NEIGHBOURS - DECIDED,
        }
        assert len(set(await built.column("select tier from credit_round_members"))) > 2
        # The worker counts in whole fives soon after.
        await line_all(built.database, now=now + COUNT_AGAIN)
        counts = await built.admin.fetchrow("select state, joined, active from credit_rounds")
        assert tuple(counts) == ("OPEN", 10, None)
        # Once and no more, at whatever start.
        assert not await city.fill(now=now)
