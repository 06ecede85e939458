"""A demo city whose building is killed is completed at the next start, as of the moment that it was made up for at first."""

import asyncio
import signal
from datetime import timedelta

import killed_city
from forked_product import PLAIN, fork

SECONDS = 120


async def test_whatever_a_killed_start_has_left_out_the_next_one_writes(built, empty_city, now):
    async with empty_city() as (urls, admin):
        for days, place in enumerate(killed_city.PLACES):
            later = (now + timedelta(days=days)).isoformat()
            process = fork([killed_city.__file__, *urls, later, place], PLAIN)
            assert await asyncio.to_thread(process.wait, SECONDS) == -signal.SIGKILL, place

        assert (await killed_city.build(*urls, now + timedelta(days=2))).built
        assert not (await killed_city.build(*urls, now + timedelta(days=2))).built

        for table in (*built.report.rows, "ingestion_batches", "population_cells"):
            ours = "request_id = 'demo-city' and actor_kind <> 'system'"
            where = ours if table == "audit_entries" else "true"
            counted = f"select count(*) from {table} where {where}"  # noqa: S608 - names of our own tables
            assert await admin.fetchval(counted) == await built.admin.fetchval(counted), table
        states = "select state, count(*) from ingestion_batches group by 1 order by 1"
        assert await admin.fetch(states) == await built.admin.fetch(states)
        # The second half belongs to the first: it was made up for the same moment.
        moment = "select max(dispatched_at) from referrals"
        assert await admin.fetchval(moment) == await built.admin.fetchval(moment)
        strangers = (
            "select count(*) from lead_parties p"
            " where not exists (select from subjects s where s.id = p.subject_id)"
        )
        assert await admin.fetchval(strangers) == 0
