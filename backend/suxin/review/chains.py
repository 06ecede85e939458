"""Who may sit on a matter that one body after another decides, and what a body's votes come to: rules without a table.

A matter that concerns people who need not be known to the city stands in its own context's tables; this is what all such chains share with
cases: nobody sits twice, nor on what he asked for himself, nor on his own family's; a body decides when its quorum has spoken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from suxin.kernel.refusals import Refusal, RefusalKind


class SatBefore(Refusal):
    """Somebody sat on this matter before; nobody sits twice in one chain."""

    code = "REVIEW_SAT_BEFORE"
    kind = RefusalKind.FORBIDDEN
    zh = "您已在该事项的前一环节表态，须由其他人办理"
    en = "You sat on this matter before; somebody else does now"


class OwnMatter(Refusal):
    """Whoever asked for something does not decide on it."""

    code = "REVIEW_OWN_MATTER"
    kind = RefusalKind.FORBIDDEN
    zh = "本人提出或登记的事项，须由其他人办理"
    en = "Whoever brought a matter does not decide on it"


class OwnFamily(Refusal):
    """Nobody decides on what concerns his own household."""

    code = "REVIEW_OWN_FAMILY"
    kind = RefusalKind.FORBIDDEN
    zh = "涉及本人家庭的事项，须回避"
    en = "Nobody decides on what concerns his own household"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known of a matter: who brought it, whom it concerns, and who sat on it so far."""

    brought_by: UUID
    household_id: UUID
    sat: Collection[UUID]


def require_seat(matter: Matter, *, staff_id: UUID, home_id: UUID | None) -> None:
    """Refuse unless somebody may sit on a matter.

    :raises OwnMatter: if he brought it
    :raises OwnFamily: if it concerns the household in which he lives
    :raises SatBefore: if he sat on it before
    """
    if staff_id == matter.brought_by:
        raise OwnMatter
    if home_id is not None and home_id == matter.household_id:
        raise OwnFamily
    if staff_id in matter.sat:
        raise SatBefore


def outcome(votes: Sequence[bool], *, quorum: int) -> bool | None:
    """Return what a body decided: the majority once so many have spoken, an odd number; nothing before."""
    if len(votes) < quorum:
        return None
    return sum(votes) * 2 > len(votes)
