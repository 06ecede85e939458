"""Warnings in the schema: by which rule, how severe, of which record, and what the bank did."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import strawberry

from suxin.lending import policies
from suxin.lending.warnings import models
from suxin.lending.warnings.queries import warnings_in_reach
from suxin.lending.warnings.states import (
    Evidence,
    FalseAlarmReason,
    Severity,
    WarningAction,
    WarningState,
    WithdrawnBecause,
)
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.loan_types import Loan
from suxin_graphql.node import Node, global_id


@strawberry.input(
    description="预警的筛选条件，同时满足。Which warnings; every given field must fit."
)
class LoanWarningFilter(Filter):
    """Which warnings."""

    __model__: ClassVar = models.LoanWarning

    state: Choice[WarningState] | None = None
    severity: Choice[Severity] | None = None


class LoanWarningOrder(Order):
    """The order of a bank's warnings."""

    NEWEST = (
        Ordering("lending.warnings/1", (Key(models.LoanWarning.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="贷后风险预警：放款后新增的不利信息，只在借款人授权的范围内比对；记录内容凭授权另行查询。"
    "Something that came on record since the draw-down; what the record holds is fetched by the borrower's consent."
)
class LoanWarning(Node):
    """A warning about a loan of the caller's bank."""

    __model__: ClassVar = models.LoanWarning
    __source__: ClassVar = Source(warnings_in_reach, models.LoanWarning.id, policies.LOAN_READ)

    id: strawberry.ID = global_id("LoanWarning")
    loan: Loan = to_one(lambda: Loan, "loan_id")
    rule_code: str
    rule_name: str
    severity: Severity
    evidence: Evidence
    evidence_id: str = column(
        lambda: models.LoanWarning.evidence_id,
        convert=lambda found, _: str(found),
        description="所依据的记录或评分批次的编号。The record, or the score run, that it rests on.",
    )
    item_code: str | None
    source: str | None
    occurred_on: date
    tier_before: str | None
    tier_after: str | None
    state: WarningState
    raised_at: datetime
    due_at: datetime = strawberry.field(description="处理期限。Until when the bank answers.")
    acknowledged_at: datetime | None
    answered_at: datetime | None
    action: WarningAction | None
    false_alarm: FalseAlarmReason | None
    note: str | None
    lapsed_at: datetime | None
    withdrawn_because: WithdrawnBecause | None
    hit_on: date | None = strawberry.field(
        description="此后转为逾期的起始日。From which day the loan was overdue after it."
    )
