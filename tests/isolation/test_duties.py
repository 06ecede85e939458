"""Every duty of the platform × anyone else's session: there it finds nothing to do.

A duty that is not listed here fails the test.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
from observing import changed, contents
from small_world import World, call
from sqlalchemy import text
from trespassing import found

from suxin.kernel.actor import Actor
from suxin.lending.models import Step

# Rows written by this connection, those of transactions before this one included until they are reported elsewhere.
WRITTEN = text("select coalesce(sum(n_tup_ins + n_tup_upd), 0) from pg_stat_xact_user_tables")


def request(world: World) -> dict[str, Any]:
    return {"request_id": world.running.request.id}


def offer(world: World) -> dict[str, Any]:
    return {"offer_id": world.running_offer}


def consent(world: World) -> dict[str, Any]:
    return {"consent_id": world.running_consent}


def referral_of_the_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "referral_id": world.pool_referral}


# Duties of the platform, which take no actor: in anyone else's session they find nothing to do.
DUTIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "consent.commands.end_consents_about": lambda world: {
        "subject_id": world.city.firm_id,
        "context_id": world.running.request.id,
        "reason": "x",
    },
    "consent.commands.expire_consent": lambda world: {
        "subject_id": world.city.firm_id,
        **consent(world),
    },
    "lending.commands.redating.redate_deadlines": lambda _world: {"year": 2027, "after": None},
    "lending.commands.returns.accept_due": referral_of_the_bank,
    "lending.commands.returns.contact_due": referral_of_the_bank,
    "lending.commands.returns.decide_due": referral_of_the_bank,
    "lending.commands.returns.expire_offer": lambda world: {
        "tenant_id": world.bank.tenant_id,
        **offer(world),
    },
    "lending.commands.returns.expire_request": lambda world: {
        "subject_id": world.city.firm_id,
        **request(world),
    },
    "lending.commands.returns.remind": lambda world: (
        referral_of_the_bank(world) | {"step": Step.ACCEPT}
    ),
    "lending.commands.returns.tell_applicant_of_step": lambda world: (
        referral_of_the_bank(world) | {"step": "claimed"}
    ),
    "lending.commands.returns.tell_bank_of_consent": referral_of_the_bank,
    "lending.replays.commands.carry_out_replay": lambda world: {
        "tenant_id": world.bank.tenant_id,
        "replay_id": world.exchanged.replay_id,
    },
    "lending.routing.commands.route_referral": referral_of_the_bank,
}
# Parts of commands that take a row which only its owner could have loaded, or none; the city's founding; the batch's loading.
PARTS = {
    "lending.commands.requests.close_request",
    "lending.commands.returns.return_lead",
    "places.commands.load_areas",
    "relief.commands.check_stricken",
    "tenancy.commands.found_city",
}


def duties() -> dict[str, Callable[..., Any]]:
    return {
        place: value
        for place, value, names in found()
        if ".commands" in place
        and not place.rpartition(".")[2].startswith("_")
        and "actor" not in names
    }


def test_every_duty_is_listed() -> None:
    assert set(DUTIES) | PARTS == set(duties())


async def prepare(world: World, admin: asyncpg.Connection) -> None:
    """Let there be something to do for each duty: a lead that waits, and an applicant who consented to be called."""
    await world.city.consent(world.pool.request.id, world.bank)
    assert await admin.fetchval("select state from referrals where id = $1", world.pool_referral)


LATE = timedelta(days=400)
START_OFF = timedelta(days=398)
"""A day off then, on which a calendar that was corrected since has left a deadline's beginning."""


async def put(admin: asyncpg.Connection, place: str, world: World) -> None:
    """Bring the referral to where this duty has something to do, whatever the duty before it left."""
    begun, late = world.city.now, world.city.now + LATE
    waits = place.endswith(("accept_due", "remind"))
    start = begun + START_OFF if place.endswith("redate_deadlines") else begun
    await admin.execute(
        "update referrals set state = $2, dispatched_at = $3, decide_from = $3, decide_by = $4,"
        " accept_by = $5, consented_at = $6 where id = $1",
        world.pool_referral,
        "DISPATCHED" if waits else "ACCEPTED",
        start,
        start + timedelta(days=3),
        late + timedelta(minutes=30) if place.endswith("remind") else start + timedelta(days=1),
        None if place.endswith("tell_applicant_of_step") else begun,
    )


async def test_a_duty_of_the_platform_does_nothing_in_anyone_elses_session(
    world: World, admin: asyncpg.Connection
) -> None:
    known, late = duties(), world.city.now + LATE
    await prepare(world, admin)
    wrong: dict[str, object] = {}
    for place, given in DUTIES.items():
        await put(admin, place, world)
        before = await contents(admin)
        for name, looker in world.onlookers.items():
            if name == "system":
                continue
            async with world.city.database.transaction(looker, now=late) as session:
                await call(session, known[place], looker, **given(world))
            if moved := await changed(admin, before):
                wrong[f"{place} by {name}"] = moved
                before = await contents(admin)
    assert wrong == {}


async def test_the_platform_itself_has_something_to_do(
    world: World, admin: asyncpg.Connection
) -> None:
    """Else the test above would prove nothing: the same call by the platform writes; it is rolled back here."""
    known, system = duties(), Actor.system("test")
    late = world.city.now + LATE
    await prepare(world, admin)
    idle = []
    for place, given in DUTIES.items():
        await put(admin, place, world)
        async with world.city.database.transaction(system, now=late) as session:
            before = await session.scalar(WRITTEN)
            await call(session, known[place], system, **given(world))
            await session.flush()
            if await session.scalar(WRITTEN) == before:
                idle.append(place)
            await session.rollback()
    assert idle == []
