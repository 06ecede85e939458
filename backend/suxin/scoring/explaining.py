"""Why a score is what it is: contributions to the point, what changed, and what would help; in plain Chinese.

Pure: what a step would bring is worked out by the engine itself, over the cases that ``possible_steps`` makes up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from suxin.scoring.documents import Indicator, ScoreDocument

STEPS_SHOWN: Final = 3

_MEND: Final = "处理“{name}”：认为有误的可申请异议，已纠正的可申请信用修复"


class ContributionKind(StrEnum):
    """What a contribution comes from."""

    BASE = "BASE"
    INDICATOR = "INDICATOR"
    DIMENSION_LIMIT = "DIMENSION_LIMIT"
    SCORE_LIMIT = "SCORE_LIMIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Points of the score and where they come from; ``code`` is the indicator's or the dimension's."""

    kind: ContributionKind
    code: str
    name: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a contribution was a run before, and is now; what is not there is worth 0."""

    code: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An earlier score, and which contributions have changed since; they add up to the difference of the scores."""

    as_of: date
    score: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """That something counts for a subject, or against it, without saying for how much."""

    dimension: str
    code: str
    name: str
    favourable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What the subject could do, and how many points more it would have."""

    code: str
    text: str
    gain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One stored score with the model it was reckoned by; ``lines`` are points by the indicators' numbers."""

    document: ScoreDocument
    score: int
    as_of: date
    lines: Mapping[int, int]
    dimensions: Sequence[int]


def contributions(of: Reckoning) -> tuple[Contribution, ...]:
    """Return everything the score is made up of, in the order of the model; it adds up to the score exactly."""
    document, number = of.document, 0
    made = [
        Contribution(kind=ContributionKind.BASE, code="BASE", name="基础分", points=document.base)
    ]
    for dimension, within in zip(document.dimensions, of.dimensions, strict=True):
        counted = 0
        for one in dimension.indicators:
            points = of.lines.get(number, 0)
            number += 1
            counted += points
            if points:
                kind = ContributionKind.INDICATOR
                made.append(Contribution(kind=kind, code=one.code, name=one.name, points=points))
        if within != counted:
            made.append(
                Contribution(
                    kind=ContributionKind.DIMENSION_LIMIT,
                    code=dimension.code,
                    name=f"“{dimension.name}”以 {within:+d} 分为限",
                    points=within - counted,
                )
            )
    limited = of.score - document.base - sum(of.dimensions)
    if limited:
        name = f"总分以 {of.score} 分为限"
        made.append(
            Contribution(kind=ContributionKind.SCORE_LIMIT, code="LIMIT", name=name, points=limited)
        )
    return tuple(made)


def last_month(now: Reckoning, earlier: Sequence[Reckoning]) -> Comparison | None:
    """Return what changed since the last score of a month before; ``earlier`` are the scores before, the latest first."""
    month = now.as_of.replace(day=1)
    before = next((one for one in earlier if one.as_of < month), None)
    if before is None:
        return None
    return Comparison(as_of=before.as_of, score=before.score, changes=changes(now, before))


def changes(now: Reckoning, before: Reckoning | None) -> tuple[Change, ...]:
    """Return which contributions are others than before, the largest first; nothing where there was nothing before."""
    if before is None:
        return ()
    old = {(one.kind, one.code): one for one in contributions(before)}
    new = {(one.kind, one.code): one for one in contributions(now)}
    found = [
        Change(
            code=key[1],
            name=(new.get(key) or old[key]).name,
            before=old[key].points if key in old else 0,
            after=new[key].points if key in new else 0,
        )
        for key in dict.fromkeys([*new, *old])
    ]
    moved = [one for one in found if one.before != one.after]
    return tuple(sorted(moved, key=lambda one: -abs(one.after - one.before)))


def reasons(document: ScoreDocument, lines: Mapping[int, int]) -> tuple[Reason, ...]:
    """Return what counts for and against a subject, in the order of the model; the lines' points are not told."""
    told, number = [], 0
    for dimension in document.dimensions:
        for one in dimension.indicators:
            points = lines.get(number, 0)
            number += 1
            if points:
                told.append(
                    Reason(
                        dimension=dimension.name,
                        code=one.code,
                        name=one.name,
                        favourable=points > 0,
                    )
                )
    return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleStep:
    """A step that a subject could take, and its lines if it did."""

    code: str
    text: str
    lines: Mapping[int, int]


def possible_steps(of: Reckoning) -> tuple[PossibleStep, ...]:
    """Return what could better the score: mending each thing that counts against it, and one more of each that may be advised."""
    steps = []
    for number, one in enumerate(of.document.indicators):
        points = of.lines.get(number, 0)
        better = _mended(of.lines, number) if points < 0 else _one_more(of.lines, number, one)
        if better is not None and better != dict(of.lines):
            text = one.advice or _MEND.format(name=one.name)
            steps.append(PossibleStep(code=one.code, text=text, lines=better))
    return tuple(steps)


def most_helpful(
    of: Reckoning, steps: Sequence[PossibleStep], scores: Sequence[int]
) -> tuple[NextStep, ...]:
    """Return the steps that bring most, given the score after each; what brings nothing is no help."""
    found = [
        NextStep(code=step.code, text=step.text, gain=score - of.score)
        for step, score in zip(steps, scores, strict=True)
        if score > of.score
    ]
    # One piece of advice may be that of several indicators: of those, the one that brings most.
    best: dict[str, NextStep] = {}
    for one in sorted(found, key=lambda one: -one.gain):
        best.setdefault(one.text, one)
    return tuple(best.values())[:STEPS_SHOWN]


def _mended(lines: Mapping[int, int], number: int) -> dict[int, int]:
    return {place: points for place, points in lines.items() if place != number}


def _one_more(lines: Mapping[int, int], number: int, one: Indicator) -> dict[int, int] | None:
    if one.points < 0 or one.advice is None:
        return None
    return {**lines, number: min(one.at_most, lines.get(number, 0) + one.points)}
