"""Warnings about a loan as its borrower sees them: what his bank was told on his consent, on which evidence, and what he may contest.

He sees what his own bank was told and did, and nothing of anybody else's; the bank's note on it is its own (PIPL art. 44, 45).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from suxin.kernel.refusals import NotFound
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.queries import records_behind, warnings_of
from suxin.lending.warnings.states import WarningState
from suxin.subjects.models import CreditRecord, RecordStatus
from suxin.subjects.queries import catalogue
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label, labelled
from suxin_mini_program.loans import TAG, own_loan
from suxin_mini_program.paging import Page, PageQuery, listed
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

# How a warning stands, from the borrower's side of the counter.
STATES: Final[Mapping[WarningState, tuple[str, str]]] = {
    WarningState.RAISED: ("已提示银行", "your bank was told"),
    WarningState.ACKNOWLEDGED: ("银行处理中", "your bank looks into it"),
    WarningState.ACTED: ("银行已处置", "your bank has acted on it"),
    WarningState.FALSE_ALARM: ("银行认为是误报", "your bank found it mistaken"),
    WarningState.LAPSED: ("银行尚未处理", "your bank has not answered"),
    WarningState.WITHDRAWN: ("已撤销，银行不得再使用", "withdrawn; your bank may not use it"),
}


class LoanWarningView(msgspec.Struct, rename="camel", kw_only=True):
    """What the bank was told about one loan. ``recordId`` is the record that it rests on, while he still shares it.

    ``contestable`` says that its correction can be asked for now; of a lower grade (``tierBefore`` to ``tierAfter``) a person's review can.
    """

    id: UUID
    rule: str
    severity: Label
    evidence: Label
    item: str | None
    source: str | None
    occurred_on: date
    tier_before: str | None
    tier_after: str | None
    state: Label
    raised_at: datetime
    action: Label | None
    false_alarm: Label | None
    answered_at: datetime | None
    withdrawn_because: Label | None
    record_id: UUID | None
    contestable: bool


WARNINGS: Final = Contract(
    tag=TAG,
    zh="就一笔贷款向银行提示过的风险：依据、银行如何处置，以及能否提出异议",
    en="What the bank was warned of about a loan: on which evidence, what it did, and whether that can be contested",
    query=PageQuery,
    answer=Page[LoanWarningView],
    refusals=(NotFound,),
)


@get("/loan-requests/{request_id:str}/loans/{loan_id:str}/warnings", opt=WARNINGS.opt)
async def list_loan_warnings(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    request_id: FromPath[str],
    loan_id: FromPath[str],
) -> Response[bytes]:
    """List what the bank was told about a loan, the latest first."""
    wanted, query = (path_id(request_id), path_id(loan_id)), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        loan = await own_loan(session, actor, *wanted)
        rows = await session.scalars(
            warnings_of(actor.own_subject)
            .where(LoanWarning.tenant_id == loan.tenant_id, LoanWarning.loan_id == loan.id)
            .order_by(None)
            .order_by(LoanWarning.id.desc())
        )
        # What nobody was told of yet is told first, with its receipt.
        told = [one for one in rows if one.told_state]
        records = await records_behind(session, actor.own_subject, told)
        items = {item.code: item.name for item in await session.scalars(catalogue())}
        return answer(
            listed(
                told,
                query,
                name=f"loan-warnings:{loan.id}",
                view=lambda one: _view(one, items, records.get(one.evidence_id)),
            )
        )


def _view(
    one: LoanWarning, items: Mapping[str, str], record: CreditRecord | None
) -> LoanWarningView:
    zh, en = STATES[one.state]
    return LoanWarningView(
        id=one.id,
        rule=one.rule_name,
        severity=labelled(one.severity),
        evidence=labelled(one.evidence),
        item=None if one.item_code is None else items.get(one.item_code, one.item_code),
        source=one.source,
        occurred_on=one.occurred_on,
        tier_before=one.tier_before,
        tier_after=one.tier_after,
        state=Label(one.state.value, zh, en),
        raised_at=one.raised_at,
        action=None if one.action is None else labelled(one.action),
        false_alarm=None if one.false_alarm is None else labelled(one.false_alarm),
        answered_at=one.answered_at,
        withdrawn_because=None
        if one.withdrawn_because is None
        else labelled(one.withdrawn_because),
        record_id=None if record is None else record.id,
        contestable=record is not None and record.status is RecordStatus.ACTIVE,
    )


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (list_loan_warnings,)
