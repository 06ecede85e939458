"""The feed: written with the change, in order once committed, and kept for thirty days."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from arrangements import arrangement_2027
from events_city import as_platform, feed_of
from observing import carry_out, one
from small_city import Bank, SmallCity, offered
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from suxin.consent.commands import revoke_consent
from suxin.consent.fetches import fetch_records
from suxin.events.feed import put_in_order, record_event
from suxin.events.models import EventFeed, TenantEvent
from suxin.events.policies import require_no_gap
from suxin.events.queries import kept_from
from suxin.events.refusals import EventsGone
from suxin.events.schedule import KEPT_FOR
from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC, load_arrangement
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.referrals import accept_referral, decline_referral
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.commands.returns import accept_due, decide_due, expire_offer
from suxin.lending.event_types import REFERRAL_STEPS, SNAPSHOT_ERASED
from suxin.lending.terms import DeclineReason
from suxin_server import pruning


def types(events: list[TenantEvent]) -> list[str]:
    return [event.type for event in events]


async def test_a_request_from_submission_to_contract_is_told_to_each_bank_its_own_part(
    small_city: SmallCity, bank: Bank, rival: Bank
):
    submitted, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    own, others = await feed_of(small_city, bank), await feed_of(small_city, rival)
    assert types(own) == [
        "lending.referral.arrived",
        "consent.consent.granted",
        "lending.referral.consented",
        "lending.referral.accepted",
        "lending.offer.made",
        "lending.offer.accepted",
    ]
    assert types(others) == ["lending.referral.arrived", "lending.referral.passed"]
    referral = await small_city.referral_to(submitted, bank)
    assert [event.object_id for event in own if "referral" in event.type] == [referral] * 3
    assert own[-1].data == {"referral": str(referral), "state": "CHOSEN"}
    assert own[2].data == {"consent": str(own[1].object_id)}


async def test_a_feed_names_nobody(small_city: SmallCity, bank: Bank):
    await offered(small_city, bank)
    told = repr([(event.data, event.object_id) for event in await feed_of(small_city, bank)])
    for known in (small_city.person_id, small_city.firm_id):
        assert str(known) not in told
    assert "王小明" not in told
    assert "木业" not in told


async def test_a_withdrawal_a_decline_a_lapse_and_an_expiry_are_told(
    small_city: SmallCity, bank: Bank, rival: Bank
):
    submitted, offer_id = await offered(small_city, bank)
    await small_city.act(
        decline_referral,
        rival.officer,
        referral_id=await small_city.referral_to(submitted, rival),
        reason=DeclineReason.INDUSTRY_POLICY,
        note=None,
    )
    late = small_city.now + timedelta(days=60)
    await as_platform(
        small_city, expire_offer, tenant_id=bank.tenant_id, offer_id=offer_id, now=late
    )
    told = types(await feed_of(small_city, bank))
    assert told[-3:] == [
        "lending.offer.expired",
        "lending.referral.passed",
        "consent.consent.revoked",
    ]
    assert types(await feed_of(small_city, rival))[-1] == "lending.referral.declined"
    again = await small_city.submit(now=late)
    await as_platform(
        small_city,
        accept_due,
        tenant_id=bank.tenant_id,
        referral_id=await small_city.referral_to(again, bank),
        now=late + timedelta(days=10),
    )
    await small_city.act(withdraw_request, small_city.applicant, request_id=again.request.id)
    assert types(await feed_of(small_city, bank))[-1] == "lending.referral.lapsed"
    assert types(await feed_of(small_city, rival))[-1] == "lending.referral.passed"


async def test_a_revocation_is_told_and_the_erasure_that_follows(
    small_city: SmallCity, bank: Bank, admin
):
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, bank)
    await small_city.act(fetch_records, bank.officer, consent_id=granted.consent_id)
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
    )
    assert await carry_out(small_city, admin, "consent.received.erase", now=small_city.now) == 1
    revoked, erased = (await feed_of(small_city, bank))[-2:]
    assert (revoked.type, revoked.object_id) == ("consent.consent.revoked", granted.consent_id)
    assert revoked.data == {"state": "REVOKED", "purpose": "loan.match"}
    assert (erased.type, erased.object_id) == ("consent.received.erased", granted.consent_id)
    assert erased.data == {"deliveries": 1}


async def test_the_erasure_of_a_decision_snapshot_is_told(small_city: SmallCity, bank: Bank, admin):
    _, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    over = await admin.fetchval("select kept_until from decision_snapshots")
    assert await carry_out(small_city, admin, "lending.snapshot.erase", now=over) == 1
    event = (await feed_of(small_city, bank))[-1]
    assert (event.type, event.object_id) == ("lending.snapshot.erased", offer_id)


async def test_other_deadlines_are_told(small_city: SmallCity, bank: Bank, admin):
    """A newly published arrangement of holidays, and a missed decision that is given as long again."""
    start = datetime(2026, 12, 30, 2, tzinfo=UTC)
    submitted = await small_city.submit(now=start)
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(
        load_arrangement,
        small_city.operator,
        arrangement=arrangement_2027(off=["2027-01-04"]),
        now=start,
    )
    assert await carry_out(small_city, admin, CALENDAR_CHANGED_TOPIC, now=start) == 1
    arrived, redated = await feed_of(small_city, bank)
    assert (redated.type, redated.object_id) == ("lending.referral.redated", referral_id)
    row = await one(admin, "select * from referrals where id = $1", referral_id)
    assert redated.data == {
        "acceptBy": row["accept_by"].isoformat(),
        "contactBy": row["contact_by"].isoformat(),
        "decideBy": row["decide_by"].isoformat(),
    }
    assert arrived.data["decideBy"] < redated.data["decideBy"]
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id, now=start)
    await small_city.consent(submitted.request.id, bank, now=start, life_days=90)
    late = row["decide_by"] + timedelta(seconds=1)
    await as_platform(
        small_city, decide_due, tenant_id=bank.tenant_id, referral_id=referral_id, now=late
    )
    again = (await feed_of(small_city, bank))[-1]
    assert again.type == "lending.referral.redated"
    assert again.data["decideBy"] > redated.data["decideBy"]


async def test_what_a_transaction_takes_back_was_never_an_event(small_city: SmallCity, bank: Bank):
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)
    before = len(await feed_of(small_city, bank))
    with pytest.raises(RuntimeError, match="broken off"):
        async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
            await accept_referral(
                session, bank.officer, referral_id=referral_id, now=small_city.now
            )
            await session.flush()
            raise RuntimeError("broken off")
    assert len(await feed_of(small_city, bank)) == before


async def test_a_slow_transaction_is_not_missed_by_whoever_read_on(
    small_city: SmallCity, bank: Bank
):
    """An event that was written first and commits last comes last, behind everything that was read before it."""
    tenant, now = bank.tenant_id, small_city.now
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with small_city.database.transaction(bank.officer, now=now) as session:
            record_event(session, SNAPSHOT_ERASED, tenant_id=tenant, object_id=uuid4(), now=now)
            await session.flush()
            written.set()
            await go_on.wait()

    running = asyncio.create_task(slow())
    await written.wait()
    await small_city.submit()
    seen = await feed_of(small_city, bank)
    assert types(seen) == ["lending.referral.arrived"]
    go_on.set()
    await running
    after = await feed_of(small_city, bank)
    assert [event.position for event in after] == [1, 2]
    assert after[:1] == [seen[0]] or after[0].id == seen[0].id
    assert after[1].type == "lending.snapshot.erased"


async def test_two_workers_give_each_position_once(small_city: SmallCity, bank: Bank):
    await offered(small_city, bank)
    counts = await asyncio.gather(*(as_platform(small_city, put_in_order) for _ in range(2)))
    rest = await as_platform(small_city, put_in_order)
    feed = await feed_of(small_city, bank)
    assert sum(counts) + rest == len(feed) + 1
    assert [event.position for event in feed] == list(range(1, len(feed) + 1))


async def test_an_event_holds_the_fields_of_its_kind_and_no_other(
    small_city: SmallCity, bank: Bank
):
    async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
        for data in ({}, {"lead": uuid4(), "state": "PASSED", "name": "王小明"}):
            with pytest.raises(ValueError, match="has the fields"):
                record_event(
                    session,
                    REFERRAL_STEPS["passed"],
                    tenant_id=bank.tenant_id,
                    object_id=uuid4(),
                    now=small_city.now,
                    **data,
                )


async def test_events_are_kept_thirty_days_and_who_stopped_before_is_told(
    small_city: SmallCity, bank: Bank
):
    await small_city.submit()
    await feed_of(small_city, bank)
    kept = small_city.now + KEPT_FOR - timedelta(seconds=1)
    assert (await pruning.prune(small_city.database, now=kept))["tenant_events"] == 0
    late = kept + timedelta(seconds=2)
    assert (await pruning.prune(small_city.database, now=late))["tenant_events"] == 2
    assert (await pruning.prune(small_city.database, now=late))["tenant_events"] == 0
    assert await feed_of(small_city, bank) == []
    async with small_city.database.snapshot(bank.officer, now=late) as session:
        kept = await kept_from(session, bank.officer)
    require_no_gap(after=1, kept_from=kept)
    with pytest.raises(EventsGone, match="30 days"):
        require_no_gap(after=0, kept_from=kept)


async def test_a_tenant_changes_nothing_in_its_feed(small_city: SmallCity, bank: Bank):
    await small_city.submit()
    await feed_of(small_city, bank)
    async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
        for change in (
            update(TenantEvent).values(data={}),
            update(EventFeed).values(pruned_position=0),
            delete(TenantEvent),
        ):
            done = await session.execute(change.execution_options(synchronize_session=False))
            assert done.rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
            await session.execute(
                insert(EventFeed).values(
                    tenant_id=bank.tenant_id, last_position=9, pruned_position=9
                )
            )


async def test_the_platforms_duties_find_nothing_in_a_tenants_session(
    small_city: SmallCity, bank: Bank, rival: Bank
):
    await small_city.submit()
    async with small_city.database.transaction(rival.officer, now=small_city.now) as session:
        assert await put_in_order(session, now=small_city.now) == 0
    async with small_city.database.transaction(rival.officer, now=small_city.now) as session:
        own = (await session.scalars(select(TenantEvent))).all()
        assert {event.tenant_id for event in own} <= {rival.tenant_id}
