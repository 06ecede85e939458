"""The closed loop: what was kept becomes one positive record, of whoever agreed to that alone, and the next score counts it."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sample_rows import sample
from small_city import SmallCity
from small_codes import SmallCodes, resident_of
from small_orders import asking, build_service, opened
from small_perks import build_perks
from small_scores import active_model
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for, sqlstate
from suxin.perks.models import Redemption
from suxin.perks.orders.carrying import keep_outcome
from suxin.perks.orders.commands import complete_order, confirm_order, sync_order
from suxin.perks.orders.states import OutcomeKind
from suxin.perks.recording import RECORD_TOPIC, record_kept
from suxin.perks.redeeming import complete_redemption, grant_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind, RecordRule
from suxin.scoring.packaged import XICHU, packaged_model
from suxin.scoring.queries import explanation
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.models import CreditRecord
from suxin_server.scoring import score_all

PLATFORM = Actor.system("test")
SCENARIO = "stay.hotel_deposit"
KEPT: dict[str, Any] = {"scenario": SCENARIO, "record_rule": RecordRule.KEPT}


@pytest.fixture
async def codes(small_city: SmallCity) -> SmallCodes:
    async with small_city.batch.transaction(PLATFORM, now=small_city.now) as session:
        await load_catalogue(session)
    perks = await build_perks(small_city)
    return SmallCodes(perks=perks, resident=resident_of(small_city))


async def completed(codes: SmallCodes, *, agree: bool = True, **programme: Any) -> Redemption:
    """Show a code, have it taken, given and completed."""
    published = await codes.perks.published(**KEPT | programme)
    held = await codes.scan(await codes.present(published, agree=agree))
    return await completed_at(codes, held)


async def completed_at(codes: SmallCodes, held: Redemption) -> Redemption:
    city, merchant = codes.perks.city, codes.perks.merchant
    await city.act(grant_redemption, merchant, redemption_id=held.id)
    done: Redemption = await city.act(complete_redemption, merchant, redemption_id=held.id)
    return done


async def recorded(codes: SmallCodes, redemption: Redemption) -> UUID | None:
    """Let the platform look at it, as the job does."""
    city = codes.perks.city
    async with city.database.transaction(PLATFORM, now=city.now) as session:
        return await record_kept(
            session,
            tenant_id=redemption.tenant_id,
            redemption_id=redemption.id,
            now=city.now,
        )


async def called(admin: asyncpg.Connection) -> int:
    count: int = await admin.fetchval("select count(*) from outbox where topic = $1", RECORD_TOPIC)
    return count


async def test_a_kept_agreement_is_recorded_once_and_counted_by_the_next_run(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    city = codes.perks.city
    done = await completed(codes)
    assert await called(admin) == 1
    record_id = await recorded(codes, done)
    assert record_id is not None
    assert await recorded(codes, done) == record_id
    row = await admin.fetchrow("select * from credit_records where source = 'perks'")
    assert (row["subject_id"], row["item_code"], row["polarity"], row["status"]) == (
        codes.resident.own_subject, "PERK-KEPT", "positive", "active",
    )  # fmt: skip
    assert row["source_ref"] == str(done.id)
    assert (row["published_until"], row["valid_until"].year) == (None, done.day.year + 1)
    # The merchant that brought it about finds nothing of it.
    async with city.database.snapshot(codes.perks.merchant, now=city.now) as session:
        assert await session.get(CreditRecord, (row["subject_id"], row["id"])) is None
    await active_model(city, packaged_model(XICHU))
    await score_all(city.batch, now=city.now)
    async with city.database.snapshot(codes.resident, now=city.now) as session:
        told = await explanation(session, codes.resident)
    assert told is not None
    assert ("守约使用信易+服务", 1) in [(one.name, one.points) for one in told.contributions]


@pytest.mark.parametrize(
    ("agree", "programme", "calls"),
    [
        (False, {}, 1),
        (True, {"record_rule": RecordRule.NEVER}, 0),
        (True, {"scenario": "tour.ticket", "record_rule": RecordRule.NEVER}, 0),
    ],
)
async def test_without_consent_or_rule_there_is_no_record(
    codes: SmallCodes,
    admin: asyncpg.Connection,
    agree: bool,  # noqa: FBT001 - a case of the list above
    programme: dict[str, Any],
    calls: int,
) -> None:
    done = await completed(codes, agree=agree, **programme)
    assert await called(admin) == calls
    assert await recorded(codes, done) is None
    assert await admin.fetchval("select count(*) from credit_records where source = 'perks'") == 0


async def test_who_agreed_to_an_older_wording_agreed_to_no_record(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    done = await completed(codes)
    await admin.execute(
        "update consents set notice_version = 'perk.redeem/2026-12' where purpose = 'perk.redeem'"
    )
    assert await recorded(codes, done) is None
    visitor = await codes.perks.hold(await codes.perks.published(**KEPT))
    assert await recorded(codes, await completed_at(codes, visitor)) is None


async def test_a_service_order_behind_it_is_kept_when_it_is_paid_in_time(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    city, merchant = codes.perks.city, codes.perks.merchant
    await build_service(city, merchant)
    waived = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)
    hired = await codes.perks.published(
        **KEPT | {"scenario": "travel.bike", "fallback": waived}, person_daily=2, party_limit=1
    )
    for number, late in (("BIKE-1", False), ("BIKE-2", True)):
        held = await codes.scan(await codes.present(hired, agree=True))
        await city.act(grant_redemption, merchant, redemption_id=held.id)
        order = await opened(city, merchant, number=number, redemption_id=held.id)
        await city.act(confirm_order, merchant, order_id=order.id)
        done = await city.act(complete_redemption, merchant, redemption_id=held.id)
        assert await recorded(codes, done) is None
        await city.act(complete_order, merchant, order_id=order.id, completion=asking(700))
        assert await recorded(codes, done) is None
        calls = await called(admin)
        for kind in (*([OutcomeKind.DEFAULTED] if late else []), OutcomeKind.KEPT):
            if kind is OutcomeKind.KEPT:
                await city.act(sync_order, merchant, order_id=order.id, paid_at=city.now)
            async with city.database.transaction(PLATFORM, now=city.now) as session:
                await keep_outcome(
                    session,
                    tenant_id=order.tenant_id,
                    order_id=order.id,
                    kind=kind,
                    at=city.now,
                )
        assert await called(admin) == calls + 1
        assert (await recorded(codes, done) is None) is late


@pytest.mark.parametrize(
    "changes",
    [
        "update perk_programmes set record_rule = 'never'",
        "update perk_programmes set record_rule = 'never', sector = 'medical'",
        "update perk_redemptions set state = 'GRANTED', ended_at = null",
    ],
)
async def test_the_database_takes_no_record_but_of_what_was_kept(
    codes: SmallCodes, admin: asyncpg.Connection, changes: str
) -> None:
    done = await completed(codes)
    assert await written(codes, str(done.id), undone=True)
    assert not await written(codes, str(done.id), item_code="PERK-BREACH", polarity="negative")
    assert not await written(codes, str(uuid4()))
    await admin.execute(changes)
    assert not await written(codes, str(done.id))


async def written(codes: SmallCodes, ref: str, *, undone: bool = False, **changes: Any) -> bool:
    """Try to write a record past the code, as the platform; take it back if ``undone``."""
    city, subject_id = codes.perks.city, codes.resident.own_subject
    values = sample(CreditRecord, city.now, subject_id=subject_id) | {
        "item_code": "PERK-KEPT",
        "category": "performance",
        "channel": "authorised_public",
        "source": "perks",
        "source_ref": ref,
        "polarity": "positive",
        "status": "active",
        "self_declared": False,
        **changes,
    }
    try:
        async with (
            city.database.transaction(PLATFORM, now=city.now) as session,
            act_for(session, subject_id=subject_id, reason="test"),
        ):
            await session.execute(CreditRecord.__table__.insert().values(values))
            if undone:
                await session.rollback()
    except DBAPIError as error:
        assert sqlstate(error) == "42501"  # noqa: PT017 - the row policy's no
        return False
    return True
