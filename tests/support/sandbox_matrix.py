"""Who must not touch a sandbox: commands and queries for the proofs as two tenants, and a row of each of its tables."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.sandbox_clocks import SandboxClock
from suxin.sandboxes.models import ClientConduct, SandboxApplicant
from suxin.sandboxes.policies import SandboxOnly


def of_no_sandbox(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command of a sandbox: an organisation of the city is told that it is in none, and others may not."""
    return [("rival", SandboxOnly, given), *by(EVERYONE_BUT_BANKS, Forbidden, given)]


def applicant(world: World) -> dict[str, Any]:
    return {"applicant_id": world.bank.tenant_id}


COMMANDS: dict[str, list[Case]] = {
    "sandboxes.clocks.advance": of_no_sandbox(lambda _world: {"by": timedelta(days=1)}),
    "sandboxes.clocks.move_clock": of_no_sandbox(
        lambda world: {"to": world.city.now + timedelta(days=1)}
    ),
    "sandboxes.playing.trigger_event": of_no_sandbox(
        lambda world: {**applicant(world), "event": None}
    ),
}


def client(world: World) -> dict[str, Any]:
    return {"client_id": world.client_id, "besides": {}}


QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "lending.queries.requests.lead_of": (
        "rival",
        lambda world: {"request_id": world.running.request.id},
        None,
    ),
    "sandboxes.queries.client_record": ("rival", client, SandboxOnly),
    "sandboxes.queries.lock_applicant": ("rival", applicant, NotFound),
    "sandboxes.queries.own_applicants": ("rival", lambda _world: {}, None),
}


async def fill_sandbox(city: SmallCity, admin: asyncpg.Connection) -> None:
    """Let the first bank have what a sandbox has, so that its tables are not empty."""
    given = {"tenant_id": city.banks[0].tenant_id, "subject_id": city.firm_id}
    for model in (SandboxClock, SandboxApplicant, ClientConduct):
        await insert(admin, model, sample(model, city.now, **given))
