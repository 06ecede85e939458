"""The 1-3-5 clocks: reminders, lapses, the lead's return, escalation, and the ends of offers and requests."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from arrangements import arrangement_2027
from observing import HANDLERS, acts, as_platform, carry_out, nothing_written, one, posted, told
from small_city import Bank, SmallCity, another_bank, offered

from suxin.consent.commands import pause_consent, revoke_consent
from suxin.kernel.calendars import load_arrangement
from suxin.lending.commands import returns
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.redating import REDATE_TOPIC
from suxin.lending.commands.referrals import (
    accept_referral,
    decline_referral,
    record_contact,
    start_due_diligence,
)
from suxin.lending.exchange.asking import CLOSE_TOPIC
from suxin.lending.exchange.keeping import ERASE_TOPIC
from suxin.lending.guarantees.asking import LAPSE_TOPIC
from suxin.lending.guarantees.ending import FORGET_TOPIC
from suxin.lending.league.closing import COUNT_TOPIC
from suxin.lending.loans.telling import JUDGE_TOPIC
from suxin.lending.models import DispatchMode, Step
from suxin.lending.replays.commands import REPLAY_TOPIC
from suxin.lending.snapshots import ERASED_TOPIC
from suxin.lending.terms import DeclineReason
from suxin.lending.warnings.telling import DUE_TOPIC, REMIND_TOPIC

REFERRAL = "select * from referrals where id = $1"
# Dispatched on Friday 20 November at 10:00: the ends of one, three and five working days, in Shanghai 23:59:59.
ACCEPT_BY = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
CONTACT_BY = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
DECIDE_BY = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
EARLY = timedelta(seconds=-1)


async def referred(
    city: SmallCity, bank: Bank, *, consented: bool = False, accepted: bool = False
) -> UUID:
    submitted = await city.submit()
    if consented:
        await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    if accepted:
        await city.act(accept_referral, bank.officer, referral_id=referral_id)
    return referral_id


def of(bank: Bank, referral_id: UUID) -> dict[str, UUID]:
    return {"tenant_id": bank.tenant_id, "referral_id": referral_id}


async def due(admin: asyncpg.Connection, topic: str, referral_id: UUID) -> list[datetime]:
    return [
        row["not_before"]
        for row in await posted(admin, topic)
        if json.loads(row["payload"])["referral_id"] == str(referral_id)
    ]


# Deadlines.


@pytest.mark.parametrize(
    ("start", "accept", "contact", "decide", "provisional"),
    [
        ("2026-11-20", "2026-11-23", "2026-11-25", "2026-11-27", False),
        # National Day: off from 1 to 7 October 2026, and Saturday the 10th is worked for it.
        ("2026-09-30", "2026-10-08", "2026-10-10", "2026-10-13", False),
        # Over New Year: the arrangement of 2027 is not published, and may reach back to 29 December.
        ("2026-12-24", "2026-12-25", "2026-12-29", "2026-12-31", True),
        ("2026-12-30", "2026-12-31", "2027-01-05", "2027-01-07", True),
    ],
)
async def test_the_clocks_run_over_working_days(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    start: str,
    accept: str,
    contact: str,
    decide: str,
    *,
    provisional: bool,
) -> None:
    bank = small_city.banks[0]
    moment = datetime.fromisoformat(f"{start}T02:00:00+00:00")
    submitted = await small_city.submit(now=moment)
    referral_id = await small_city.referral_to(submitted, bank)
    row = await one(admin, REFERRAL, referral_id)
    ends = [datetime.fromisoformat(f"{day}T15:59:59+00:00") for day in (accept, contact, decide)]
    assert [row["accept_by"], row["contact_by"], row["decide_by"]] == ends
    assert row["deadlines_provisional"] is provisional
    assert [
        await due(admin, f"lending.referral.{duty}", referral_id)
        for duty in ("accept_due", "contact_due", "decide_due")
    ] == [[end] for end in ends]
    assert await due(admin, "lending.referral.remind", referral_id) == [
        end - timedelta(hours=4) for end in ends
    ]


# Accept within one working day.


async def test_a_bank_is_reminded_before_its_deadline_and_only_while_it_waits(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, quick = small_city.banks
    submitted = await small_city.submit()
    await small_city.act(
        accept_referral,
        quick.officer,
        referral_id=await small_city.referral_to(submitted, quick),
    )
    soon = ACCEPT_BY - timedelta(hours=4)
    assert await carry_out(small_city, admin, "lending.referral.remind", now=soon + EARLY) == 0
    assert await carry_out(small_city, admin, "lending.referral.remind", now=soon) == 2
    assert dict(await admin.fetch("select tenant_id, reminders from referrals")) == {
        bank.tenant_id: 1,
        quick.tenant_id: 0,
    }
    assert await told(admin, bank.tenant_id) == ["收到新的贷款线索", "即将超时"]
    assert await told(admin, quick.tenant_id) == ["收到新的贷款线索"]


async def test_each_deadline_has_a_reminder_of_its_own(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)

    async def reminded() -> list[str]:
        rows = await admin.fetch(
            "select body from notices where tenant_id = $1 and title = '即将超时' order by id",
            bank.tenant_id,
        )
        return [row["body"] for row in rows]

    async def remind(step: Step, due: datetime) -> None:
        soon = due - timedelta(hours=4)
        for moment in (soon + EARLY, soon, due):
            await as_platform(
                small_city, returns.remind, step=step, now=moment, **of(bank, referral_id)
            )

    await remind(Step.ACCEPT, ACCEPT_BY)
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
    await remind(Step.ACCEPT, ACCEPT_BY)
    # Before the consent there is nobody to contact.
    await remind(Step.CONTACT, CONTACT_BY)
    assert len(await reminded()) == 1
    await small_city.consent(submitted.request.id, bank)
    await remind(Step.CONTACT, CONTACT_BY)
    await small_city.act(record_contact, bank.officer, referral_id=referral_id)
    await remind(Step.CONTACT, CONTACT_BY)
    assert await carry_out(small_city, admin, "lending.referral.remind", now=DECIDE_BY + EARLY) == 6
    assert await reminded() == [
        "该线索即将超过 1 个工作日受理时限。",
        "该线索即将超过 3 个工作日联系时限，逾期线索将被退回。",
        "该线索即将超过答复时限，请报价或婉拒。",
    ]
    assert (await one(admin, REFERRAL, referral_id))["reminders"] == 3


async def test_a_lead_nobody_accepted_lapses_and_goes_to_the_next_best_bank(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    await another_bank(small_city, 2)
    following = await another_bank(small_city, 3)
    referral_id = await referred(small_city, bank)
    async with nothing_written(admin):
        await as_platform(
            small_city, returns.accept_due, now=ACCEPT_BY + EARLY, **of(bank, referral_id)
        )
    await as_platform(small_city, returns.accept_due, now=ACCEPT_BY, **of(bank, referral_id))

    row = await one(admin, REFERRAL, referral_id)
    assert (row["state"], row["decided_at"], row["escalations"]) == ("LAPSED", ACCEPT_BY, 0)
    fresh = await one(admin, "select * from referrals where tenant_id = $1", following.tenant_id)
    assert (fresh["state"], fresh["dispatched_at"], fresh["product_id"]) == (
        "DISPATCHED",
        ACCEPT_BY,
        following.product_id,
    )
    # Its own clocks: from Monday, the end of Tuesday.
    assert fresh["accept_by"] == ACCEPT_BY + timedelta(days=1)
    assert await due(admin, "lending.referral.accept_due", fresh["id"]) == [fresh["accept_by"]]
    assert await told(admin, bank.tenant_id) == ["收到新的贷款线索", "线索已退回"]
    assert await told(admin, following.tenant_id) == ["收到新的贷款线索"]
    assert await acts(admin, "lending.referral") == ["lending.referral.lapsed"]
    async with nothing_written(admin):
        await as_platform(small_city, returns.accept_due, now=ACCEPT_BY, **of(bank, referral_id))


async def test_a_named_request_ends_when_its_bank_lets_it_lapse(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
    )
    await small_city.consent(submitted.request.id, bank)
    assert await carry_out(small_city, admin, "lending.referral.accept_due", now=ACCEPT_BY) == 1
    row = await one(admin, "select state, ended_at from loan_requests")
    assert (row["state"], row["ended_at"]) == ("UNMATCHED", ACCEPT_BY)
    assert (await one(admin, "select pool_open from leads"))["pool_open"] is False
    assert (await one(admin, "select state from consents"))["state"] == "REVOKED"
    assert await told(admin, small_city.person_id) == ["暂无银行可承接"]


# Contact within three.


async def test_an_applicant_who_consented_and_was_not_called_gets_his_lead_back(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, consented=True, accepted=True)
    async with nothing_written(admin):
        await as_platform(
            small_city, returns.contact_due, now=CONTACT_BY + EARLY, **of(bank, referral_id)
        )
    await as_platform(small_city, returns.contact_due, now=CONTACT_BY, **of(bank, referral_id))
    row = await one(admin, REFERRAL, referral_id)
    assert (row["state"], row["escalations"], row["decided_at"]) == ("LAPSED", 1, CONTACT_BY)
    consent = await one(admin, "select state, end_reason from consents")
    assert (consent["state"], consent["end_reason"]) == ("REVOKED", "该银行的对接已结束")
    assert await admin.fetchval("select count(*) from access_bases where ended_at is null") == 0
    async with nothing_written(admin):
        await as_platform(small_city, returns.contact_due, now=CONTACT_BY, **of(bank, referral_id))


@pytest.mark.parametrize("step", [None, pause_consent, revoke_consent])
async def test_a_bank_that_may_not_know_the_applicant_is_not_late_in_calling_him(
    small_city: SmallCity, admin: asyncpg.Connection, step: Any
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    referral_id = await small_city.referral_to(submitted, bank)
    await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
    if step is not None:
        granted = await small_city.consent(submitted.request.id, bank)
        given = {"reason": None} if step is revoke_consent else {}
        await small_city.act(step, small_city.applicant, consent_id=granted.consent_id, **given)
    async with nothing_written(admin):
        await as_platform(small_city, returns.contact_due, now=CONTACT_BY, **of(bank, referral_id))


async def test_a_call_in_time_meets_the_deadline(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, consented=True, accepted=True)
    await small_city.act(record_contact, bank.officer, referral_id=referral_id)
    async with nothing_written(admin):
        await as_platform(small_city, returns.contact_due, now=CONTACT_BY, **of(bank, referral_id))


# Decide within five.


@pytest.mark.parametrize("steps", [(), (record_contact,), (record_contact, start_due_diligence)])
async def test_a_missed_decision_is_escalated_once_and_then_lapses(
    small_city: SmallCity, admin: asyncpg.Connection, steps: tuple[Any, ...]
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, consented=True, accepted=True)
    for step in steps:
        await small_city.act(step, bank.officer, referral_id=referral_id)
    state = (await one(admin, REFERRAL, referral_id))["state"]
    mine = of(bank, referral_id)
    async with nothing_written(admin):
        await as_platform(small_city, returns.decide_due, now=DECIDE_BY + EARLY, **mine)
    await as_platform(small_city, returns.decide_due, now=DECIDE_BY, **mine)

    row, again = await one(admin, REFERRAL, referral_id), DECIDE_BY + timedelta(days=7)
    assert (row["state"], row["escalations"], row["decide_by"]) == (state, 1, again)
    assert await due(admin, "lending.referral.decide_due", referral_id) == [DECIDE_BY, again]
    assert (await told(admin, bank.tenant_id))[-1] == "办理超时"
    assert await acts(admin, "lending.referral.escalated") == ["lending.referral.escalated"]
    notice = await one(
        admin, "select * from notices where tenant_id = $1", small_city.operator.tenant_id
    )
    number = await admin.fetchval("select number from leads")
    assert (notice["title"], notice["permission"], notice["body"]) == (
        "银行办理超时",
        "lending.statistics.read",
        f"一行对线索 {number} 5 个工作日内未作出决定，已延长一次。",
    )
    assert await due(admin, "lending.referral.remind", referral_id) == [
        moment - timedelta(hours=4) for moment in (ACCEPT_BY, CONTACT_BY, DECIDE_BY, again)
    ]
    async with nothing_written(admin):
        await as_platform(small_city, returns.decide_due, now=DECIDE_BY, **mine)

    await as_platform(small_city, returns.decide_due, now=again, **mine)
    row = await one(admin, REFERRAL, referral_id)
    assert (row["state"], row["escalations"], row["decided_at"]) == ("LAPSED", 1, again)
    async with nothing_written(admin):
        await as_platform(small_city, returns.decide_due, now=again, **mine)


async def test_without_a_consent_the_deadline_to_decide_ends_the_wait(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank, accepted=True)
    assert await carry_out(small_city, admin, "lending.referral.decide_due", now=DECIDE_BY) == 2
    row = await one(admin, REFERRAL, referral_id)
    assert (row["state"], row["escalations"]) == ("LAPSED", 0)


async def test_what_is_not_there_or_has_moved_on_is_passed_over(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """A duty that comes late, or about something gone, does nothing: it is not the time that decides but the state."""
    bank = small_city.banks[0]
    referral_id = await referred(small_city, bank)
    await small_city.act(
        decline_referral,
        bank.officer,
        referral_id=referral_id,
        reason=DeclineReason.OVER_INDEBTED,
        note=None,
    )
    late = DECIDE_BY + timedelta(days=40)
    duties = (returns.accept_due, returns.contact_due, returns.decide_due)
    async with nothing_written(admin):
        for given in (referral_id, uuid4()):
            for step in Step:
                await as_platform(
                    small_city, returns.remind, step=step, now=late, **of(bank, given)
                )
            for duty in (*duties, returns.tell_bank_of_consent):
                await as_platform(small_city, duty, now=late, **of(bank, given))
        await as_platform(
            small_city,
            returns.tell_applicant_of_step,
            now=late,
            step="declined",
            **of(bank, uuid4()),
        )
        await as_platform(
            small_city,
            returns.expire_offer,
            now=late,
            tenant_id=bank.tenant_id,
            offer_id=uuid4(),
        )
        await as_platform(
            small_city,
            returns.expire_request,
            now=late,
            subject_id=small_city.firm_id,
            request_id=uuid4(),
        )


async def test_every_duty_that_is_posted_has_someone_to_carry_it_out(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    _, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    await small_city.act(load_arrangement, small_city.operator, arrangement=arrangement_2027())
    topics = {row["topic"] for row in await admin.fetch("select topic from outbox")}
    # Messages to people and what becomes of a consent are others' duties; a second chunk of deadlines is posted by the first,
    # that a snapshot is gone by what erases it, and a loan's next due day by what reports it in a sandbox.
    others = {"kernel.notice.deliver", "consent.artefact.sign", "consent.consent.expire"}
    # What is exchanged and replayed is posted in test_exchange, test_talks and test_replays; a corrected quarter in test_league,
    # and the time of a warning in test_warning_answers.
    elsewhere = {REDATE_TOPIC, ERASED_TOPIC, JUDGE_TOPIC, CLOSE_TOPIC, ERASE_TOPIC, REPLAY_TOPIC}
    elsewhere |= {COUNT_TOPIC, DUE_TOPIC, REMIND_TOPIC}
    # A guarantor is asked in test_guarantees.
    elsewhere |= {FORGET_TOPIC, LAPSE_TOPIC}
    assert topics - others == set(HANDLERS) - elsewhere
