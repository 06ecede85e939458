"""What is compared of a loan, and how two lists of loans differ; without a table."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from suxin.lending.terms import LabelledEnum


class Measure(LabelledEnum):
    """One figure of a loan at the end of a day; days where it says so, fen otherwise."""

    OUTSTANDING = "outstanding", "本金余额", "principal outstanding"
    OVERDUE_DAYS = "overdue_days", "逾期天数", "days overdue"
    REPAID = "repaid", "本期还款", "repaid in the period"
    FILED = "filed", "备案本金", "principal filed in a pool"
    COMPENSATED = "compensated", "已收代偿款", "compensation received so far"
    RECOVERED = "recovered", "追偿回款", "recovered so far"


POOL_MEASURES: Final = (Measure.FILED, Measure.COMPENSATED, Measure.RECOVERED)
"""What the operator whose pool it is sees too; the rest is the bank's and its borrowers' alone."""


class Figures(NamedTuple):
    """A loan's figures, in the order of ``Measure``."""

    outstanding_fen: int = 0
    overdue_days: int = 0
    repaid_fen: int = 0
    filed_fen: int = 0
    compensated_fen: int = 0
    recovered_fen: int = 0

    def of(self, measure: Measure) -> int:
        """Return one of them."""
        return self[_PLACES[measure]]


_PLACES: Final = {measure: place for place, measure in enumerate(Measure)}


class Difference(NamedTuple):
    """A measure of a loan of which the two do not say the same; nothing where the loan itself is not there."""

    contract_number: str
    measure: Measure
    theirs: int | None
    ours: int | None


class Sums(NamedTuple):
    """A measure over all loans: what the bank says, what the platform has, and of how many loans they differ."""

    theirs: int = 0
    ours: int = 0
    differing: int = 0


def differences(
    theirs: Mapping[str, Figures], ours: Mapping[str, Figures], *, unread: Collection[str] = ()
) -> list[Difference]:
    """Return what differs, by measure and contract number; loans whose line could not be read are left out.

    A loan that one side does not have differs by each figure that is not nothing there, and by its principal in any case where it is the
    platform that has it not.
    """
    found = []
    for number in sorted({*theirs, *ours} - set(unread)):
        found += _of_loan(number, theirs.get(number), ours.get(number))
    return sorted(found, key=lambda one: (_PLACES[one.measure], one.contract_number))


def sums(
    theirs: Mapping[str, Figures], ours: Mapping[str, Figures], found: Iterable[Difference]
) -> dict[Measure, Sums]:
    """Return each measure over all loans of both sides."""
    differing = dict.fromkeys(Measure, 0)
    for one in found:
        differing[one.measure] += 1
    return {
        measure: Sums(
            sum(figures.of(measure) for figures in theirs.values()),
            sum(figures.of(measure) for figures in ours.values()),
            differing[measure],
        )
        for measure in Measure
    }


def _of_loan(number: str, theirs: Figures | None, ours: Figures | None) -> list[Difference]:
    both = (theirs or Figures(), ours or Figures())
    return [
        Difference(
            number,
            measure,
            None if theirs is None else theirs.of(measure),
            None if ours is None else ours.of(measure),
        )
        for measure in Measure
        if both[0].of(measure) != both[1].of(measure)
        or (ours is None and measure is Measure.OUTSTANDING)
    ]
