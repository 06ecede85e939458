"""How a staff member stands with his tenant at this moment, looked up in one step before anything of his begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from suxin.kernel.sandbox_clocks import ahead_of, as_ahead
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.kernel.tokens import token_hash
from suxin.tenancy.desk_sessions import SEEN_EVERY, SESSION_IDLE
from suxin.tenancy.models import (
    DeskSession,
    Membership,
    SecondFactor,
    StaffLogIn,
    StaffMember,
    Tenant,
    TenantStatus,
)
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.providers.models import IdentityProvider, ProviderState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a staff member.

    Every role of one staff member has the same reach (``branch_id``, ``areas``); should rows say otherwise, the first
    one's holds and ``roles`` are those that share it. ``ahead`` is how far the clock of its sandbox is. ``second_factor_from`` is the tenant's; ``passwords_off`` says that
    it logs in by a provider of its own alone.
    """

    tenant_id: UUID
    staff_id: UUID
    password_set_at: datetime
    temporary_password: bool
    kind: TenantKind
    status: TenantStatus
    sandbox: bool
    ahead: timedelta
    roles: frozenset[str]
    branch_id: UUID | None
    areas: tuple[str, ...]
    has_second_factor: bool
    second_factor_from: datetime | None
    passwords_off: bool


_ROLES: Final = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_array(
                    Membership.role, Membership.branch_id, Membership.area_codes
                ),
                Membership.id,
            ),
            type_=JSONB,
        )
    )
    .where(Membership.tenant_id == StaffMember.tenant_id, Membership.staff_id == StaffMember.id)
    .scalar_subquery()
)


def _standing(*more: Any) -> Select[Any]:  # noqa: ANN401 - columns of any type
    """Return how those stand who work for their tenant."""
    return (
        select(
            StaffLogIn.tenant_id,
            StaffLogIn.staff_id,
            StaffLogIn.password_set_at,
            StaffLogIn.temporary,
            Tenant.kind,
            Tenant.status,
            Tenant.sandbox,
            ahead_of(Tenant.id).label("ahead_s"),
            Tenant.second_factor_from,
            _ROLES,
            exists().where(
                SecondFactor.tenant_id == StaffLogIn.tenant_id,
                SecondFactor.staff_id == StaffLogIn.staff_id,
                SecondFactor.confirmed_at.is_not(None),
            ),
            exists().where(
                IdentityProvider.tenant_id == StaffLogIn.tenant_id,
                IdentityProvider.state
                == literal(ProviderState.ACTIVE, IdentityProvider.state.type),
                IdentityProvider.keeps_passwords.is_(False),
            ),
            *more,
        )
        .join(Tenant, Tenant.id == StaffLogIn.tenant_id)
        .join(
            StaffMember,
            (StaffMember.tenant_id == StaffLogIn.tenant_id)
            & (StaffMember.id == StaffLogIn.staff_id)
            & StaffMember.ended_at.is_(None),
        )
    )


_OF_STAFF: Final = SingleStep(
    _standing().where(
        StaffLogIn.tenant_id == bindparam("tenant_id"), StaffLogIn.staff_id == bindparam("staff_id")
    )
)
_OF_SESSION: Final = SingleStep(
    _standing(DeskSession.seen_at)
    .join(
        DeskSession,
        (StaffLogIn.tenant_id == DeskSession.tenant_id)
        & (StaffLogIn.staff_id == DeskSession.staff_id),
    )
    .where(
        DeskSession.token_hash == bindparam("token_hash"),
        DeskSession.revoked_at.is_(None),
        DeskSession.expires_at > bindparam("now"),
        DeskSession.seen_at > bindparam("idle_since"),
    )
)
_SEEN: Final = SingleStep(
    update(DeskSession)
    .where(DeskSession.token_hash == bindparam("token_hash"))
    .values(seen_at=bindparam("now"))
    .returning(DeskSession.seen_at)
)


OF_STAFF: Final = _standing().subquery("standing")
"""How everybody stands, to be joined by ``tenant_id`` and ``staff_id``: what ``read_standing`` reads."""


async def standing_of(steps: SingleSteps, *, tenant_id: UUID, staff_id: UUID) -> Standing | None:
    """Return how a staff member stands; None where he works there no longer."""
    row = await steps.row(_OF_STAFF, tenant_id=tenant_id, staff_id=staff_id)
    return None if row is None else read_standing(row)


async def standing_at_desk(
    steps: SingleSteps, *, token: str, now: datetime, seen: bool = True
) -> Standing | None:
    """Return how the holder of a live desk session stands, and write that it was seen, at most once a minute.

    Without ``seen`` it is only looked at: a page that is merely open does not keep its session alive.
    """
    key = token_hash(token)
    row = await steps.row(_OF_SESSION, token_hash=key, now=now, idle_since=now - SESSION_IDLE)
    if row is None:
        return None
    *columns, seen_at = row
    if seen and now - seen_at >= SEEN_EVERY:
        await steps.row(_SEEN, token_hash=key, now=now)
    return read_standing(columns)


def read_standing(row: Sequence[Any]) -> Standing:
    """Return the standing that the columns of ``OF_STAFF`` tell of."""
    tenant_id, staff_id, set_at, temporary, kind, status, sandbox, *rest = row
    ahead_s, factor_from, held, factor, off = rest
    held = held or []
    _, branch, areas = held[0] if held else (None, None, [])
    return Standing(
        tenant_id=tenant_id,
        staff_id=staff_id,
        password_set_at=set_at,
        temporary_password=temporary,
        kind=kind,
        status=status,
        sandbox=sandbox,
        ahead=as_ahead(ahead_s),
        roles=frozenset(role for role, *reach in held if reach == [branch, areas]),
        branch_id=None if branch is None else UUID(branch),
        areas=tuple(areas),
        has_second_factor=factor,
        second_factor_from=factor_from,
        passwords_off=off,
    )
