"""The small city's firm with a penalty, a window that answers as told, and the jobs that speak to it."""

from datetime import timedelta

import pytest
from repairs import add_penalty, file_repair
from scripted_window import ScriptedWindow

from suxin.kernel import performing
from suxin.repair.commands import RELAY_TOPIC
from suxin.repair.jobs import handlers
from suxin.repair.relaying import ASK_TOPIC

STEP = timedelta(minutes=1)


@pytest.fixture
def window():
    return ScriptedWindow()


@pytest.fixture
async def penalty(small_city):
    return await add_penalty(small_city)


@pytest.fixture
def file(small_city, penalty):
    """Return a way to apply for the penalty's repair."""

    async def file(**changes):
        return await file_repair(small_city, **{"record_id": penalty, **changes})

    return file


@pytest.fixture
def run(small_city, admin, window):
    """Return a way to carry out what is due of a topic; it answers how many rows there were."""
    table = handlers(small_city.sealer, window)

    async def run(topic, now=None):
        rows = await admin.fetch(
            "select id from outbox where topic = $1 and not_before <= $2 and done_at is null"
            " and failed_at is null order by not_before, id",
            topic,
            now or small_city.now,
        )
        for row in rows:
            assert await performing.perform(
                small_city.database, row["id"], table, now=now or small_city.now
            )
        return len(rows)

    return run


@pytest.fixture
def relay(run):
    """Return a way to send what waits until nothing is left to send; it answers in how many jobs."""

    async def relay(now=None):
        jobs = 0
        while found := await run(RELAY_TOPIC, now):
            jobs += found
        return jobs

    return relay


@pytest.fixture
def ask(run, small_city):
    """Return a way to have the window asked an hour later."""

    async def ask(now=None):
        return await run(ASK_TOPIC, now or small_city.now + timedelta(hours=1))

    return ask


@pytest.fixture
def row_of(admin):
    async def row_of(application):
        return await admin.fetchrow(
            "select * from repair_applications where id = $1", application.id
        )

    return row_of


@pytest.fixture
def told(admin):
    """Return a way to see the notices of a template, the earliest first."""

    async def told(template):
        return await admin.fetch(
            "select * from notices where template = $1 order by created_at, id", template
        )

    return told
