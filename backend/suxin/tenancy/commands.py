"""Commands on tenants themselves: founding the city, creating, suspending and resuming tenants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.announcements import announce_standing
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for, actor_of
from suxin.kernel.identifiers import check_area_code, check_uscc
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Refusal
from suxin.kernel.sandbox_clocks import SandboxClock
from suxin.tenancy.desk_sessions import end_sessions
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.policies import TENANT_MANAGE, require_tenant_manager
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.second_factors import GRACE
from suxin.tenancy.staff import place_staff

MIN_NAME_CHARACTERS: Final = 2
MAX_NAME_CHARACTERS: Final = 120
MAX_SHORT_NAME_CHARACTERS: Final = 20
MAX_CONTACT_CHARACTERS: Final = 120
MAX_REASON_CHARACTERS: Final = 500
SUSPENDED_TOPIC: Final = "tenancy.tenant.suspended"
SANDBOX_CREATED_TOPIC: Final = "tenancy.sandbox.created"
_FOUNDING_LOCK: Final = 0x43495459


class TenantExists(Refusal):
    """An organisation with this unified social credit code is a tenant already."""

    code = "TENANT_EXISTS"
    zh = "该统一社会信用代码的机构已入驻"
    en = "An organisation with this unified social credit code is a tenant already"


class CityFounded(Refusal):
    """The city has its operator; there is only one."""

    code = "CITY_FOUNDED"
    zh = "本市已有运营机构，不能重复设立"
    en = "This city has its operator already"


class TenantStatusConflict(Refusal):
    """The tenant is suspended already, or active already."""

    code = "TENANT_STATUS_CONFLICT"
    zh = "该机构当前已是“{status_zh}”状态"
    en = "The tenant is {status} already"


_STATUS_ZH = {TenantStatus.ACTIVE: "正常", TenantStatus.SUSPENDED: "暂停"}


@dataclass(frozen=True, slots=True)
class Founded:
    """The operator of a new city and its first staff member."""

    tenant_id: UUID
    staff_id: UUID


async def found_city(
    session: AsyncSession,
    *,
    name: str,
    short_name: str,
    uscc: str,
    contact: str,
    area_code: str,
    admin_name: str,
    login: str,
    password: str,
    profiles: Profiles,
    now: datetime,
    override_reason: str | None = None,
) -> Founded:
    """Create the city's operator with its first administrator, as the platform itself.

    :raises Forbidden: if anyone but the platform calls
    :raises CityFounded: if there is an operator already
    :raises Invalid: if a text is too short or too long (also what ``check_uscc`` and ``add_staff`` raise)
    """
    actor = actor_of(session)
    if actor.kind is not ActorKind.SYSTEM:
        raise Forbidden(permission=TENANT_MANAGE)
    await session.execute(select(func.pg_advisory_xact_lock(_FOUNDING_LOCK)))
    if await session.scalar(select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR)):
        raise CityFounded
    tenant_id = await _insert_tenant(
        session,
        kind=TenantKind.OPERATOR,
        name=name,
        short_name=short_name,
        uscc=uscc,
        contact=contact,
        area_code=area_code,
        now=now,
        override_reason=override_reason,
    )
    async with act_for(session, reason="the operator's first administrator", tenant_id=tenant_id):
        staff_id = await place_staff(
            session,
            tenant_id=tenant_id,
            name=admin_name,
            login=login,
            password=password,
            roles=[RoleGrant(profiles[TenantKind.OPERATOR].first_role)],
            profiles=profiles,
            now=now,
        )
    return Founded(tenant_id, staff_id)


async def create_tenant(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: TenantKind,
    name: str,
    short_name: str,
    uscc: str,
    contact: str,
    area_code: str,
    profiles: Profiles,
    now: datetime,
    override_reason: str | None = None,
    sandbox: bool = False,
) -> UUID:
    """Create a tenant and return its id; a bank's ``sandbox`` is a tenant of its own beside the real one.

    ``area_code`` is its seat, which may lie outside the city. A wrong check character of the ``uscc`` passes with an
    ``override_reason``, which is kept on record.

    :raises Forbidden: if the actor may not manage tenants
    :raises CityFounded: if another operator is asked for
    :raises Invalid: if the kind has no profile, or a text is too short or too long
    :raises UsccMalformed: if ``uscc`` is not such a code
    :raises UsccChecksum: if its check character is wrong and no reason is given
    :raises TenantExists: if the organisation is a tenant already
    """
    require_tenant_manager(actor)
    if kind is TenantKind.OPERATOR:
        raise CityFounded(field="kind")
    if kind not in profiles:
        raise Invalid(field="kind", reason_zh="未开通该类机构", reason_en="no such kind is set up")
    if sandbox and kind is not TenantKind.BANK:
        raise Invalid(
            field="kind", reason_zh="只有银行可设沙箱", reason_en="only a bank has a sandbox"
        )
    return await _insert_tenant(
        session,
        kind=kind,
        name=name,
        short_name=short_name,
        uscc=uscc,
        contact=contact,
        area_code=area_code,
        now=now,
        override_reason=override_reason,
        sandbox=sandbox,
    )


async def suspend_tenant(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, reason: str, now: datetime
) -> None:
    """Stop a tenant from acting: its sessions are refused from their next request on.

    :raises Forbidden: if the actor may not manage tenants, or it is the operator itself
    :raises Invalid: if no reason is given
    :raises NotFound: if there is no such tenant
    :raises TenantStatusConflict: if it is suspended already
    """
    tenant, reason = await _lock_for_status(
        session, actor, tenant_id, reason, TenantStatus.SUSPENDED
    )
    tenant.suspend(reason=reason)
    append_act(
        session,
        action="tenancy.tenant.suspended",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={"reason": reason},
    )
    await announce_standing(session, tenant_id=tenant_id)
    await outbox.post(
        session, SUSPENDED_TOPIC, {"tenant_id": tenant_id}, now=now, tenant_id=tenant_id, wake=True
    )


async def resume_tenant(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, reason: str, now: datetime
) -> None:
    """Let a suspended tenant act again; its staff log in anew, because sessions from before are revoked.

    :raises Forbidden: if the actor may not manage tenants
    :raises Invalid: if no reason is given
    :raises NotFound: if there is no such tenant
    :raises TenantStatusConflict: if it is active already
    """
    tenant, reason = await _lock_for_status(session, actor, tenant_id, reason, TenantStatus.ACTIVE)
    tenant.resume()
    append_act(
        session,
        action="tenancy.tenant.resumed",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={"reason": reason},
    )
    await end_sessions(session, tenant_id, now=now)


async def set_credit_licence(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    licensed: bool,
    reason: str,
    now: datetime,
) -> None:
    """Note that a tenant holds a licence for personal credit reporting, or holds none any more.

    ``reason`` names the licence's number or why it ended. It acts on the very next read.

    :raises Forbidden: if the actor may not manage tenants, or it is the operator itself
    :raises Invalid: if no reason is given
    :raises NotFound: if there is no such tenant
    Source: 征信业管理条例 art. 7, 13
    """
    tenant, reason = await _lock_for_change(session, actor, tenant_id, reason)
    tenant.credit_licensed = licensed
    append_act(
        session,
        action=f"tenancy.credit_licence.{'noted' if licensed else 'ended'}",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={"reason": reason},
    )


async def set_second_factor_from(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    moment: datetime | None,
    reason: str,
    now: datetime,
) -> None:
    """Write from when on the roles that commit a tenant need a second factor; without a moment they never do.

    The operator decides for every tenant, itself included: a bank that could put its own moment off would (decision 15).

    :raises Forbidden: if the actor may not manage tenants
    :raises Invalid: if no reason is given
    :raises NotFound: if there is no such tenant
    """
    require_tenant_manager(actor)
    checked = _checked_text(reason, "reason", 1, MAX_REASON_CHARACTERS)
    tenant = await _locked(session, tenant_id)
    tenant.second_factor_from = moment
    append_act(
        session,
        action="tenancy.second_factor.moment_set",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={"from": None if moment is None else moment.isoformat(), "reason": checked},
    )


async def _lock_for_status(
    session: AsyncSession, actor: Actor, tenant_id: UUID, reason: str, to: TenantStatus
) -> tuple[Tenant, str]:
    tenant, checked = await _lock_for_change(session, actor, tenant_id, reason)
    if tenant.status is to:
        raise TenantStatusConflict(status=to.value, status_zh=_STATUS_ZH[to])
    return tenant, checked


async def _lock_for_change(
    session: AsyncSession, actor: Actor, tenant_id: UUID, reason: str
) -> tuple[Tenant, str]:
    actor.require(TENANT_MANAGE)
    checked = _checked_text(reason, "reason", 1, MAX_REASON_CHARACTERS)
    tenant = await _locked(session, tenant_id)
    if tenant.kind is TenantKind.OPERATOR:
        raise Forbidden(permission=TENANT_MANAGE)
    return tenant, checked


async def _locked(session: AsyncSession, tenant_id: UUID) -> Tenant:
    tenant = await session.get(Tenant, tenant_id, with_for_update=True, populate_existing=True)
    if tenant is None:
        raise NotFound(thing_zh="机构", thing_en="tenant")
    return tenant


async def _insert_tenant(
    session: AsyncSession,
    *,
    kind: TenantKind,
    name: str,
    short_name: str,
    uscc: str,
    contact: str,
    area_code: str,
    now: datetime,
    override_reason: str | None,
    sandbox: bool = False,
) -> UUID:
    code = check_uscc(uscc, field="uscc", override_reason=override_reason)
    known = select(Tenant.id).where(Tenant.uscc == code, Tenant.sandbox.is_(sandbox))
    if await session.scalar(known):
        raise TenantExists(field="uscc")
    tenant_id = new_id(now)
    session.add(
        Tenant(
            id=tenant_id,
            kind=kind,
            name=_checked_text(name, "name", MIN_NAME_CHARACTERS, MAX_NAME_CHARACTERS),
            short_name=_checked_text(short_name, "shortName", 1, MAX_SHORT_NAME_CHARACTERS),
            uscc=code,
            contact=_checked_text(contact, "contact", 1, MAX_CONTACT_CHARACTERS),
            area_code=check_area_code(area_code, field="areaCode"),
            status=TenantStatus.ACTIVE,
            status_reason=None,
            credit_licensed=False,
            sandbox=sandbox,
            created_at=now,
            second_factor_from=now + GRACE,
        )
    )
    if sandbox:
        session.add(SandboxClock(tenant_id=tenant_id, ahead_s=0, moved_at=now))
        await outbox.post(
            session,
            SANDBOX_CREATED_TOPIC,
            {"tenant_id": tenant_id},
            now=now,
            tenant_id=tenant_id,
            wake=True,
            world=tenant_id,
        )
    append_act(
        session,
        action="tenancy.tenant.created",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={
            "kind": kind.value,
            "uscc": code,
            "override_reason": override_reason,
            **({"sandbox": "是"} if sandbox else {}),
        },
    )
    await session.flush()
    return tenant_id


def _checked_text(text: str, field: str, shortest: int, longest: int) -> str:
    value = text.strip()
    if not shortest <= len(value) <= longest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 {shortest} 至 {longest} 个字",
            reason_en=f"it has {shortest} to {longest} characters",
        )
    return value
