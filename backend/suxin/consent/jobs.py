"""Timed duties of consent, and what follows here from what happened in the contexts below."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands, giving, lapses, retention, single_use
from suxin.consent.artefacts import sign_artefact
from suxin.consent.oauth.grants import end_grants_of_account
from suxin.kernel.database import act_for
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.kernel.signing import read_keys
from suxin.subjects import proofs

Duty = Callable[..., Awaitable[object]]


async def in_the_subjects_rows(
    session: AsyncSession, job: Job, duty: Duty, *, reason: str, **given: object
) -> None:
    """Carry out a duty about one consent in its subject's own rows."""
    about: dict[str, UUID] = {name: job.uuid(name) for name in ("subject_id", "consent_id")}
    async with act_for(session, subject_id=about["subject_id"], reason=reason):
        await duty(session, **about, **given, now=job.now)


async def expire_consent(session: AsyncSession, job: Job) -> None:
    """End a consent at the end of its period."""
    await in_the_subjects_rows(session, job, commands.expire_consent, reason="consent expiry")


async def consent_used(session: AsyncSession, job: Job) -> None:
    """End a one-time consent that was used."""
    await in_the_subjects_rows(session, job, single_use.end_used, reason="consent used")


async def request_asked(session: AsyncSession, job: Job) -> None:
    """Tell the subject that he was asked."""
    await in_the_subjects_rows(session, job, lapses.tell_of_request, reason="consent asked")


async def request_lapses(session: AsyncSession, job: Job) -> None:
    """Let a request lapse that nobody answered."""
    await in_the_subjects_rows(session, job, lapses.lapse_request, reason="consent lapse")


async def retention_ends(session: AsyncSession, job: Job) -> None:
    """Erase what was received on a consent when its retention is over."""
    await in_the_subjects_rows(session, job, retention.erase_received, reason="retention over")


async def received_erased(session: AsyncSession, job: Job) -> None:
    """Tell a tenant that what it received on a consent is erased."""
    await retention.tell_tenant_of_erasure(
        session, tenant_id=job.uuid("tenant_id"), consent_id=job.uuid("consent_id"), now=job.now
    )


async def end_log_ins_of_account(session: AsyncSession, job: Job) -> None:
    """End the log-ins of an account that stands for its person no more; those since then are somebody's own."""
    await end_grants_of_account(
        session,
        openid=job.payload["openid"],
        until=datetime.fromisoformat(job.payload["at"]),
        reason="account_unbound",
        now=job.now,
    )


def handlers(sealer: Sealer) -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""

    async def consent_given(session: AsyncSession, job: Job) -> None:
        """Sign the artefact of a consent."""
        keys = await read_keys(session, sealer=sealer, now=job.now)
        await in_the_subjects_rows(
            session, job, sign_artefact, reason="consent artefact", keys=keys
        )

    return {
        giving.EXPIRE_TOPIC: expire_consent,
        single_use.USED_TOPIC: consent_used,
        giving.SIGN_TOPIC: consent_given,
        giving.ERASE_TOPIC: retention_ends,
        retention.ERASED_TOPIC: received_erased,
        lapses.ASKED_TOPIC: request_asked,
        lapses.LAPSE_TOPIC: request_lapses,
        proofs.UNBOUND_TOPIC: end_log_ins_of_account,
    }
