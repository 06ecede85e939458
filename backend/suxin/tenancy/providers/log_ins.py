"""Log-ins by a tenant's own provider: the flow through the browser, the staff member behind a subject, the first link.

A browser keeps one secret of a flow; the state, the nonce and the PKCE verifier follow from it, each by a hash of its own,
and here is kept only what that secret is found by. So an answer is taken from the browser that asked, and once.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of, continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealing import Sealer
from suxin.kernel.tokens import new_token, token_hash
from suxin.tenancy.actors import active_kind
from suxin.tenancy.log_ins import KnownStaff, check_password
from suxin.tenancy.policies import STAFF_MANAGE
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.providers.access import ProviderAccess
from suxin.tenancy.providers.id_tokens import ProvedSubject
from suxin.tenancy.providers.models import (
    ProviderFlow,
    ProviderState,
    StaffIdentity,
)
from suxin.tenancy.providers.refusals import (
    PasswordLogInOff,
    ProviderFlowOver,
    ProviderFlowUsed,
    StaffOfAnotherHouse,
    SubjectTaken,
)
from suxin.tenancy.second_factors import (
    SecondFactorRequired,
    check_second_factor,
    has_second_factor,
)
from suxin.tenancy.standing import Standing

FLOW_LIFE: Final = timedelta(minutes=10)
"""How long somebody may take to log in at his provider."""

LINK_LIFE: Final = timedelta(minutes=10)
"""How long after it he may take to show his password, where he is not linked yet."""


@dataclass(frozen=True, slots=True)
class FlowSecret:
    """What a browser keeps of a flow, and what follows from it."""

    token: str

    @property
    def state(self) -> str:
        """The state (RFC 6749 §4.1.1)."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """The nonce (OpenID Connect Core §3.1.2.1)."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The PKCE code verifier (RFC 7636 §4.1)."""
        return self._derived("verifier")

    def _derived(self, name: str) -> str:
        digest = hmac.digest(self.token.encode(), name.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow whose answer came; ``tried_by`` is the staff member who only tries whether it works."""

    tried_by: UUID | None
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AtProvider:
    """Whose log-in at a provider stands behind one here, and in which session there if the provider tells them apart."""

    provider_id: UUID
    subject: str
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedStaff:
    """A staff member whom a provider knows, and whether its several factors count as ours."""

    staff: KnownStaff
    at: AtProvider
    second_factor: bool
    back: str


async def begin_flow(
    session: AsyncSession,
    access: ProviderAccess,
    *,
    back: str,
    tried_by: Actor | None = None,
    now: datetime,
) -> FlowSecret:
    """Begin a log-in by a provider, or the try of one by a staff member; return what the browser keeps.

    :raises NotFound: if nobody logs in by the provider at present, and it is no try; or it is another tenant's who tries
    :raises Forbidden: if he who tries may not manage his tenant's staff
    """
    if tried_by is not None:
        tried_by.require(STAFF_MANAGE)
    in_force = access.state is ProviderState.ACTIVE
    if not (in_force if tried_by is None else access.tenant_id == tried_by.own_tenant):
        raise NotFound(thing_zh="统一登录", thing_en="identity provider")
    secret = FlowSecret(new_token())
    async with doorway(session):
        session.add(
            ProviderFlow(
                token_hash=token_hash(secret.token),
                tenant_id=access.tenant_id,
                provider_id=access.id,
                tried_by=None if tried_by is None else tried_by.own_staff,
                back=back,
                begun_at=now,
                expires_at=now + FLOW_LIFE,
                used_at=None,
                subject=None,
                provider_session=None,
                multi_factor=False,
                linked_at=None,
            )
        )
        await session.flush()
    return secret


async def use_flow(
    session: AsyncSession, *, secret: FlowSecret, provider_id: UUID, state: str, now: datetime
) -> Flow:
    """Take the answer to a flow, once; on an anonymous session.

    :raises ProviderFlowOver: if this browser began none with the provider, another one since, or too long ago
    :raises ProviderFlowUsed: if its answer was taken
    """
    if not hmac.compare_digest(secret.state.encode(), state.encode()):
        raise ProviderFlowOver
    row = await _locked_flow(session, secret, provider_id)
    if row is None or row.expires_at <= now:
        raise ProviderFlowOver
    if row.used_at is not None:
        raise ProviderFlowUsed
    async with doorway(session):
        row.used_at = now
        await session.flush()
    return Flow(tried_by=row.tried_by, begun_at=row.begun_at)


async def staff_behind_subject(
    session: AsyncSession,
    access: ProviderAccess,
    proved: ProvedSubject,
    *,
    secret: FlowSecret,
    now: datetime,
) -> ProvedStaff | None:
    """Return the staff member who is linked to a subject; on an anonymous session.

    Where there is none, the flow remembers the subject for ``link_subject``, and nothing is returned.

    :raises NotFound: if nobody logs in by the provider any more
    :raises TenantSuspended: if the organisation is suspended
    """
    if access.state is not ProviderState.ACTIVE:
        raise NotFound(thing_zh="统一登录", thing_en="identity provider")
    flow = await _locked_flow(session, secret, access.id)
    if flow is None:
        raise ProviderFlowOver
    async with doorway(session):
        staff_id = await session.scalar(
            select(StaffIdentity.staff_id).where(
                StaffIdentity.tenant_id == access.tenant_id,
                StaffIdentity.subject == proved.subject,
            )
        )
        if staff_id is None:
            flow.subject, flow.multi_factor = proved.subject, proved.multi_factor
            flow.provider_session = proved.session
            flow.expires_at = now + LINK_LIFE
        await session.flush()
    if staff_id is None:
        return None
    await _enter_house(session, access.tenant_id, staff_id)
    _record(session, "tenancy.log_in.by_provider", access.tenant_id, staff_id, now=now)
    return ProvedStaff(
        staff=KnownStaff(access.tenant_id, staff_id),
        at=AtProvider(provider_id=access.id, subject=proved.subject, session=proved.session),
        second_factor=access.trusts_second_factor and proved.multi_factor,
        back=flow.back,
    )


async def link_subject(
    session: AsyncSession,
    access: ProviderAccess,
    *,
    secret: FlowSecret,
    login: str,
    password: str,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> ProvedStaff:
    """Link the subject that a flow proved to the staff member who shows his password, and his second factor if he has one.

    On an anonymous session. Whoever knows a colleague's password alone so links himself to no account that a second factor
    guards, however much the provider's own factors are trusted.

    :raises ProviderFlowOver: if the flow proved nobody, was linked already, or is too long ago
    :raises LogInRefused, LogInLocked, TenantSuspended: see ``check_password``
    :raises StaffOfAnotherHouse: if they are of somebody who does not work for the provider's tenant
    :raises SecondFactorRequired: if he has a second factor and ``code`` is empty
    :raises SecondFactorWrong: see ``check_second_factor``
    :raises SubjectTaken: if the account is linked to another, or he to another account
    """
    flow = await _locked_flow(session, secret, access.id)
    subject = None if flow is None else flow.subject
    if flow is None or subject is None or flow.linked_at is not None or flow.expires_at <= now:
        raise ProviderFlowOver
    if access.state is not ProviderState.ACTIVE:
        raise ProviderFlowOver
    known = await check_password(session, login=login, password=password, sealer=sealer, now=now)
    if known.tenant_id != access.tenant_id:
        raise StaffOfAnotherHouse
    shown = await _show_second_factor(session, known, code, sealer, now=now)
    async with doorway(session):
        flow.linked_at = now
        await session.flush()
    await _enter_house(session, known.tenant_id, known.staff_id)
    await _require_unlinked(session, known, subject)
    session.add(
        StaffIdentity(
            tenant_id=known.tenant_id, staff_id=known.staff_id, subject=subject, linked_at=now
        )
    )
    await session.flush()
    _record(session, "tenancy.identity.linked", known.tenant_id, known.staff_id, now=now)
    return ProvedStaff(
        staff=known,
        at=AtProvider(provider_id=access.id, subject=subject, session=flow.provider_session),
        second_factor=shown or (access.trusts_second_factor and flow.multi_factor),
        back=flow.back,
    )


async def note_failed_log_in(
    session: AsyncSession, access: ProviderAccess, *, reason: str, now: datetime
) -> None:
    """Put on record why a provider's answer led nowhere, so that whoever set it up can see it; on any session."""
    append_act(
        session,
        action="tenancy.identity_provider.failed",
        now=now,
        tenant_id=access.tenant_id,
        object_type="identity_provider",
        object_id=access.id,
        detail={"reason": reason},
    )


def require_password_taken(found: Standing, profiles: Profiles) -> None:
    """Refuse a log-in by password alone where the tenant does without.

    Whoever manages its staff keeps his password: one such is always left (``LastManager``), and gets in to suspend a provider
    that is down.

    :raises PasswordLogInOff: if he must log in by the tenant's provider
    """
    manages = STAFF_MANAGE in profiles[found.kind].permissions_of(found.roles)
    if found.passwords_off and not manages:
        raise PasswordLogInOff


async def _locked_flow(
    session: AsyncSession, secret: FlowSecret, provider_id: UUID
) -> ProviderFlow | None:
    async with doorway(session):
        return await session.scalar(
            select(ProviderFlow)
            .where(
                ProviderFlow.token_hash == token_hash(secret.token),
                ProviderFlow.provider_id == provider_id,
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )


async def _show_second_factor(
    session: AsyncSession, known: KnownStaff, code: str, sealer: Sealer, *, now: datetime
) -> bool:
    """Take the second factor of whoever has one; return whether he has."""
    if not await has_second_factor(session, tenant_id=known.tenant_id, staff_id=known.staff_id):
        return False
    if not code:
        raise SecondFactorRequired(field="code")
    await check_second_factor(
        session,
        tenant_id=known.tenant_id,
        staff_id=known.staff_id,
        code=code,
        sealer=sealer,
        now=now,
    )
    return True


async def _require_unlinked(session: AsyncSession, known: KnownStaff, subject: str) -> None:
    taken = await session.scalar(
        select(StaffIdentity.staff_id)
        .where(
            StaffIdentity.tenant_id == known.tenant_id,
            or_(StaffIdentity.staff_id == known.staff_id, StaffIdentity.subject == subject),
        )
        .limit(1)
    )
    if taken is not None:
        raise SubjectTaken


async def _enter_house(session: AsyncSession, tenant_id: UUID, staff_id: UUID) -> None:
    """Go on in the row context of somebody's tenant, if he works there and it may act."""
    request_id = actor_of(session).request_id
    await continue_as(
        session,
        Actor(kind=ActorKind.STAFF, request_id=request_id, tenant_id=tenant_id, staff_id=staff_id),
    )
    await active_kind(session, tenant_id, staff_id=staff_id)


def _record(
    session: AsyncSession, action: str, tenant_id: UUID, staff_id: UUID, *, now: datetime
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        object_type="staff",
        object_id=staff_id,
    )
