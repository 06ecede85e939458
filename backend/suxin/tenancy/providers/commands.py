"""Commands on a tenant's own provider: its settings, the try, putting it in force and out, and undoing a link."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealing import Sealer
from suxin.tenancy.houses import record
from suxin.tenancy.policies import STAFF_MANAGE
from suxin.tenancy.providers.id_tokens import Demands
from suxin.tenancy.providers.models import (
    CLIENT_SECRET,
    MAX_AGE_MINUTES,
    ClientMethod,
    IdentityProvider,
    ProviderState,
    StaffIdentity,
)
from suxin.tenancy.providers.refusals import ProviderStateConflict, ProviderUntried

MAX_ISSUER_CHARACTERS: Final = 400
MAX_CLIENT_ID_CHARACTERS: Final = 200
MAX_SECRET_CHARACTERS: Final = 500
MAX_ACR_VALUES: Final = 5
MAX_ACR_CHARACTERS: Final = 200

# Plain http is for a provider on one's own machine; what may be called at all is decided where calls are made.
_ISSUER: Final = re.compile(r"https?://[a-z0-9.\-:\[\]]+(/[A-Za-z0-9._~\-/]*)?")
# What a scope may be written in (RFC 6749 §3.3), since several are sent with blanks between them.
_ACR: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDraft:
    """Settings as an administrator typed them; without a ``secret`` the one that is kept stays."""

    issuer: str
    client_id: str
    method: ClientMethod
    secret: str | None = field(default=None, repr=False)
    trusts_second_factor: bool = False
    keeps_passwords: bool = True
    max_age_minutes: int | None = None
    acr_values: tuple[str, ...] = ()

    @property
    def demands(self) -> Demands:
        """What is wanted of each log-in."""
        age = self.max_age_minutes
        return Demands(
            max_age=None if age is None else timedelta(minutes=age), acr_values=self.acr_values
        )


async def set_provider(
    session: AsyncSession, actor: Actor, *, draft: ProviderDraft, sealer: Sealer, now: datetime
) -> IdentityProvider:
    """Write the settings of the actor's tenant's own provider.

    Another issuer, client id, way to show who we are, age or class of log-in makes them a draft, which waits for a try: what a
    provider does not keep to would keep everybody out. With another issuer or client id the links of staff end: a subject means something to one client of one provider (OpenID Connect Core §8).

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises Invalid: if an entry is not acceptable, or a secret is needed
    """
    actor.require(STAFF_MANAGE)
    tenant_id = actor.own_tenant
    _check(draft)
    row = await _locked(session, tenant_id)
    if row is None:
        row = _new(tenant_id, draft, now=now)
        session.add(row)
    elif (row.issuer, row.client_id) != (draft.issuer, draft.client_id):
        await session.execute(delete(StaffIdentity).where(StaffIdentity.tenant_id == tenant_id))
        row.draft()
    if row.method is not draft.method or draft.secret or row.demands != draft.demands:
        row.draft()
    row.issuer, row.client_id, row.method = draft.issuer, draft.client_id, draft.method
    row.trusts_second_factor = draft.trusts_second_factor
    row.keeps_passwords = draft.keeps_passwords
    row.max_age_minutes, row.acr_values = draft.max_age_minutes, list(draft.acr_values)
    row.changed_at = now
    _keep_secret(row, draft, sealer)
    await session.flush()
    record(
        session,
        "tenancy.identity_provider.set",
        tenant_id=tenant_id,
        of=("identity_provider", row.id),
        now=now,
        detail={
            "issuer": row.issuer,
            "client_id": row.client_id,
            "method": row.method.value,
            "trusts_second_factor": row.trusts_second_factor,
            "keeps_passwords": row.keeps_passwords,
            "max_age_minutes": row.max_age_minutes,
            "acr_values": row.acr_values,
            "state": row.state.value,
        },
    )
    return row


async def note_provider_tried(
    session: AsyncSession, actor: Actor, *, provider_id: UUID, begun_at: datetime, now: datetime
) -> None:
    """Note that a log-in which the actor began at ``begun_at`` worked by the settings as they are.

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises NotFound: if it is not his tenant's provider
    :raises ProviderStateConflict: if the settings were changed meanwhile
    """
    row = await _own(session, actor, provider_id)
    if row.changed_at > begun_at:
        raise ProviderStateConflict
    row.tried_at = now
    _note(session, "tenancy.identity_provider.tried", row, now=now)


async def activate_provider(
    session: AsyncSession, actor: Actor, *, provider_id: UUID, now: datetime
) -> None:
    """Put the settings in force: from now on staff may log in by them.

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises NotFound: if it is not his tenant's provider
    :raises ProviderUntried: if no log-in by them was tried
    :raises ProviderStateConflict: if they are in force
    """
    row = await _own(session, actor, provider_id)
    if row.state is ProviderState.ACTIVE:
        raise ProviderStateConflict
    if row.tried_at is None:
        raise ProviderUntried
    row.activate()
    _note(session, "tenancy.identity_provider.activated", row, now=now)


async def suspend_provider(
    session: AsyncSession, actor: Actor, *, provider_id: UUID, now: datetime
) -> None:
    """Put the settings out of force: nobody logs in by them, and passwords are taken again.

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises NotFound: if it is not his tenant's provider
    :raises ProviderStateConflict: if they are not in force
    """
    row = await _own(session, actor, provider_id)
    if row.state is not ProviderState.ACTIVE:
        raise ProviderStateConflict
    row.suspend()
    _note(session, "tenancy.identity_provider.suspended", row, now=now)


async def remove_provider(
    session: AsyncSession, actor: Actor, *, provider_id: UUID, now: datetime
) -> None:
    """Forget the settings with their secret, and the links of staff; who is logged in by them stays so until he ends.

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises NotFound: if it is not his tenant's provider
    :raises ProviderStateConflict: if they are in force
    """
    row = await _own(session, actor, provider_id)
    if row.state is ProviderState.ACTIVE:
        raise ProviderStateConflict
    await session.execute(delete(StaffIdentity).where(StaffIdentity.tenant_id == row.tenant_id))
    await session.delete(row)
    _note(session, "tenancy.identity_provider.removed", row, now=now)


async def unlink_staff(
    session: AsyncSession, actor: Actor, *, staff_id: UUID, now: datetime
) -> None:
    """Undo a staff member's link to his account at the provider; he makes it anew by his password.

    What was logged in by it goes on; ``reset_password`` ends that.

    :raises Forbidden: if the actor may not manage his tenant's staff
    :raises NotFound: if nobody of this id is linked there
    """
    actor.require(STAFF_MANAGE)
    gone = await session.scalar(
        delete(StaffIdentity)
        .where(StaffIdentity.tenant_id == actor.own_tenant, StaffIdentity.staff_id == staff_id)
        .returning(StaffIdentity.staff_id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise NotFound(thing_zh="绑定", thing_en="link")
    record(
        session,
        "tenancy.identity.unlinked",
        tenant_id=actor.own_tenant,
        of=("staff", staff_id),
        now=now,
    )


async def _locked(session: AsyncSession, tenant_id: UUID) -> IdentityProvider | None:
    return await session.get(
        IdentityProvider, tenant_id, with_for_update=True, populate_existing=True
    )


async def _own(session: AsyncSession, actor: Actor, provider_id: UUID) -> IdentityProvider:
    actor.require(STAFF_MANAGE)
    row = await _locked(session, actor.own_tenant)
    if row is None or row.id != provider_id:
        raise NotFound(thing_zh="统一登录设置", thing_en="identity provider")
    return row


def _new(tenant_id: UUID, draft: ProviderDraft, *, now: datetime) -> IdentityProvider:
    return IdentityProvider(
        tenant_id=tenant_id,
        id=new_id(now),
        method=draft.method,
        secret_sealed=None,
        max_age_minutes=draft.max_age_minutes,
        acr_values=list(draft.acr_values),
        state=ProviderState.DRAFT,
        tried_at=None,
        created_at=now,
    )


def _keep_secret(row: IdentityProvider, draft: ProviderDraft, sealer: Sealer) -> None:
    if draft.method is ClientMethod.PRIVATE_KEY_JWT:
        row.secret_sealed = None
    elif draft.secret:
        row.secret_sealed = sealer.seal(draft.secret, purpose=CLIENT_SECRET, row=row.id)
    elif row.secret_sealed is None:
        raise Invalid(field="secret", reason_zh="请填写客户端密钥", reason_en="it is needed")


def _check(draft: ProviderDraft) -> None:
    if len(draft.issuer) > MAX_ISSUER_CHARACTERS or not _ISSUER.fullmatch(draft.issuer):
        raise Invalid(
            field="issuer",
            reason_zh="应为 https 开头的完整地址，不含参数",
            reason_en="it is a whole https address without parameters",
        )
    for name, value, longest in (
        ("clientId", draft.client_id, MAX_CLIENT_ID_CHARACTERS),
        ("secret", draft.secret or "-", MAX_SECRET_CHARACTERS),
    ):
        if len(value) > longest or not _VISIBLE.fullmatch(value):
            raise Invalid(
                field=name,
                reason_zh=f"应为 1 至 {longest} 个英文字符，不含空格",
                reason_en=f"it has 1 to {longest} visible ASCII characters",
            )
    _check_demands(draft)


def _check_demands(draft: ProviderDraft) -> None:
    age, classes = draft.max_age_minutes, draft.acr_values
    if age is not None and not 0 <= age <= MAX_AGE_MINUTES:
        raise Invalid(
            field="maxAgeMinutes",
            reason_zh=f"应为 0 至 {MAX_AGE_MINUTES} 分钟，或留空",
            reason_en=f"it is 0 to {MAX_AGE_MINUTES} minutes, or nothing",
        )
    if len(classes) > MAX_ACR_VALUES or not all(
        len(one) <= MAX_ACR_CHARACTERS and _ACR.fullmatch(one) for one in classes
    ):
        raise Invalid(
            field="acrValues",
            reason_zh=f"最多 {MAX_ACR_VALUES} 个，每个为 1 至 {MAX_ACR_CHARACTERS} 个英文字符",
            reason_en=f"there are at most {MAX_ACR_VALUES}, each of 1 to {MAX_ACR_CHARACTERS} visible ASCII characters",
        )


def _note(session: AsyncSession, action: str, row: IdentityProvider, *, now: datetime) -> None:
    record(session, action, tenant_id=row.tenant_id, of=("identity_provider", row.id), now=now)
