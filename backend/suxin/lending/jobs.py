"""Timed duties and events of lending, by topic: each re-reads, re-checks and calls one command."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.outbox import Handler, Job
from suxin.lending import dispatch, snapshots
from suxin.lending.commands import offers, redating, referrals, requests, returns
from suxin.lending.exchange import jobs as exchange
from suxin.lending.guarantees import jobs as guarantees
from suxin.lending.league import jobs as league
from suxin.lending.loans import jobs as loans
from suxin.lending.models import Step
from suxin.lending.replays.commands import REPLAY_TOPIC, carry_out_replay
from suxin.lending.routing.commands import route_referral
from suxin.lending.warnings import jobs as warnings


async def route(session: AsyncSession, job: Job) -> None:
    """Find the branch and the officer of a referral."""
    await route_referral(session, **_referral(job), now=job.now)


async def replay(session: AsyncSession, job: Job) -> None:
    """Replay a draft of a product over a quarter's requests."""
    await carry_out_replay(
        session,
        tenant_id=job.uuid("tenant_id"),
        replay_id=job.uuid("replay_id"),
        now=job.now,
    )


async def remind(session: AsyncSession, job: Job) -> None:
    """Remind a bank of a step that is nearly late."""
    step = Step(job.payload["step"])
    await returns.remind(session, **_referral(job), step=step, now=job.now)


async def accept_due(session: AsyncSession, job: Job) -> None:
    """Check that a lead was accepted in time."""
    await returns.accept_due(session, **_referral(job), now=job.now)


async def contact_due(session: AsyncSession, job: Job) -> None:
    """Check that an applicant was contacted in time."""
    await returns.contact_due(session, **_referral(job), now=job.now)


async def decide_due(session: AsyncSession, job: Job) -> None:
    """Check that a referral was decided in time."""
    await returns.decide_due(session, **_referral(job), now=job.now)


async def answered(session: AsyncSession, job: Job) -> None:
    """Tell the applicant what a bank did."""
    await returns.tell_applicant_of_step(
        session, **_referral(job), step=job.payload["step"], now=job.now
    )


async def consented(session: AsyncSession, job: Job) -> None:
    """Tell a bank that the applicant has consented."""
    await returns.tell_bank_of_consent(session, **_referral(job), now=job.now)


async def offer_expires(session: AsyncSession, job: Job) -> None:
    """End an offer at the end of its validity."""
    await returns.expire_offer(
        session, tenant_id=job.uuid("tenant_id"), offer_id=job.uuid("offer_id"), now=job.now
    )


async def request_expires(session: AsyncSession, job: Job) -> None:
    """End a request at the end of its time."""
    await returns.expire_request(
        session, subject_id=job.uuid("subject_id"), request_id=job.uuid("request_id"), now=job.now
    )


async def snapshot_kept_long_enough(session: AsyncSession, job: Job) -> None:
    """Erase a decision snapshot whose time of keeping is over."""
    await snapshots.erase_snapshot(
        session, tenant_id=job.uuid("tenant_id"), snapshot_id=job.uuid("snapshot_id"), now=job.now
    )


async def snapshot_erased(session: AsyncSession, job: Job) -> None:
    """Tell a bank that a decision snapshot is erased."""
    await snapshots.tell_bank_of_erasure(
        session, tenant_id=job.uuid("tenant_id"), offer_id=job.uuid("offer_id"), now=job.now
    )


async def redate(session: AsyncSession, job: Job) -> None:
    """Work a chunk of the deadlines out anew that a published arrangement touches, and leave the rest to the next job."""
    year = job.payload["year"]
    following = await redating.redate_deadlines(
        session, year=year, after=redating.place_in(job.payload), now=job.now
    )
    if following is not None:
        payload = {"year": year, "tenant_id": following.tenant_id, "referral_id": following.id}
        await outbox.post(session, redating.REDATE_TOPIC, payload, now=job.now, wake=True)


def handlers() -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""
    return {
        REPLAY_TOPIC: replay,
        dispatch.ROUTE_TOPIC: route,
        dispatch.REMIND_TOPIC: remind,
        dispatch.ACCEPT_DUE_TOPIC: accept_due,
        dispatch.CONTACT_DUE_TOPIC: contact_due,
        dispatch.DECIDE_DUE_TOPIC: decide_due,
        referrals.ANSWERED_TOPIC: answered,
        redating.REDATE_TOPIC: redate,
        requests.CONSENTED_TOPIC: consented,
        requests.EXPIRE_TOPIC: request_expires,
        offers.OFFER_EXPIRE_TOPIC: offer_expires,
        snapshots.ERASE_TOPIC: snapshot_kept_long_enough,
        snapshots.ERASED_TOPIC: snapshot_erased,
        **exchange.handlers(),
        **loans.handlers(),
        **guarantees.handlers(),
        **warnings.handlers(),
        **league.handlers(),
    }


def _referral(job: Job) -> dict[str, UUID]:
    return {"tenant_id": job.uuid("tenant_id"), "referral_id": job.uuid("referral_id")}
