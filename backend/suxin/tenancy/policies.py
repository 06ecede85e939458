"""Who may do what in tenancy: the permissions, and the predicates over a tenant and its actor."""

from uuid import UUID

from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.refusals import Refusal

TENANT_MANAGE = Permission("tenancy.tenant.manage", "管理入驻机构")
TENANT_READ = Permission("tenancy.tenant.read", "查看入驻机构")
BRANCH_MANAGE = Permission("tenancy.branch.manage", "管理网点")
STAFF_MANAGE = Permission("tenancy.staff.manage", "管理人员")
STAFF_READ = Permission("tenancy.staff.read", "查看人员")
LEAVE_RECORD = Permission("tenancy.leave.record", "登记同事请假")


class OwnAccount(Refusal):
    """Nobody ends himself, takes his own last right to manage staff away, or resets his own password.

    His own password he changes knowing the old one; the rest another administrator does.
    """

    code = "OWN_ACCOUNT"
    zh = "不能停用自己的账号、重置自己的密码或收回自己的人员管理权限"
    en = "Nobody ends his own account, resets his own password or takes his own right to manage staff"


def require_someone_else(actor: Actor, staff_id: UUID) -> None:
    """Refuse unless the staff member is another than the actor.

    :raises OwnAccount: if it is he himself
    """
    if actor.staff_id == staff_id:
        raise OwnAccount


def require_tenant_manager(actor: Actor) -> None:
    """Refuse unless the actor may manage tenants; the platform itself may, when it is being set up.

    :raises Forbidden: if he may not
    """
    if actor.kind is not ActorKind.SYSTEM:
        actor.require(TENANT_MANAGE)


def require_house_manager(actor: Actor, tenant_id: UUID, permission: Permission) -> None:
    """Refuse unless the actor may change the tenant's branches or staff.

    In his own tenant he needs the permission; in another one he must be allowed to manage tenants.

    :raises Forbidden: if he may not
    """
    if actor.kind is not ActorKind.SYSTEM and actor.tenant_id == tenant_id:
        actor.require(permission)
    else:
        require_tenant_manager(actor)
