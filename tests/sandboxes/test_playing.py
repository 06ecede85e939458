"""Each of the cast behaves as he is called, by the commands that people use; what the bank meets is what it meets in the city."""

import asyncpg
import pytest
from observing import acts, nothing_written
from small_city import offer_terms
from small_sandbox import Sandbox
from sqlalchemy import select

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.commands.offers import make_offer
from suxin.lending.commands.referrals import accept_referral, claim_lead
from suxin.lending.models import Lead, Offer, Referral
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.queries.dossier import dossier
from suxin.lending.queries.referrals import own_referral
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.sandboxes.playing import NothingToPlay, trigger_event
from suxin.sandboxes.policies import SandboxOnly
from suxin_tenants import PROFILES


async def referral_of(sandbox: Sandbox, outcome: SandboxOutcome) -> Referral:
    """Let the applicant submit, and return what the bank got."""
    applicant = await sandbox.trigger(outcome)
    assert applicant.referral_id is not None
    return await stands(sandbox, applicant.referral_id)


async def stands(sandbox: Sandbox, referral_id: object) -> Referral:
    async with sandbox.city.database.snapshot(sandbox.officer, now=sandbox.now) as session:
        found = await session.scalar(select(Referral).where(Referral.id == referral_id))
    assert found is not None
    return found


async def offered(sandbox: Sandbox, outcome: SandboxOutcome) -> Referral:
    """Bring an applicant to the point where the bank has offered."""
    referral = await referral_of(sandbox, outcome)
    await sandbox.trigger(outcome)
    await sandbox.act(accept_referral, referral_id=referral.id)
    terms = offer_terms(amount_fen=10_000_000)
    await sandbox.act(make_offer, referral_id=referral.id, terms=terms)
    return await stands(sandbox, referral.id)


async def told(sandbox: Sandbox, about: type) -> list[str]:
    """Return the states of what the bank or its applicants have of a kind."""
    async with sandbox.city.database.snapshot(sandbox.officer, now=sandbox.now) as session:
        return [one.state.value for one in await session.scalars(select(about))]


async def test_who_accepts_at_once_goes_all_the_way(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    outcome = SandboxOutcome.ACCEPTS_AT_ONCE
    referral = await offered(sandbox, outcome)
    async with sandbox.city.database.snapshot(sandbox.officer, now=sandbox.now) as session:
        own, _ = await own_referral(session, sandbox.officer, referral.id)
        found = await dossier(session, sandbox.officer, own)
    assert found.subject.name == "沙箱安禾木业有限公司"
    done = await sandbox.trigger(outcome)
    assert (done.steps_done, done.last_event) == (3, SandboxEvent.ACCEPT_OFFER)
    assert await told(sandbox, Offer) == ["CHOSEN"]
    types = await admin.fetch(
        "select type from tenant_events where tenant_id = $1 order by recorded_at",
        sandbox.bank.tenant_id,
    )
    assert {"lending.referral.arrived", "lending.referral.consented", "lending.offer.accepted"} <= {
        row["type"] for row in types
    }
    # It is on record as his, and that somebody had him do it is on record beside it.
    by = await admin.fetch(
        "select actor_kind, action from audit_entries where subject_id = $1 and action like 'lending.offer.%'"
        " and actor_kind = 'subject'",
        sandbox.cast[outcome].subject_id,
    )
    assert by
    assert await acts(admin, "sandboxes.event.") == ["sandboxes.event.triggered"] * 3
    receipts = await admin.fetchval(
        "select count(*) from audit_entries where action = 'data.read' and subject_id = $1",
        sandbox.cast[outcome].subject_id,
    )
    assert receipts > 0


async def test_no_message_goes_to_whoever_has_the_number(sandbox: Sandbox) -> None:
    await offered(sandbox, SandboxOutcome.ACCEPTS_AT_ONCE)
    assert await sandbox.work() > 0
    assert sandbox.heard.phones == []
    real = await sandbox.city.submit()
    bank = sandbox.city.banks[0]
    await sandbox.city.act(
        accept_referral, bank.officer, referral_id=await sandbox.city.referral_to(real, bank)
    )
    await sandbox.work()
    assert sandbox.heard.phones == ["19900000001"]


async def test_who_asks_for_nothing_on_offer_matches_nothing(sandbox: Sandbox) -> None:
    found = await sandbox.trigger(SandboxOutcome.MATCHES_NOTHING)
    assert (found.referral_id, found.lead_number) == (None, None)
    with pytest.raises(NothingToPlay):
        await sandbox.trigger(SandboxOutcome.MATCHES_NOTHING, SandboxEvent.ACCEPT_OFFER)


async def test_who_refuses_lets_the_bank_know_nothing(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    referral = await referral_of(sandbox, SandboxOutcome.REFUSES_CONSENT)
    await sandbox.trigger(SandboxOutcome.REFUSES_CONSENT)
    assert (await stands(sandbox, referral.id)).consented_at is None
    assert await admin.fetchval(
        "select state from consents where subject_id = $1",
        sandbox.cast[SandboxOutcome.REFUSES_CONSENT].subject_id,
    ) in ("REFUSED", "REJECTED")


async def test_who_revokes_ends_what_was_permitted(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    outcome = SandboxOutcome.REVOKES_AFTER_OFFER
    await offered(sandbox, outcome)
    await sandbox.trigger(outcome)
    subject_id = sandbox.cast[outcome].subject_id
    live = await admin.fetchval(
        "select count(*) from access_bases where subject_id = $1 and ended_at is null", subject_id
    )
    assert live == 0
    state = await admin.fetchval("select state from consents where subject_id = $1", subject_id)
    assert state == "REVOKED"


async def test_who_withdraws_leaves_the_bank_with_a_referral_that_has_ended(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    outcome = SandboxOutcome.WITHDRAWS
    referral = await offered(sandbox, outcome)
    await sandbox.trigger(outcome)
    assert (await stands(sandbox, referral.id)).state.value == "PASSED"
    assert (
        await admin.fetchval(
            "select state from loan_requests where subject_id = $1",
            sandbox.cast[outcome].subject_id,
        )
        == "WITHDRAWN"
    )
    # Asked again, his story begins anew.
    again = await sandbox.trigger(outcome)
    assert (again.steps_done, again.last_event) == (4, SandboxEvent.SUBMIT_REQUEST)
    assert again.referral_id != referral.id


async def test_who_asks_the_pool_waits_to_be_claimed(sandbox: Sandbox) -> None:
    outcome = SandboxOutcome.ASKS_THE_POOL
    asked = await sandbox.trigger(outcome)
    assert asked.referral_id is None
    async with sandbox.city.database.snapshot(sandbox.officer, now=sandbox.now) as session:
        lead = await session.scalar(select(Lead).where(Lead.number == asked.lead_number))
    assert lead is not None
    assert lead.pool_open
    claimed = await sandbox.act(claim_lead, lead_id=lead.id, profiles=PROFILES)
    consented = await sandbox.trigger(outcome)
    assert consented.referral_id == claimed.id


@pytest.mark.parametrize(
    ("outcome", "fact", "value"),
    [
        (SandboxOutcome.FIRST_LOAN, "first_loan", True),
        (SandboxOutcome.RECORDS_WITH_PENALTY, "open_penalties", 1),
        (SandboxOutcome.ACCEPTS_AT_ONCE, "open_penalties", 0),
        (SandboxOutcome.ACCEPTS_AT_ONCE, "social_insurance_headcount", 25),
    ],
)
async def test_what_is_on_record_is_what_products_are_matched_with(
    sandbox: Sandbox, admin: asyncpg.Connection, outcome: SandboxOutcome, fact: str, value: object
) -> None:
    await sandbox.trigger(outcome)
    facts = await admin.fetchval(
        "select facts -> $2 from loan_requests where subject_id = $1",
        sandbox.cast[outcome].subject_id,
        fact,
    )
    assert facts == str(value).lower()


async def test_what_he_is_refused_the_caller_is_and_nothing_stands(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    outcome = SandboxOutcome.WITHDRAWS
    await sandbox.trigger(outcome)
    await sandbox.trigger(outcome, SandboxEvent.WITHDRAW_REQUEST)
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await sandbox.trigger(outcome, SandboxEvent.WITHDRAW_REQUEST)
        with pytest.raises(NothingToPlay):
            await sandbox.trigger(SandboxOutcome.FIRST_LOAN, SandboxEvent.GIVE_CONSENT)


async def test_nobody_else_has_them_do_anything(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    city, applicant = sandbox.city, sandbox.cast[SandboxOutcome.FIRST_LOAN]
    asked = {"applicant_id": applicant.id, "event": SandboxEvent.SUBMIT_REQUEST}
    async with nothing_written(admin):
        with pytest.raises(SandboxOnly):
            await city.act(trigger_event, city.banks[0].officer, **asked)
        with pytest.raises(Forbidden):
            await city.act(trigger_event, sandbox.officer.with_permissions(frozenset()), **asked)
        with pytest.raises(NotFound):
            await sandbox.act(
                trigger_event, applicant_id=sandbox.bank.tenant_id, event=asked["event"]
            )
