"""A case about the subject's data as its subject reads it: where it stands, until when, what was answered, what he may do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from suxin.review.models import ReviewCase
from suxin.review.states import STATES_ZH, WITHDRAWABLE, CaseState, Outcome
from suxin.rights.kinds import CONTESTING, DISPUTE, EXEMPTION, KINDS
from suxin.rights.remedies import contested, outcome_of
from suxin_mini_program.data_words import ABOUT_ZH, REMEDIES
from suxin_mini_program.labels import Label

_OUTCOMES_EN: Final[Mapping[Outcome, str]] = {
    Outcome.GRANTED: "granted",
    Outcome.DECLINED: "declined",
    Outcome.REFUSED: "refused",
}

_OF_RECORDS: Final = (DISPUTE.code, EXEMPTION.code)


class CaseView(msgspec.Struct, rename="camel", kw_only=True):
    """A case; ``answerBy`` is the last moment of the time that runs, which is the office's, or his who filed it.

    ``remedy`` says what granting a dispute or correction does, and ``outcome`` what came of it once it is granted. Who is told may
    appeal until ``appealBy``.
    """

    id: UUID
    kind: Label
    about: Label | None
    record_id: UUID | None
    item: str
    source: str
    remedy: Label | None
    stated: dict[str, Any]
    wanted: str
    reason: str
    state: Label
    filed_at: datetime
    answer_by: datetime
    answer_by_provisional: bool
    extension: str | None
    missing: str | None
    decided: Label | None
    answered_at: datetime | None
    answer: str | None
    appeal_by: datetime | None
    appeal_reason: str | None
    ended_at: datetime | None
    late: bool
    outcome: Label | None
    may_withdraw: bool
    may_supplement: bool
    may_appeal: bool


def view_of(case: ReviewCase, *, now: datetime) -> CaseView:
    """Return a case as its subject reads it."""
    kind, outcome = KINDS[case.kind], outcome_of(case)
    contests = contested(case) if case.kind in CONTESTING else None
    answered = case.state in (CaseState.NOTICED, CaseState.EFFECTIVE)
    appealable = (
        case.state is CaseState.NOTICED
        and case.outcome is not Outcome.GRANTED
        and case.round == 1
        and case.due_at > now
    )
    return CaseView(
        id=case.id,
        kind=Label(kind.code, kind.zh, kind.en),
        about=Label(contests[0].value, ABOUT_ZH[contests[0]], contests[0].value)
        if contests
        else None,
        record_id=case.object_id if case.kind in _OF_RECORDS else None,
        item=case.item,
        source=case.source,
        remedy=Label(contests[1].value, *REMEDIES[contests[1]]) if contests else None,
        stated=case.stated,
        wanted=case.wanted,
        reason=case.reason,
        state=Label(case.state.value, STATES_ZH[case.state], case.state.value.lower()),
        filed_at=case.filed_at,
        answer_by=case.due_at,
        answer_by_provisional=case.due_provisional,
        extension=case.extension_reason,
        missing=case.missing,
        decided=_decided(case, kind.outcomes) if answered else None,
        answered_at=case.noticed_at,
        answer=case.answer,
        appeal_by=case.due_at if appealable else None,
        appeal_reason=case.appeal_reason,
        ended_at=case.ended_at,
        late=case.late_at is not None,
        outcome=None if outcome is None else Label("granted", *outcome),
        may_withdraw=case.state in WITHDRAWABLE,
        may_supplement=case.state is CaseState.RETURNED,
        may_appeal=appealable,
    )


def _decided(case: ReviewCase, words: Mapping[Outcome, str]) -> Label | None:
    if case.outcome is None:
        return None
    return Label(case.outcome.value, words[case.outcome], _OUTCOMES_EN[case.outcome])


def rows_at(now: datetime) -> Callable[[Any], CaseView]:
    """Return how a row of a list of cases is viewed at that time."""
    return lambda row: view_of(row[0], now=now)
