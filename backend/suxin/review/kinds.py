"""A kind of case: who decides and checks, within which times, in which words, and what follows when it ends.

The context that a case belongs to declares its kind; the platform's jobs are given all of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.review.models import ReviewCase
from suxin.review.states import OUTCOMES_ZH, Outcome

SUPPLEMENT_DAYS: Final = 10
"""Working days in which what is missing is handed in. Proposed."""

APPEAL_DAYS: Final = 10
"""Working days in which whoever filed may appeal. Proposed."""


def _nothing(_case: ReviewCase) -> str:
    return ""


async def _no_step(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let nothing follow from a step."""


class Settle(Protocol):
    """What the owning context does when a case was accepted, or has ended, in the same transaction; the case says how."""

    def __call__(
        self, session: AsyncSession, case: ReviewCase, *, now: datetime
    ) -> Awaitable[None]:
        """Carry out what follows from the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKind:
    """One kind of case. Times are working days; those to decide count from the day on which the case was complete.

    ``outcomes`` are the words of what may be decided, ``follows`` says to whoever filed what follows from it. ``accepted`` is carried out as the office accepts a case, ``settle`` as it ends. ``source`` names the law or plan that the times come from. ``desk_page`` is where the office's staff find its cases,
    ``page`` where whoever filed does.
    """

    code: str
    zh: str
    en: str
    decide: Permission
    check: Permission
    accept_days: int
    decide_days: int
    extend_days: int
    source: str
    desk_page: str
    page: str
    settle: Settle
    accepted: Settle = _no_step
    follows: Callable[[ReviewCase], str] = _nothing
    outcomes: Mapping[Outcome, str] = field(default_factory=lambda: OUTCOMES_ZH)
    supplement_days: int = SUPPLEMENT_DAYS
    appeal_days: int = APPEAL_DAYS


Kinds = Mapping[str, CaseKind]


def by_code(kinds: Iterable[CaseKind]) -> Kinds:
    """Return kinds by their codes, each of which is one kind's alone."""
    found = {}
    for kind in kinds:
        if kind.code in found:
            message = f"two kinds of case have the code {kind.code}"
            raise ValueError(message)
        found[kind.code] = kind
    return found
