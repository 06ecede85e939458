"""The rules by which places earn money, and what a counted table earns by them: plain functions, exact to the fen.

The rules given here are demo configuration: the city's own are a document of the same form.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import msgspec

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.lending.league.measures import Measure

MAX_AWARDS: Final = len(Measure)
MAX_PLACES: Final = 10
MAX_NAME: Final = 80


class IncentiveRulesIncoherent(Refusal):
    """The rules of an incentive do not fit together."""

    code = "INCENTIVE_RULES_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "激励规则有误：{reason_zh}"
    en = "The incentive's rules do not fit together: {reason_en}"


class PlaceAward(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the places of one measure earn, the first one's amount first; ``bar`` is the figure that a bank must reach besides, or none.

    The bar is in basis points or hundredths of a working day, as the measure's values are.
    """

    measure: str
    places_fen: tuple[int, ...]
    bar: int | None = None


class IncentiveRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a quarter's places earn; the sum of all places is the most that a run comes to."""

    name: str
    awards: tuple[PlaceAward, ...]

    @property
    def most_fen(self) -> int:
        """The most that a run by these rules comes to."""
        return sum(sum(one.places_fen) for one in self.awards)


DEMO_RULES: Final = IncentiveRules(
    name="演示激励规则 2026（示例参数，非本市规定）",
    awards=(
        PlaceAward("first_loan", (30_000_00, 20_000_00, 10_000_00), bar=1_000),
        PlaceAward("credit_loan", (30_000_00, 20_000_00, 10_000_00), bar=3_000),
        PlaceAward("on_time_contact", (10_000_00, 5_000_00), bar=9_000),
        PlaceAward("decision_days", (10_000_00, 5_000_00), bar=500),
    ),
)
"""Amounts and bars are demo configuration; the bar of unsecured loans is the share that the plan aims at."""


class Earned(NamedTuple):
    """What a bank earned with one measure, and by which place."""

    tenant_id: UUID
    measure: str
    place: int
    amount_fen: int


class PlacedLine(Protocol):
    """A line of a counted table."""

    @property
    def tenant_id(self) -> UUID:
        """The bank."""

    @property
    def measure(self) -> Measure:
        """What is measured."""

    @property
    def value(self) -> int | None:
        """The figure."""

    @property
    def place(self) -> int | None:
        """The place, if it has one."""


def check_rules(rules: IncentiveRules) -> IncentiveRules:
    """Return the rules once they fit together.

    :raises IncentiveRulesIncoherent: naming the field at fault
    """
    if not 0 < len(rules.name.strip()) <= MAX_NAME:
        raise _wrong(
            "name", f"请填写名称，最多 {MAX_NAME} 字", f"a name of at most {MAX_NAME} characters"
        )
    names = [one.measure for one in rules.awards]
    if not names or len(set(names)) != len(names) or not set(names) <= set(Measure):
        raise _wrong(
            "awards",
            "每项指标最多一条，且须为排行中的指标",
            "one entry at most for each measure of the table",
        )
    for one in rules.awards:
        _check_places(one)
    if rules.most_fen > MAX_AMOUNT_FEN:
        raise _wrong("awards", "激励总额过大", "all places together come to too much")
    return rules


def earned(rules: IncentiveRules, lines: Iterable[PlacedLine]) -> list[Earned]:
    """Return what a table's lines earn, by measure and place.

    Banks that share a place share what their places earn, each the whole fen of its part; the fen left over are not awarded. Whoever
    does not reach the bar keeps his place and earns nothing.
    """
    by_measure: defaultdict[str, list[PlacedLine]] = defaultdict(list)
    for line in lines:
        if line.place is not None and line.value is not None:
            by_measure[line.measure.value].append(line)
    found = []
    for award in rules.awards:
        placed = sorted(by_measure[award.measure], key=lambda one: (one.place or 0, one.tenant_id))
        for line in placed:
            place, sharing = line.place or 0, sum(one.place == line.place for one in placed)
            amount = sum(award.places_fen[place - 1 : place - 1 + sharing]) // sharing
            if amount and _reaches(award, line):
                found.append(Earned(line.tenant_id, award.measure, place, amount))
    return found


def sums(found: Sequence[Earned]) -> Mapping[UUID, int]:
    """Return what each bank earned in all."""
    totals: defaultdict[UUID, int] = defaultdict(int)
    for one in found:
        totals[one.tenant_id] += one.amount_fen
    return dict(sorted(totals.items()))


def _reaches(award: PlaceAward, line: PlacedLine) -> bool:
    if award.bar is None or line.value is None:
        return True
    return line.value >= award.bar if line.measure.more_is_better else line.value <= award.bar


def _check_places(award: PlaceAward) -> None:
    places = award.places_fen
    if not 0 < len(places) <= MAX_PLACES or any(one <= 0 for one in places):
        raise _wrong(
            "placesFen",
            f"每项指标应有 1 至 {MAX_PLACES} 个名次，金额为正数",
            f"from 1 to {MAX_PLACES} places with an amount each",
        )
    if list(places) != sorted(places, reverse=True):
        raise _wrong("placesFen", "名次靠前的金额不得低于靠后的", "a better place earns no less")
    if award.bar is not None and award.bar < 0:
        raise _wrong("bar", "门槛不得为负数", "a bar is not negative")


def _wrong(field: str, reason_zh: str, reason_en: str) -> IncentiveRulesIncoherent:
    return IncentiveRulesIncoherent(field=field, reason_zh=reason_zh, reason_en=reason_en)
