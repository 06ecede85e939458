"""The rules of a village as data, their check, and what is adopted with them: pure, without a table.

All figures are the village's own within the platform's bounds (*proposed*).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from suxin.grid.refusals import RuleSetIncoherent, RuleTouchesRights
from suxin.grid.states import CapScope, Claimant, Evidence, Period, RuleTopic
from suxin.grid.wording import Finding, check_consequence, check_minus, check_plus
from suxin.kernel.refusals import Invalid

MAX_RULES: Final = 100
MAX_POINTS: Final = 1_000
MAX_TIMES: Final = 100
MAX_CAPS: Final = 6
MAX_CAP: Final = 10_000
MAX_CODE: Final = 32
MAX_NAME: Final = 40
MAX_TEXT: Final = 300
NOTICE_DAYS: Final = (5, 7)
"""Working days of a notice: the least and the most (plan, 治理积分)."""


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """How many times, and how many points by one rule, somebody or a household may have in a period; none for no limit of either."""

    scope: CapScope
    period: Period
    times: int | None = None
    points: int | None = None

    @property
    def zh(self) -> str:
        """The cap as people say it."""
        parts = [f"{self.times} 次"] if self.times is not None else []
        parts += [f"{self.points} 分"] if self.points is not None else []
        return f"{self.scope.zh}{self.period.zh}至多 {'、'.join(parts)}"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One item: its points for once (minus where it subtracts), how often one claim may name it, and who may claim.

    ``consequence`` says what else follows, which the rule check reads as it reads the rest.
    """

    code: str
    name: str
    topic: RuleTopic
    points: int
    detail: str = ""
    consequence: str = ""
    evidence: Evidence = Evidence.OPTIONAL
    claimants: tuple[Claimant, ...] = (Claimant.RESIDENT, Claimant.WORKER)
    max_times: int = 1
    caps: tuple[Cap, ...] = ()

    @property
    def subtracts(self) -> bool:
        """Whether it takes points away."""
        return self.points < 0

    @property
    def for_person(self) -> bool:
        """Whether a claim must say who of the household it was."""
        return any(cap.scope is CapScope.PERSON for cap in self.caps)


class RuleBook(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of a village's rules says: the rules, what points are good for, and how long a notice stands."""

    name: str
    rules: tuple[Rule, ...]
    consequences: str = ""
    notice_days: int = NOTICE_DAYS[0]

    def rule(self, code: str) -> Rule | None:
        """Return the rule of this code; none if it has none."""
        return next((one for one in self.rules if one.code == code), None)

    def stored(self) -> dict[str, Any]:
        """Return it as the table stores it."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept


def read_book(stored: object) -> RuleBook:
    """Return the rules as they were stored, or as a caller gave them as JSON.

    :raises Invalid: if it is none
    """
    try:
        return msgspec.convert(stored, RuleBook)
    except msgspec.ValidationError as error:
        raise Invalid(
            field="rules", reason_zh="细则的格式不对", reason_en=f"no rules: {error}"
        ) from error


def findings_in(book: RuleBook) -> tuple[Finding, ...]:
    """Return everything in a book that touches what the law protects, in its order."""
    return tuple(_findings(book))


def _findings(book: RuleBook) -> Iterator[Finding]:
    for at, rule in enumerate(book.rules):
        check = check_minus if rule.subtracts else check_plus
        # Together, so that no word is divided between the two.
        yield from check(f"{rule.name}\n{rule.detail}", field=f"rules.{at}")
        yield from check_consequence(rule.consequence, field=f"rules.{at}.consequence")
    yield from check_consequence(book.consequences, field="consequences")


def check_book(book: RuleBook) -> RuleBook:
    """Refuse rules that leave the platform's bounds, contradict themselves, or touch what the law protects; else return them.

    :raises Invalid: naming the field that is empty, too long, or out of bounds
    :raises RuleSetIncoherent: if two rules have a code, a plus and a minus contradict who claims, or a cap says nothing
    :raises RuleTouchesRights: the first thing that was found
    Source: docs/points.md
    """
    _check_length("name", book.name, 2, MAX_NAME)
    _check_length("consequences", book.consequences, 0, MAX_TEXT)
    _check_length("rules", book.rules, 1, MAX_RULES)
    _check_range("noticeDays", book.notice_days, *NOTICE_DAYS)
    codes = [rule.code for rule in book.rules]
    if len(set(codes)) < len(codes):
        raise RuleSetIncoherent(
            field="rules", reason_zh="有两条细则代码相同", reason_en="two rules have one code"
        )
    for at, rule in enumerate(book.rules):
        _check_rule(rule, f"rules.{at}")
    found = findings_in(book)
    if found:
        raise refusal_of(found[0])
    return book


def refusal_of(finding: Finding) -> RuleTouchesRights:
    """Return the refusal that says what was found."""
    right = finding.right
    return RuleTouchesRights(
        field=finding.field,
        words="、".join(finding.words),
        right_zh=right.zh,
        right_en=right.en,
        how_zh=finding.how_zh,
        how_en=finding.how_en,
        law_zh=right.law_zh,
    )


def _check_rule(rule: Rule, field: str) -> None:
    _check_length(f"{field}.name", rule.name.strip(), 2, MAX_NAME)
    _check_length(f"{field}.detail", rule.detail, 0, MAX_TEXT)
    _check_length(f"{field}.consequence", rule.consequence, 0, MAX_TEXT)
    _check_length(f"{field}.caps", rule.caps, 0, MAX_CAPS)
    plain = rule.code.isascii() and rule.code.replace("-", "").isalnum() and rule.code.islower()
    if not plain or len(rule.code) > MAX_CODE:
        raise Invalid(
            field=f"{field}.code",
            reason_zh=f"代码为小写字母、数字和短横线，至多 {MAX_CODE} 字",
            reason_en=f"a code has lower-case letters, digits and hyphens, {MAX_CODE} at most",
        )
    _check_range(f"{field}.points", abs(rule.points), 1, MAX_POINTS)
    _check_range(f"{field}.maxTimes", rule.max_times, 1, MAX_TIMES)
    _check_claimants(rule, field)
    for cap in rule.caps:
        _check_cap(rule, cap, field)


def _check_claimants(rule: Rule, field: str) -> None:
    if not rule.claimants:
        raise RuleSetIncoherent(
            field=f"{field}.claimants",
            reason_zh="须写明谁可以申报",
            reason_en="somebody may claim by a rule",
        )
    if rule.subtracts and Claimant.RESIDENT in rule.claimants:
        raise RuleSetIncoherent(
            field=f"{field}.claimants",
            reason_zh="扣分只能由网格员登记，村民之间不互相申报扣分",
            reason_en="a minus is recorded by grid workers; residents claim none of each other",
        )
    if rule.subtracts and rule.evidence is not Evidence.REQUIRED:
        raise RuleSetIncoherent(
            field=f"{field}.evidence",
            reason_zh="扣分须有照片",
            reason_en="a minus needs a photo",
        )


def _check_cap(rule: Rule, cap: Cap, field: str) -> None:
    if cap.times is None and cap.points is None:
        raise RuleSetIncoherent(
            field=f"{field}.caps",
            reason_zh="上限须写明次数或分数",
            reason_en="a cap bounds times or points",
        )
    for value in (cap.times, cap.points):
        if value is not None:
            _check_range(f"{field}.caps", value, 1, MAX_CAP)
    once = abs(rule.points)
    if cap.points is not None and cap.points < once:
        raise RuleSetIncoherent(
            field=f"{field}.caps",
            reason_zh=f"“{rule.name}”一次 {once} 分，上限不能更低",
            reason_en=f"{rule.name} is {once} points once; a cap is not lower",
        )


def _check_length(field: str, value: Sequence[object], lowest: int, highest: int) -> None:
    if not lowest <= len(value) <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"长度应为 {lowest} 至 {highest}",
            reason_en=f"must have a length of {lowest} to {highest}",
        )


def _check_range(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 {lowest} 至 {highest}",
            reason_en=f"must be {lowest} to {highest}",
        )
