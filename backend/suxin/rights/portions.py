"""Every portion of what is held about a subject, of all contexts in one list."""

from collections.abc import Iterator, Sequence
from typing import Final

from suxin.consent import portions as consent
from suxin.counter import portions as counter
from suxin.kernel import portions as kernel
from suxin.kernel.actor import Actor
from suxin.kernel.holdings import Portion
from suxin.kernel.refusals import Invalid
from suxin.lending import portions as lending
from suxin.rights import corrections
from suxin.subjects import portions as subjects

PORTIONS: Final[Sequence[Portion]] = (
    *subjects.PORTIONS,
    *corrections.PORTIONS,
    *lending.PORTIONS,
    *consent.PORTIONS,
    *counter.PORTIONS,
    *kernel.PORTIONS,
)
"""Everything that is held about anybody, in the order in which it is told."""


def portions_of(actor: Actor) -> Iterator[Portion]:
    """Return the portions that the acting subject has: a firm has nothing of what is a natural person's alone."""
    himself = actor.own_subject == actor.own_person
    return (portion for portion in PORTIONS if himself or not portion.of_person)


def portion_named(actor: Actor, code: str, *, field: str = "part") -> Portion:
    """Return one of the acting subject's portions.

    :raises Invalid: if it has none of that name
    """
    for portion in portions_of(actor):
        if portion.code == code:
            return portion
    raise Invalid(
        field=field,
        reason_zh="当前主体没有这一部分",
        reason_en="the subject has no such part",
    )
