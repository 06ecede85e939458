"""A bank decides while the applicant takes his consent back: one comes first, and the other sees that it did."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity, offer_terms

from suxin.consent import commands as consents
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.lending.commands.offers import make_offer
from suxin.lending.commands.referrals import ConsentRequired, accept_referral, record_contact
from suxin.lending.commands.requests import withdraw_request

Work = tuple[Callable[..., Any], Actor, dict[str, Any]]
ROUNDS = 50
ACTS = (
    "select action from audit_entries where object_id = $2"
    " or object_id in (select id from offers where request_id = $1) order by id"
)
LOCKED = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def accepted(city: SmallCity) -> tuple[UUID, UUID, UUID]:
    """Bring a request to the point where the bank has accepted it and been permitted; return request, referral, consent."""
    bank = city.banks[0]
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    return submitted.request.id, referral_id, granted.consent_id


def offering(city: SmallCity, referral_id: UUID) -> Work:
    officer = city.banks[0].officer
    return make_offer, officer, {"referral_id": referral_id, "terms": offer_terms()}


def contacting(city: SmallCity, referral_id: UUID) -> Work:
    return record_contact, city.banks[0].officer, {"referral_id": referral_id}


def taking_back(city: SmallCity, consent_id: UUID, *, pause: bool) -> Work:
    given: dict[str, Any] = {"consent_id": consent_id}
    if pause:
        return consents.pause_consent, city.applicant, given
    return consents.revoke_consent, city.applicant, given | {"reason": None}


async def one_before_the_other(
    city: SmallCity,
    admin: asyncpg.Connection,
    first: Work,
    second: Work,
) -> Any:
    """Let the second begin while the first is written and not committed; return what became of the second."""
    command, actor, given = first
    async with city.database.transaction(actor, now=city.now) as session:
        await command(session, actor, **given, now=city.now)
        await session.flush()
        waiting = asyncio.create_task(_outcome(city.act(second[0], second[1], **second[2])))
        async with asyncio.timeout(10):
            while not await admin.fetchval(LOCKED):
                assert not waiting.done(), "the second did not wait for the first"
                await asyncio.sleep(0.01)
    return await asyncio.wait_for(waiting, timeout=10)


async def _outcome(work: Awaitable[Any]) -> Any:
    try:
        await work
    except Refusal as refusal:
        return type(refusal)
    return "done"


STEPS = {
    "offer": (offering, "lending.offer.made"),
    "contact": (contacting, "lending.referral.contacted"),
}


@pytest.mark.parametrize("pause", [False, True], ids=["revoked", "paused"])
@pytest.mark.parametrize("step", STEPS)
async def test_who_decides_on_a_consent_that_is_being_taken_back_waits_and_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection, step: str, *, pause: bool
) -> None:
    _, referral_id, consent_id = await accepted(small_city)
    end = taking_back(small_city, consent_id, pause=pause)
    found = await one_before_the_other(
        small_city, admin, end, STEPS[step][0](small_city, referral_id)
    )
    assert found is ConsentRequired
    assert await admin.fetchval("select count(*) from offers") == 0
    assert await admin.fetchval("select state from referrals where id = $1", referral_id) == (
        "ACCEPTED"
    )
    assert await admin.fetchval("select state from loan_requests") == "OPEN"
    done = "select count(*) from audit_entries where action = $1"
    assert await admin.fetchval(done, STEPS[step][1]) == 0


@pytest.mark.parametrize("pause", [False, True], ids=["revoked", "paused"])
@pytest.mark.parametrize("step", STEPS)
async def test_who_takes_back_a_consent_that_is_being_decided_on_waits_and_ends_it(
    small_city: SmallCity, admin: asyncpg.Connection, step: str, *, pause: bool
) -> None:
    _, referral_id, consent_id = await accepted(small_city)
    end = taking_back(small_city, consent_id, pause=pause)
    found = await one_before_the_other(
        small_city, admin, STEPS[step][0](small_city, referral_id), end
    )
    assert found == "done"
    assert await admin.fetchval("select count(*) from access_bases where ended_at is null") == 0
    acts = await admin.fetch(
        "select action from audit_entries where action = $1 or action like 'consent.consent.%'"
        " order by id",
        STEPS[step][1],
    )
    ended = "consent.consent.paused" if pause else "consent.consent.revoked"
    assert [row["action"] for row in acts] == ["consent.consent.granted", STEPS[step][1], ended]


async def test_at_once_an_offer_never_follows_the_end_of_its_consent_and_nobody_is_deadlocked(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Under plain transactions, so that a deadlock would be raised and not tried again."""
    city = small_city
    for pause in [False, True] * (ROUNDS // 2):
        request_id, referral_id, consent_id = await accepted(city)
        works = [
            offering(city, referral_id),
            taking_back(city, consent_id, pause=pause),
        ]
        offer, end = await asyncio.wait_for(
            asyncio.gather(*(_outcome(_plain(city, work)) for work in works)), timeout=30
        )
        assert end == "done"
        assert offer in ("done", ConsentRequired)
        acts = await admin.fetch(ACTS, request_id, consent_id)
        ended = "consent.consent.paused" if pause else "consent.consent.revoked"
        made = ["lending.offer.made"] if offer == "done" else []
        # An offer is made before its consent ends, or not at all.
        assert [row["action"] for row in acts] == ["consent.consent.granted", *made, ended]
        await city.act(withdraw_request, city.applicant, request_id=request_id)


async def _plain(city: SmallCity, work: Work) -> None:
    command, actor, given = work
    async with city.database.transaction(actor, now=city.now) as session:
        await command(session, actor, **given, now=city.now)


async def test_a_consent_that_has_run_out_is_held_by_nobody(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    _, referral_id, _ = await accepted(small_city)
    step, officer, given = offering(small_city, referral_id)
    async with nothing_written(admin):
        with pytest.raises(ConsentRequired):
            await small_city.act(step, officer, **given, now=small_city.now + timedelta(days=30))
