"""Organisations, their staff, and the caller's own view of himself."""

from datetime import datetime
from typing import ClassVar

import strawberry

from suxin.tenancy import models
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_of, tenants_by_id
from suxin_graphql.context import Context, Info
from suxin_graphql.execution.records import Record, Source, to_one
from suxin_graphql.fields import Access, query


@strawberry.type(description="机构。An organisation on the platform.")
class Tenant(Record):
    """An organisation on the platform."""

    __model__: ClassVar = models.Tenant
    __source__: ClassVar = Source(lambda actor: tenants_by_id([actor.own_tenant]), models.Tenant.id)

    kind: TenantKind
    name: str
    short_name: str
    uscc: str
    sandbox: bool = strawberry.field(
        description="是否为沙箱机构。Whether it is a sandbox, whose data is nobody's."
    )


@strawberry.type(description="机构工作人员。Someone who works for an organisation.")
class StaffMember(Record):
    """Someone who works for an organisation."""

    __model__: ClassVar = models.StaffMember
    __source__: ClassVar = Source(
        lambda actor: staff_of(actor.own_tenant).order_by(None), models.StaffMember.id
    )

    name: str
    login: str
    created_at: datetime


@strawberry.type(description="当前调用者。Who is calling.")
class Viewer(Record):
    """Who is calling."""

    tenant: Tenant = to_one(lambda: Tenant, "tenant_id")
    staff: StaffMember | None = to_one(lambda: StaffMember, "staff_id")
    permissions: list[str]
    areas: list[str] = strawberry.field(
        description="负责区域代码，空表示全机构。The areas he is responsible for; none means everywhere."
    )


@strawberry.type
class TenancyQueries:
    """Queries of tenancy."""

    @query(
        Access.PUBLIC, Viewer, description="当前调用者及其权限。Who is calling, and what he may do."
    )
    def viewer(self, info: Info) -> Viewer:
        """Return who is calling."""
        return _viewer(info.context)


def _viewer(context: Context) -> Viewer:
    actor = context.actor
    return Viewer.given(
        _tenant_id=actor.own_tenant,
        _staff_id=actor.staff_id,
        permissions=sorted(str(permission) for permission in actor.permissions),
        areas=list(actor.areas),
    )
