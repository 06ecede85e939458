"""What stays after an offer is accepted: the snapshot of what its bank could see, and terms that nobody rewrites."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from observing import acts, as_platform, carry_out, nothing_written, one, posted, told
from small_city import SmallCity, offered
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import revoke_consent
from suxin.kernel.actor import Actor
from suxin.lending.commands.offers import accept_offer
from suxin.lending.models import DecisionSnapshot, LoanRequest
from suxin.lending.snapshots import erase_snapshot
from suxin.subjects.identities import identity_of
from suxin.subjects.queries import records_of

OFFER = "select * from offers where id = $1"
ERASE, ERASED = "lending.snapshot.erase", "lending.snapshot.erased"
TOLD = "决策快照已到期删除"


async def snapshots_seen(city: SmallCity, actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    async with city.database.snapshot(actor, now=now) as session:
        return list(await session.scalars(select(DecisionSnapshot.content)))


async def test_what_the_bank_was_permitted_is_frozen_though_taken_back_before_accepting(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The evidence of the bank's decision is what it could see when it offered, not what is left at the end."""
    bank, rival = small_city.banks
    submitted, offer_id = await offered(small_city, bank)
    await small_city.consent(submitted.request.id, rival)
    consent_id = await admin.fetchval(
        "select id from consents where tenant_id = $1", bank.tenant_id
    )
    later = small_city.now + timedelta(hours=1)
    await admin.execute(
        "insert into credit_records select subject_id, gen_random_uuid(), item_code, category, channel,"
        " natural_person, source,"
        " 'since', occurred_on, published_until, valid_until, polarity, status, amount_fen, content,"
        " self_declared, $1 from credit_records where item_code = 'TAX-GRADE'",
        later,
    )
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=consent_id, reason=None, now=later
    )
    # Permission given anew after the offer says nothing about what the offer was made on.
    again = await small_city.consent(submitted.request.id, bank, now=later)
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=again.consent_id, reason=None, now=later
    )
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id, now=later)

    content = json.loads((await one(admin, "select content from decision_snapshots"))["content"])
    assert content["consent"] == str(consent_id)
    assert [record["item"] for record in content["records"]] == [
        "TAX-GRADE",
        "TAX-PAID",
        "SI-HEADCOUNT",
    ]
    assert await snapshots_seen(small_city, bank.officer, now=later) == [content]
    assert await snapshots_seen(small_city, small_city.applicant, now=later) == [content]
    assert await snapshots_seen(small_city, small_city.stranger, now=later) == []
    # A basis for the same request does not open what another bank saw.
    await admin.execute(
        "update access_bases set ended_at = null where tenant_id = $1", rival.tenant_id
    )
    assert await snapshots_seen(small_city, rival.officer, now=later) == []


async def test_the_bank_reads_its_snapshot_on_a_live_basis_and_nobody_rewrites_it(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    assert len(await snapshots_seen(small_city, bank.officer, now=small_city.now)) == 1
    over = await admin.fetchval("select max(ends_at) from access_bases")
    assert await snapshots_seen(small_city, bank.officer, now=over) == []
    await admin.execute("update access_bases set ended_at = $1", small_city.now)
    assert await snapshots_seen(small_city, bank.officer, now=small_city.now) == []
    assert len(await snapshots_seen(small_city, small_city.applicant, now=small_city.now)) == 1
    for actor in (small_city.applicant, bank.officer, Actor.system("test")):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with small_city.database.transaction(actor, now=small_city.now) as session:
                await session.execute(update(DecisionSnapshot).values(sha256="x"))


async def test_a_snapshot_is_erased_when_its_contract_and_the_time_after_it_are_over_and_not_before(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 19, 47(1): the row and its hash stay, what was seen is nowhere any more."""
    bank = small_city.banks[0]
    _, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    kept = await one(admin, "select * from decision_snapshots")
    over = await admin.fetchval("select ends_at from access_bases where kind = 'contract'")
    assert kept["kept_until"] == over == small_city.now + timedelta(days=12 * 31 + 5 * 365)
    nearly = over - timedelta(microseconds=1)
    of_snapshot = {"tenant_id": bank.tenant_id, "snapshot_id": kept["id"]}
    async with nothing_written(admin):
        assert await carry_out(small_city, admin, ERASE, now=nearly) == 0
        await as_platform(small_city, erase_snapshot, now=nearly, **of_snapshot)
    assert len(await snapshots_seen(small_city, bank.officer, now=nearly)) == 1

    assert await carry_out(small_city, admin, ERASE, now=over) == 1

    left = await one(admin, "select * from decision_snapshots")
    assert (left["content"], left["erased_at"]) == (None, over)
    assert left | {"content": kept["content"], "erased_at": None} == kept
    assert await snapshots_seen(small_city, small_city.applicant, now=over) == [None]
    assert await acts(admin, "lending.snapshot") == [ERASED]
    [event] = await posted(admin, ERASED)
    assert event["tenant_id"] == bank.tenant_id
    assert json.loads(event["payload"]) == {
        "tenant_id": str(bank.tenant_id),
        "snapshot_id": str(kept["id"]),
        "offer_id": str(offer_id),
        "erased_at": over.isoformat(),
    }
    assert await carry_out(small_city, admin, ERASED, now=over) == 1
    assert TOLD in await told(admin, bank.tenant_id)
    async with nothing_written(admin):
        await as_platform(small_city, erase_snapshot, now=over, **of_snapshot)


async def test_not_even_the_platform_erases_a_snapshot_early(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    early = {"content": None, "erased_at": small_city.now}
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="ck_decision_snapshots_kept"):
            await as_platform(small_city, _erased_by_hand, now=small_city.now, values=early)
        for actor in (small_city.applicant, bank.officer):
            async with small_city.database.transaction(actor, now=small_city.now) as session:
                await _erased_by_hand(session, values=early, now=small_city.now)


async def _erased_by_hand(session: AsyncSession, *, values: dict[str, Any], now: datetime) -> None:
    await session.execute(update(DecisionSnapshot).values(**values))


@pytest.mark.parametrize("column", ["amount_fen", "rate_bps", "annualised_rate_bps", "made_at"])
async def test_the_terms_of_an_offer_are_never_rewritten(
    small_city: SmallCity, admin: asyncpg.Connection, column: str
) -> None:
    bank = small_city.banks[0]
    await offered(small_city, bank)
    async with nothing_written(admin):
        for actor in (bank.officer, small_city.applicant, Actor.system("test")):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with small_city.database.transaction(actor, now=small_city.now) as session:
                    await session.execute(text(f"update offers set {column} = {column}"))  # noqa: S608 - names of our own tables


async def test_the_applicant_can_only_choose_or_pass_over_and_makes_no_offer(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await offered(small_city, small_city.banks[0])
    again = "insert into offers select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'state', 'PASSED'))).* from offers o"
    async with nothing_written(admin):
        for statement in ("update offers set state = 'WITHDRAWN'", again):
            with pytest.raises(DBAPIError, match="no step of this caller"):
                async with small_city.database.transaction(
                    small_city.applicant, now=small_city.now
                ) as session:
                    await session.execute(text(statement))


async def test_after_the_consent_is_gone_the_contract_still_shows_who_but_no_records(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted, offer_id = await offered(small_city, bank)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    consent_id = (await one(admin, "select id from consents"))["id"]
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=consent_id, reason="已签约"
    )
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        assert (await session.scalars(select(LoanRequest.id))).all() == [submitted.request.id]
        who = await identity_of(session, small_city.sealer, small_city.person_id)
        assert (who.name, who.phone) == ("王小明", "19900000001")
        for purpose in ("loan.match", "loan.contract"):
            page = await records_of(session, bank.officer, small_city.firm_id, purpose)
            assert page.rows == ()


async def test_an_offer_accepted_in_its_last_second_stands(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    _, offer_id = await offered(small_city, small_city.banks[0])
    last = small_city.now + timedelta(days=7, microseconds=-1)
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id, now=last)
    over = small_city.now + timedelta(days=7)
    assert await carry_out(small_city, admin, "lending.offer.expire", now=over) == 1
    assert (await one(admin, OFFER, offer_id))["state"] == "CHOSEN"
