"""``suxin audit scope``: whose data somebody read in a time, told at the command line and put on record (PIPL art. 57)."""

import asyncio
import subprocess
from dataclasses import replace

import pytest
from forked_product import run_forked
from observing import nothing_written, one

from suxin.consent.fetches import fetch_records

pytestmark = pytest.mark.processes


@pytest.fixture
def scope(city):
    """Run ``suxin audit scope …``."""

    async def run(*words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            run_forked,
            *("audit", "scope", *words),
            DATABASE_URL=city.app,
            DATABASE_BATCH_URL=city.batch,
        )

    return run


async def test_whose_data_a_client_read_is_told_and_that_it_was_asked_is_on_record(
    scope, small_city, admin
):
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, bank)
    client = replace(bank.officer, client_id="a-client", staff_id=None)
    await small_city.act(fetch_records, client, consent_id=granted.consent_id)
    day = ("--since", "2000-01-01T00:00:00+08:00", "--until", "2100-01-01T00:00:00+08:00")
    told = await scope("--client", "a-client", *day)
    assert told.returncode == 0, told.stderr
    first, second = told.stdout.splitlines()
    assert first == "涉及主体 · subjects concerned: 1"
    assert second.startswith(f"{small_city.firm_id}  1 次 · reads, 3 条 · rows  ")
    assert {"tax", "social_insurance"} < set(second.rpartition("  ")[2].split(","))
    asked = await one(
        admin,
        "select actor_kind, detail->>'subjects' as subjects from audit_entries"
        " where action = 'consent.breach.reported'",
    )
    assert asked == {"actor_kind": "system", "subjects": "1"}
    assert (await scope("--tenant", str(small_city.banks[1].tenant_id), *day)).stdout == (
        "涉及主体 · subjects concerned: 0\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--since", "2026-01-01", "--until", "2027-01-01T00:00:00+08:00"), "2026-01-01"),
        (
            ("--since", "2026-01-01T00:00:00+08:00", "--until", "2027-01-01T00:00:00+08:00"),
            "tenant or client",
        ),
    ],
    ids=["no time zone", "nobody named"],
)
async def test_what_cannot_be_asked_is_one_clear_line(scope, small_city, admin, words, message):
    async with nothing_written(admin):
        refused = await scope(*words)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
