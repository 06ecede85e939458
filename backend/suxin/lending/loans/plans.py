"""The plan of a loan as a function of its facts, and how what was repaid covers it; exact to the fen, without a table.

Due days are fixed by the first draw-down: the same day of each month until the term is over. Whatever is drawn or prepaid
later is spread over the due days that are still ahead. As in ``repayment``, interest of a month is a twelfth of a year's,
and the month in which something changes counts by what it begins with: what is prepaid saves interest from the next due
day on. Only a loan that is drawn and repaid at will (随借随还) bears interest by the day, a 360th of a year's (proposed,
demo configuration: what the bank's contract says).

Repayments cover the oldest instalment first. What the bank has split goes where it says; the rest goes to fees, then
interest, then principal, instalment by instalment (民法典 art. 560, 561).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from suxin.lending.flows import ALL_AT_MATURITY, rounded
from suxin.lending.repayment import schedule
from suxin.lending.terms import RepaymentMethod
from suxin.subjects.contents import months_later

_YEAR_BPS: Final = 120_000
_DAYS_A_YEAR: Final = 360
_BPS: Final = 10_000


class Terms(NamedTuple):
    """What a contract says of repaying."""

    rate_bps: int
    term_months: int
    method: RepaymentMethod


class Change(NamedTuple):
    """Principal that was drawn on a day, or prepaid (below nothing)."""

    on: date
    amount_fen: int


class Due(NamedTuple):
    """What is due on one day."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int = 0


class Sums(NamedTuple):
    """What was repaid in all, prepaid principal aside: as the bank has split it, and what it has not split."""

    principal_fen: int = 0
    interest_fen: int = 0
    fee_fen: int = 0
    unsplit_fen: int = 0


class Cover(NamedTuple):
    """What of one instalment is covered."""

    principal_fen: int
    interest_fen: int
    fee_fen: int


class Position(NamedTuple):
    """How a plan stands: what of each instalment is covered, what was repaid by kind, and what nothing was there for.

    ``principal_fen`` is without what was prepaid. Interest and fees beyond the plan are the bank's to charge (逾期利息,
    民法典 art. 676); principal beyond it is nobody's.
    """

    covers: tuple[Cover, ...]
    principal_fen: int
    interest_fen: int
    fee_fen: int
    beyond_fen: int


class OutsidePlan(Exception):
    """A change lies outside the plan: nothing is due after it, or more is prepaid than is ahead."""


def due_days(first_drawn_on: date, terms: Terms) -> list[date]:
    """Return the days on which something is due: each month, or once at the end."""
    months = range(1, terms.term_months + 1)
    if terms.method in ALL_AT_MATURITY:
        months = range(terms.term_months, terms.term_months + 1)
    return [months_later(first_drawn_on, month) for month in months]


def plan_of(terms: Terms, changes: Iterable[Change]) -> tuple[Due, ...]:
    """Return the plan of what was drawn and prepaid, in whatever order that is given; nothing drawn, nothing due.

    :raises OutsidePlan: if something is drawn or prepaid when nothing is due any more, or more is prepaid than is ahead
    """
    # On one day, what is drawn comes before what is prepaid.
    ordered = sorted(changes, key=lambda one: (one.on, -one.amount_fen))
    if not ordered:
        return ()
    days = due_days(ordered[0].on, terms)
    if terms.method in ALL_AT_MATURITY:
        return _at_once(terms, ordered, days[0])
    plan = [Due(number, day, 0, 0) for number, day in enumerate(days, 1)]
    for change in ordered:
        past = sum(one.due_on <= change.on for one in plan)
        ahead_fen = sum(one.principal_fen for one in plan[past:]) + change.amount_fen
        if past == len(plan) or ahead_fen < 0:
            raise OutsidePlan
        plan[past:] = _spread(terms, ahead_fen, plan[past:])
    return tuple(plan)


def _spread(terms: Terms, principal_fen: int, places: Sequence[Due]) -> list[Due]:
    if not principal_fen:
        return [Due(one.number, one.due_on, 0, 0) for one in places]
    spread = schedule(principal_fen, terms.rate_bps, len(places), terms.method)
    return [
        Due(one.number, one.due_on, part.principal_fen, part.interest_fen, part.fee_fen)
        for one, part in zip(places, spread.instalments, strict=True)
    ]


def _at_once(terms: Terms, ordered: Sequence[Change], end: date) -> tuple[Due, ...]:
    """Return the one instalment at the end: each change bears interest, or saves it, from its day on."""
    principal_fen = weight = 0
    first = ordered[0].on
    for change in ordered:
        principal_fen += change.amount_fen
        if change.on >= end or principal_fen < 0:
            raise OutsidePlan
        weight += change.amount_fen * _time_left(terms, first, change.on, end)
    of_year = _YEAR_BPS if terms.method is RepaymentMethod.BULLET else _BPS * _DAYS_A_YEAR
    return (Due(1, end, principal_fen, rounded(weight * terms.rate_bps, of_year)),)


def _time_left(terms: Terms, first: date, day: date, end: date) -> int:
    """Return the months that a change still bears interest for, or the days where it is by the day."""
    if terms.method is RepaymentMethod.REVOLVING:
        return (end - day).days
    return sum(months_later(first, month) > day for month in range(1, terms.term_months + 1))


def cover(plan: Sequence[Due], sums: Sums) -> Position:
    """Return how a plan stands with what was repaid."""
    left = list(sums[:3])
    covers: list[list[int]] = []
    for one in plan:
        parts = [min(due, have) for due, have in zip(_parts(one), left, strict=True)]
        left = [have - part for have, part in zip(left, parts, strict=True)]
        covers.append(parts)
    unsplit_fen = sums.unsplit_fen
    for one, parts in zip(plan, covers, strict=True):
        # Fees, then interest, then principal.
        for kind in (2, 1, 0):
            part_fen = min(_parts(one)[kind] - parts[kind], unsplit_fen)
            parts[kind] += part_fen
            unsplit_fen -= part_fen
    principal_fen, interest_fen, fee_fen = (
        (sum(column) for column in zip(*covers, strict=True)) if covers else (0, 0, 0)
    )
    return Position(
        covers=tuple(Cover(*parts) for parts in covers),
        principal_fen=principal_fen,
        interest_fen=interest_fen + left[1],
        fee_fen=fee_fen + left[2],
        beyond_fen=left[0] + unsplit_fen,
    )


def owed_fen(plan: Iterable[Due], covers: Iterable[Cover]) -> int:
    """Return all that the plan leaves to be paid, due or not."""
    return sum(sum(_parts(one)) - sum(part) for one, part in zip(plan, covers, strict=True))


def oldest_unpaid(plan: Iterable[Due], covers: Iterable[Cover], *, today: date) -> date | None:
    """Return the due day of the oldest instalment whose day is over and that is not covered whole."""
    for one, part in zip(plan, covers, strict=True):
        if one.due_on < today and sum(part) < sum(_parts(one)):
            return one.due_on
    return None


def _parts(one: Due) -> tuple[int, int, int]:
    return one.principal_fen, one.interest_fen, one.fee_fen
