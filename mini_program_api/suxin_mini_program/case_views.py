"""A case about the subject's data as its subject reads it: where it stands, until when, what was answered, what he may do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.review.models import CaseDocument, ReviewCase
from suxin.review.queries import documents_in
from suxin.review.states import STATES_ZH, WITHDRAWABLE, CaseState, Outcome
from suxin.rights.kinds import CONTESTING, DISPUTE, EXEMPTION, KINDS
from suxin.rights.remedies import contested, outcome_of
from suxin_mini_program.answering import answer
from suxin_mini_program.data_words import ABOUT_ZH, REMEDIES
from suxin_mini_program.labels import Label
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.reading import AnyRequest, read_query
from suxin_web.runtime import Runtime

_OUTCOMES_EN: Final[Mapping[Outcome, str]] = {
    Outcome.GRANTED: "granted",
    Outcome.DECLINED: "declined",
    Outcome.REFUSED: "refused",
}

_OF_RECORDS: Final = (DISPUTE.code, EXEMPTION.code)


class CaseDocumentView(msgspec.Struct, rename="camel", kw_only=True):
    """A document of a case; ``erased`` says that only its name and digest are left."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_at: datetime
    erased: bool


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
    documents: list[CaseDocumentView]


def view_of(case: ReviewCase, *, now: datetime, documents: Sequence[CaseDocument] = ()) -> CaseView:
    """Return a case as its subject reads it, with those of the documents that are its own."""
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
        documents=[_document(one) for one in documents if one.case_id == case.id],
    )


def _document(document: CaseDocument) -> CaseDocumentView:
    return CaseDocumentView(
        id=document.id,
        name=document.name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        uploaded_at=document.uploaded_at,
        erased=document.key_sealed is None,
    )


def _decided(case: ReviewCase, words: Mapping[Outcome, str]) -> Label | None:
    if case.outcome is None:
        return None
    return Label(case.outcome.value, words[case.outcome], _OUTCOMES_EN[case.outcome])


async def shown_case(session: AsyncSession, case: ReviewCase, *, now: datetime) -> CaseView:
    """Return a case as its subject reads it, with its documents."""
    return view_of(case, now=now, documents=await documents_in(session, case.subject_id, [case.id]))


async def case_page(
    request: AnyRequest,
    runtime: Runtime,
    actor: Actor,
    statement: Select[ReviewCase],
    *,
    name: str,
) -> Response[bytes]:
    """Answer a page of the actor's own cases with their documents, newest first."""
    query, now = read_query(request, PageQuery), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        found: Page[ReviewCase] = await newest_first(
            session, statement, query, name=name, by=ReviewCase.id, view=lambda row: row[0]
        )
        ids = [case.id for case in found.items]
        documents = await documents_in(session, actor.own_subject, ids)
        items = [view_of(case, now=now, documents=documents) for case in found.items]
        return answer(Page(items=items, next_cursor=found.next_cursor))
