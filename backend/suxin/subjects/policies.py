"""Who may read what about a subject: permissions of staff. Without a live basis the row policies show nothing."""

from suxin.kernel.actor import Actor, ActorKind, Permission

RECORD_READ = Permission("subjects.record.read", "查阅信用记录")
IDENTITY_READ = Permission("subjects.identity.read", "查阅身份与联系方式")


def reads_for_others(actor: Actor) -> bool:
    """Tell whether the actor reads what is not his own: not a subject, nor the platform in its own jobs."""
    return actor.kind not in {ActorKind.SUBJECT, ActorKind.SYSTEM}


def require_reader(actor: Actor, permission: Permission) -> None:
    """Refuse unless the actor holds the permission, when he reads for others.

    :raises Forbidden: if he does not
    """
    if reads_for_others(actor):
        actor.require(permission)
