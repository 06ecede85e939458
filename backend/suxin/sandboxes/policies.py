"""Who may try things in a sandbox."""

from typing import Final
from uuid import UUID

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import Refusal, RefusalKind

SANDBOX_PLAY: Final = Permission("sandboxes.sandbox.play", "沙箱试验")
"""To have the invented applicants of a sandbox act, to move its clock, and to read how clients have behaved in it."""


class SandboxOnly(Refusal):
    """What was asked for exists in a sandbox alone; the caller is of the city itself."""

    code = "SANDBOX_ONLY"
    kind = RefusalKind.FORBIDDEN
    zh = "仅沙箱可用，正式机构不能触发事件或拨动时钟"
    en = "This exists in a sandbox alone; the organisation itself has no test events and no test clock"


def require_sandbox(actor: Actor) -> UUID:
    """Return the sandbox that the actor tries things in.

    :raises Forbidden: if he may not
    :raises SandboxOnly: if he is of the city itself
    """
    actor.require(SANDBOX_PLAY)
    if actor.sandbox_id is None:
        raise SandboxOnly
    return actor.sandbox_id
