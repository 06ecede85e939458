"""Village points in the schema, as a village's own systems see them: rules, claims, and what a household has. Of persons nothing is told to a system."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import strawberry

from suxin.grid import models
from suxin.grid.policies import POINT_READ
from suxin.grid.queries import own_rule_sets
from suxin.grid.rules import MAX_CAPS, MAX_RULES, Cap, Rule, read_book
from suxin.grid.showing.queries import village_claims
from suxin.grid.states import (
    CapScope,
    Claimant,
    ClaimState,
    Evidence,
    Period,
    RuleSetState,
    RuleTopic,
)
from suxin_graphql.context import Context
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.enum_words import describe
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.village_types import Household

# Other contexts have words of the same names.
for _cls, _name in (
    (ClaimState, "PointClaimState"),
    (RuleSetState, "PointRuleSetState"),
    (Claimant, "PointClaimant"),
    (Evidence, "PointEvidence"),
    (RuleTopic, "PointTopic"),
    (Period, "PointPeriod"),
    (CapScope, "PointCapScope"),
):
    strawberry.enum(_cls, name=_name)

STATEMENT: Final = Ordering("grid.statement/1", (Key(models.PointClaim.id, UUID),))
RULE_SETS: Final = Ordering("grid.rule_sets/1", (Key(models.RuleSet.number, int),))


@strawberry.type(description="一条细则的上限。How much of a rule somebody may have in a period.")
class PointCap:
    """How much of a rule somebody may have in a period."""

    scope: CapScope
    period: Period
    times: int | None
    points: int | None

    @classmethod
    def of(cls, cap: Cap) -> "PointCap":
        """Return a cap as it is shown."""
        return cls(scope=cap.scope, period=cap.period, times=cap.times, points=cap.points)


@strawberry.type(
    description="一条积分细则；分值为负则扣分。One rule; it subtracts where its points are negative."
)
class PointRule:
    """One rule of a village."""

    code: str
    name: str
    topic: RuleTopic
    points: int
    detail: str
    consequence: str
    evidence: Evidence
    claimants: list[Claimant]
    max_times: int
    for_person: bool = strawberry.field(
        description="申报须写明是哪位家庭成员，系统不能申报。A claim says which member it was; a system, which is told of none, records no such claim."
    )
    caps: list[PointCap]

    @classmethod
    def of(cls, rule: Rule) -> "PointRule":
        """Return a rule as it is shown."""
        return cls(
            code=rule.code,
            name=rule.name,
            topic=rule.topic,
            points=rule.points,
            detail=rule.detail,
            consequence=rule.consequence,
            evidence=rule.evidence,
            claimants=list(rule.claimants),
            max_times=rule.max_times,
            for_person=rule.for_person,
            caps=[PointCap.of(cap) for cap in rule.caps],
        )


def _rules(stored: Any, _: Context) -> list[PointRule]:  # noqa: ANN401 - a JSON column
    return [PointRule.of(rule) for rule in read_book(stored).rules]


@strawberry.type(description="积分细则的一个版本。One version of a village's rules.")
class PointRuleSet(Node):
    """One version of the rules of the caller's village."""

    __model__: ClassVar = models.RuleSet
    __source__: ClassVar = Source(
        lambda actor: own_rule_sets(actor).order_by(None), models.RuleSet.id, POINT_READ
    )

    id: strawberry.ID = global_id("PointRuleSet")
    number: int
    state: RuleSetState
    name: str = column(lambda: models.RuleSet.book["name"].as_string().label("name"))
    notice_days: int = column(
        lambda: models.RuleSet.book["notice_days"].as_integer().label("notice_days"),
        description="公示的工作日数。How many working days a notice stands.",
    )
    rules: list[PointRule] = column(
        lambda: models.RuleSet.book, convert=_rules, items=MAX_RULES * (1 + MAX_CAPS)
    )
    met_on: date | None = strawberry.field(
        description="表决的日期。The day on which it was adopted."
    )
    starts_on: date | None
    drafted_at: datetime


@strawberry.input(
    description="积分申报的筛选条件，同时满足。Which claims; every given field must fit."
)
class PointClaimFilter(Filter):
    """Which claims."""

    __model__: ClassVar = models.PointClaim

    state: Choice[ClaimState] | None = None


class PointClaimOrder(Order):
    """The order of a village's claims."""

    NEWEST = (
        Ordering("grid.claims/1", (Key(models.PointClaim.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="积分申报；不含申报人、成员和说明。A claim; nothing of who made it, whom it is about within the household, or what its note says."
)
class PointClaim(Node):
    """A claim of the caller's village."""

    __model__: ClassVar = models.PointClaim
    __source__: ClassVar = Source(
        lambda actor: village_claims(actor).order_by(None), models.PointClaim.id, POINT_READ
    )

    id: strawberry.ID = global_id("PointClaim")
    household: Household | None = to_one(
        lambda: Household,
        "household_id",
        description="农户；须有查看名册的权限。The household; it needs the right to read the register.",
    )
    rule_set: PointRuleSet | None = to_one(lambda: PointRuleSet, "rule_set_id")
    rule_code: str
    rule_name: str
    times: int
    points: int
    happened_on: date
    claimed_as: Claimant
    claimed_at: datetime
    state: ClaimState
    due_at: datetime | None = strawberry.field(
        description="当前环节的期限，公示中为公示结束时间。The end of the time that runs, or of its notice."
    )
    late_at: datetime | None
    notice_ends_at: datetime | None
    posted_at: datetime | None
    posted_points: int | None = strawberry.field(
        description="实际入账的分值；扣分至余额为止。What was really posted: a minus takes what there is and no more."
    )
    ended_at: datetime | None


@strawberry.type(description="一户的积分余额。How many points a household has.")
class PointBalance:
    """How many points a household has."""

    household_id: strawberry.ID
    balance: int
    as_of: datetime


def describe_point_enums() -> None:
    """Give the enumerations of points their words."""
    describe(ClaimState, "积分申报状态。Where a claim of points stands.")
    describe(RuleSetState, "积分细则状态。Where a version of the rules stands.")
    describe(Claimant, "申报人。Who may claim by a rule.")
    describe(Evidence, "照片要求。Whether a claim needs a photo.")
    describe(RuleTopic, "细则类别。What part of village life a rule is about.")
    describe(Period, "上限的周期。In what time a cap counts.")
    describe(CapScope, "上限的对象。For whom a cap counts.")
    describe(PointClaimOrder, "积分申报的排序。In which order claims are listed.")
