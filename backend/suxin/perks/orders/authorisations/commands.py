"""What a merchant does about authorisations: applies for one, and ends it. The provider is asked by a job."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.perks.orders import rules
from suxin.perks.orders.authorisations import queries
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.authorisations.refusals import (
    AuthorisationCodeUsed,
    ServiceWithoutAuthorisation,
)
from suxin.perks.orders.authorisations.states import AuthorisationState
from suxin.perks.orders.authorisations.telling import carry_later, record_authorisation
from suxin.perks.orders.policies import ORDER_MANAGE
from suxin.perks.orders.queries import own_service
from suxin.perks.orders.refusals import OrderNumberInvalid
from suxin.perks.orders.states import OrderChannel

_OPEN: Final = (
    AuthorisationState.APPLIED,
    AuthorisationState.WAITING,
    AuthorisationState.AVAILABLE,
)


async def apply_authorisation(
    session: AsyncSession, actor: Actor, *, service_code: str, code: str, now: datetime
) -> OrderAuthorisation:
    """Apply for a user's authorisation of a service; the same number of the same service is the same, while it is open.

    :raises Forbidden, NotFound: if the service is not the actor's
    :raises OrderNumberInvalid: if the number has other characters or too many
    :raises ServiceWithoutAuthorisation: if the service has no provider
    :raises ServiceClosed: if no more orders are opened under the service
    :raises AuthorisationCodeUsed: if the number is of another service, or was refused or has ended
    """
    actor.require(ORDER_MANAGE)
    service = await own_service(session, actor, service_code)
    if not rules.NUMBER.fullmatch(code):
        raise OrderNumberInvalid(field="authorizationCode", limit=rules.MAX_NUMBER)
    if service.provider is OrderChannel.LOCAL:
        raise ServiceWithoutAuthorisation(field="serviceId")
    turn = func.hashtextextended(f"authorisation:{service.tenant_id}:{code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    before = await queries.authorisation_numbered(session, actor, code)
    if before is not None:
        if before.service_id != service.id or before.state not in _OPEN:
            raise AuthorisationCodeUsed(field="authorizationCode", number=code)
        return before
    service.require_open()
    made = OrderAuthorisation(
        tenant_id=service.tenant_id,
        id=new_id(now),
        service_id=service.id,
        code=code,
        state=AuthorisationState.APPLIED,
        applied_at=now,
        applied_by=actor.staff_id,
    )
    session.add(made)
    await session.flush()
    await _have_carried(session, made, now=now)
    return made


async def end_authorisation(
    session: AsyncSession, actor: Actor, *, authorisation_id: UUID, reason: str, now: datetime
) -> OrderAuthorisation:
    """End an authorisation: from now on no order is opened under it, whenever the provider has noted it.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises OrderTextInvalid: if there is no reason, or it is too long
    :raises StepNotPossible: unless its user has given it
    """
    actor.require(ORDER_MANAGE)
    authorisation = await queries.lock_own_authorisation(session, actor, authorisation_id)
    rules.check_words("reason", reason, rules.MAX_REASON)
    authorisation.withdraw(reason)
    await session.flush()
    await _have_carried(session, authorisation, now=now)
    return authorisation


async def _have_carried(
    session: AsyncSession, authorisation: OrderAuthorisation, *, now: datetime
) -> None:
    record_authorisation(session, authorisation, now=now)
    await carry_later(session, authorisation, at=now, now=now)
