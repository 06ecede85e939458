"""The demo city's ratings: last year's with grades of every kind, this year's in the hands of its panel, made once."""

from datetime import datetime

import pytest
from demo_cities import ratings, villages

from suxin_server.demo.rated import HOUSEHOLDS, VOTED


@pytest.mark.parametrize("day", ["2026-11-30", "2027-01-02"])
async def test_one_cycle_is_finished_and_one_is_voted_on(new_city, day) -> None:
    """Whenever it is begun: last year's cycle lies in another year, and is over."""
    now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
    async with new_city(now, villages, ratings) as built:
        assert sorted(await built.column("select state from rural_cycles")) == [
            "EFFECTIVE",
            "VOTING",
        ]
        assert len(await built.column("select id from rural_grades where state = 'IN_FORCE'")) == (
            HOUSEHOLDS
        )
        assert len(set(await built.column("select tier from rural_grades"))) > 1
        assert len(await built.column("select entry_id from rural_votes")) == 4 * VOTED
        # Once and no more, at whatever start.
        assert not await built.rated.fill(now=now)
