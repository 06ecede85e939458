"""Carrying authorisations to their provider, and asking after them however its calls back fare: the job's part.

A call leaves while the row is locked, so that two workers never ask at once; what is sent twice carries the same number.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Handler, Job
from suxin.perks.orders.authorisations import queries
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.authorisations.provider import AuthorisationName, AuthorisationProvider
from suxin.perks.orders.authorisations.states import AuthorisationState, Standing
from suxin.perks.orders.authorisations.telling import (
    CARRY_TOPIC,
    carry_later,
    record_authorisation,
)
from suxin.perks.orders.provider import ProviderRejected

GIVEN_WITHIN: Final = timedelta(days=1)
"""How long a user may take to give an authorisation; what his phone opens is good for less (proposed)."""

LOOK_WAITING: Final = timedelta(minutes=10)
LOOK_GIVEN: Final = timedelta(days=1)
MAX_REJECTION: Final = 200
_ENDED: Final = (AuthorisationState.REFUSED, AuthorisationState.ENDED)


async def carry(
    session: AsyncSession,
    *,
    provider: AuthorisationProvider,
    tenant_id: UUID,
    authorisation_id: UUID,
    now: datetime,
) -> None:
    """Ask the provider for what an authorisation waits for, and have it looked at again until it has ended.

    :raises ProviderUnavailable: if there is no usable answer; the same is asked again
    """
    authorisation = await queries.lock_authorisation(session, tenant_id, authorisation_id)
    if authorisation is None or authorisation.state in _ENDED:
        return
    service = await queries.service_behind(session, authorisation)
    name = AuthorisationName(
        code=authorisation.code, service_code=service.code, sub_mchid=service.sub_mchid or ""
    )
    if authorisation.state is AuthorisationState.APPLIED:
        await _apply(session, authorisation, provider, name, now=now)
    else:
        await _look(session, authorisation, provider, name, now=now)
    if authorisation.state not in _ENDED:
        given = authorisation.state is AuthorisationState.AVAILABLE
        pause = LOOK_GIVEN if given else LOOK_WAITING
        await carry_later(session, authorisation, at=now + pause, now=now)


async def take_standing(
    session: AsyncSession, authorisation: OrderAuthorisation, standing: Standing, *, now: datetime
) -> None:
    """Bring an authorisation to where its provider says that it stands; what is older than what is known changes nothing."""
    state = authorisation.state
    if standing is Standing.GIVEN and state is AuthorisationState.WAITING:
        authorisation.open(now=now)
    elif standing is Standing.ENDED and state not in (AuthorisationState.APPLIED, *_ENDED):
        authorisation.end(now=now)
    else:
        return
    await session.flush()
    record_authorisation(session, authorisation, now=now)


def handlers(provider: AuthorisationProvider) -> Mapping[str, Handler]:
    """Return the handler of what waits, by its topic."""

    async def carry_authorisation(session: AsyncSession, job: Job) -> None:
        """Ask the provider for what an authorisation waits for."""
        await carry(
            session,
            provider=provider,
            tenant_id=job.uuid("tenant_id"),
            authorisation_id=job.uuid("authorisation_id"),
            now=job.now,
        )

    return {CARRY_TOPIC: carry_authorisation}


async def _apply(
    session: AsyncSession,
    authorisation: OrderAuthorisation,
    provider: AuthorisationProvider,
    name: AuthorisationName,
    *,
    now: datetime,
) -> None:
    try:
        authorisation.offer(await provider.apply(name, now=now))
    except ProviderRejected as rejected:
        authorisation.refuse(_said(rejected), now=now)
    await session.flush()
    record_authorisation(session, authorisation, now=now)


async def _look(
    session: AsyncSession,
    authorisation: OrderAuthorisation,
    provider: AuthorisationProvider,
    name: AuthorisationName,
    *,
    now: datetime,
) -> None:
    if authorisation.state is AuthorisationState.ENDING:
        try:
            await provider.end(name, reason=authorisation.reason or "", now=now)
        except ProviderRejected as rejected:
            # It may have been ended by an answer that was lost: where it stands is asked below.
            authorisation.rejection = _said(rejected)
    standing = await provider.standing(name, now=now)
    late = now - authorisation.applied_at >= GIVEN_WITHIN
    if standing is Standing.NOT_YET and late:
        # Nobody gives it any more: what the phone opens has lapsed long ago.
        standing = Standing.ENDED
    await take_standing(session, authorisation, standing, now=now)


def _said(rejected: ProviderRejected) -> str:
    return f"{rejected.code}：{rejected.message}"[:MAX_REJECTION]
