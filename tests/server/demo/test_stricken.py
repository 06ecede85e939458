"""The demo city's disaster: one town, two people, and what its confirmation proposes to others; made once."""

from datetime import UTC, datetime

from suxin.disasters.jobs import handlers
from suxin.kernel import performing
from suxin_server.demo.stricken import StrickenCity

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WAITING = "select id from outbox where done_at is null and topic like 'disasters.%' order by id"


async def test_a_notice_is_proposed_to_the_office_and_renewals_to_banks(new_city):
    async with new_city(NOW) as built:
        sealer = built.setting.made_for.sealer
        city = StrickenCity(built.database, sealer)
        assert await city.fill(now=NOW)
        row = await built.admin.fetchrow("select * from declared_disasters")
        assert (row["state"], len(row["areas"])) == ("CONFIRMED", 1)
        assert row["declared_by"] != row["decided_by"]
        assert await built.column("select id from disaster_notices") == []
        for job in await built.column(WAITING):
            assert await performing.perform(built.database, job, handlers(sealer), now=NOW)
        (notice,) = await built.admin.fetch("select state, source, areas from disaster_notices")
        assert tuple(notice) == ("PROPOSED", f"disasters/{row['id']}", row["areas"])
        states = await built.column("select state from renewal_proposals")
        assert states
        assert set(states) == {"PROPOSED"}
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)
