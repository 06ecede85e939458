"""Counting a replay so that no figure, and no two figures together, tell fewer than five applicants apart.

A figure is rounded down to whole fives, and fewer than five read as nothing. Rounding each by itself keeps a sum from giving a part away. What
rounding alone does not keep is the edge: two drafts that differ by one applicant may round to different fives. So a set of requests that differs
from one that the bank was shown before, in whatever replay of the quarter and under whatever name, by one to four requests is shown with that one's
figure: nobody can move a threshold by a hair and see who falls out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from suxin.lending.criteria import findings_of, outcomes_of
from suxin.lending.criterion import Outcome
from suxin.lending.facts import ApplicantFacts
from suxin.lending.matching import ProductTerms
from suxin.lending.terms import RequestTerms

FEWEST: Final = 5
"""The fewest applicants that a figure tells of, as for a lead."""


class Asked(NamedTuple):
    """A request as it was made, with nothing that says whose."""

    terms: RequestTerms
    facts: ApplicantFacts


@dataclass(slots=True)
class Counted:
    """Which requests are in which cell, a bit each; the words of a criterion by its code."""

    cells: dict[str, int] = field(default_factory=dict)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)

    def put(self, cell: str, place: int) -> None:
        """Count the request of this place in a cell."""
        self.cells[cell] = self.cells.get(cell, 0) | 1 << place


def replayed(
    requests: Iterable[Asked | None], draft: ProductTerms, former: ProductTerms | None
) -> Counted:
    """Answer each request by a draft and by the product whose place it takes; count what fits, what is gained and what is lost.

    One that says nothing any more is not counted and keeps its place. A request lost to several criteria is counted with each.
    """
    counted = Counted()
    for place, asked in enumerate(requests):
        if asked is None:
            continue
        counted.put("requests", place)
        now_failed = _failed(draft, asked, counted)
        was_failed = None if former is None else _failed(former, asked, counted)
        if not now_failed:
            counted.put("after", place)
        if was_failed is not None and not was_failed:
            counted.put("before", place)
        _count_change(counted, place, now_failed, was_failed)
    return counted


def _count_change(
    counted: Counted, place: int, now_failed: Sequence[str], was_failed: Sequence[str] | None
) -> None:
    if not now_failed and was_failed != []:
        counted.put("gained", place)
        for code in was_failed or ():
            counted.put(f"gained:{code}", place)
    if now_failed and was_failed == []:
        counted.put("lost", place)
        for code in now_failed:
            counted.put(f"lost:{code}", place)


def _failed(product: ProductTerms, asked: Asked, counted: Counted) -> list[str]:
    outcomes = outcomes_of(product.conditions, asked.terms, asked.facts)
    if outcomes.count(Outcome.PASSED) == len(outcomes):
        return []
    found = findings_of(product.conditions, outcomes, asked.terms, asked.facts)
    codes = []
    for condition, finding in zip(product.conditions, found, strict=True):
        if not finding.passed:
            words = condition.requirement()
            counted.words.setdefault(condition.code, (words.zh, words.en))
            codes.append(condition.code)
    return list(dict.fromkeys(codes))


def shown(
    cells: Mapping[str, int], before: Sequence[int]
) -> tuple[dict[str, int | None], dict[str, int]]:
    """Return each cell's figure as a bank is shown it, and the sets that are shown for the first time.

    ``before`` are the sets that the bank was shown in this quarter.
    """
    known = list(before)
    figures: dict[str, int | None] = {}
    fresh: dict[str, int] = {}
    for cell, counted in cells.items():
        # The nearest of them: else one more in a set might show it with another's figure.
        near = _nearest(counted, known)
        if near is None:
            known.append(counted)
            fresh[cell] = counted
        figures[cell] = rounded_down((counted if near is None else near).bit_count())
    return figures, fresh


def _nearest(counted: int, known: Sequence[int]) -> int | None:
    near = [one for one in known if (one ^ counted).bit_count() < FEWEST]
    return min(near, key=lambda one: (one ^ counted).bit_count(), default=None)


def rounded_down(count: int) -> int | None:
    """Return a count in whole fives; nothing where it is fewer than five."""
    return None if count < FEWEST else count // FEWEST * FEWEST


def figures_of(counted: Counted, figures: Mapping[str, int | None]) -> dict[str, Any]:
    """Return the figures as a replay keeps them: the totals, and what each criterion has gained and lost, by its code."""
    codes = sorted(
        {cell.partition(":")[2] for cell in counted.cells if ":" in cell},
    )
    return {
        **{name: figures.get(name) for name in ("requests", "before", "after", "gained", "lost")},
        "criteria": [
            {
                "code": code,
                "zh": counted.words[code][0],
                "en": counted.words[code][1],
                "gained": figures.get(f"gained:{code}"),
                "lost": figures.get(f"lost:{code}"),
            }
            for code in codes
        ],
    }
