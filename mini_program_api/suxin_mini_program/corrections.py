"""Correcting one's data: what one declared at once, what a source department recorded by a request that is answered."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.rights.corrections import (
    MAX_TEXT,
    CorrectionAsked,
    RecordNotContestable,
    TooManyCorrections,
    correct_declaration,
    request_correction,
    withdraw_correction,
)
from suxin.rights.deadlines import ANSWER_WITHIN_DAYS
from suxin.rights.models import (
    STATES_ZH,
    CorrectionAbout,
    CorrectionAnswered,
    CorrectionRequest,
)
from suxin.rights.queries.corrections import corrections_of
from suxin.rights.remedies import outcome_of
from suxin.subjects.declarations import DeclaredTooMany
from suxin_mini_program.answering import newest_page, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.data_words import ABOUT_ZH, REMEDIES
from suxin_mini_program.labels import Label
from suxin_mini_program.my_data import TAG
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.profile import MAX_CONTENT_KEYS, Declared
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class CorrectedContent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What the declaration should say."""

    content: Annotated[dict[str, str | int | bool], msgspec.Meta(max_length=MAX_CONTENT_KEYS)]


class CorrectionAskedFor(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is wrong (``recordId`` if, and only if, a record is), what it should say, and why."""

    about: CorrectionAbout
    wanted: Text
    reason: Text
    record_id: UUID | None = None


class CorrectionView(msgspec.Struct, rename="camel", kw_only=True):
    """A correction request; ``answerBy`` is the last moment of the office's time to answer.

    ``remedy`` says what granting does, and ``outcome`` what came of it once it is granted.
    """

    id: UUID
    about: Label
    record_id: UUID | None
    item: str
    source: str
    remedy: Label
    stated: dict[str, Any]
    wanted: str
    reason: str
    state: Label
    filed_at: datetime
    answer_by: datetime
    answer_by_provisional: bool
    answered_at: datetime | None
    answer: str | None
    late: bool
    outcome: Label | None


CORRECT: Final = Contract(
    tag=TAG,
    zh="更正自主申报（立即生效，原记录留作历史）",
    en="Correct what one declared, at once; the old record stays as history",
    body=CorrectedContent,
    answer=Declared,
    keyed=True,
    refusals=(Invalid, DeclaredTooMany),
)
ASK: Final = Contract(
    tag=TAG,
    zh=f"申请更正信用记录或登记资料（{ANSWER_WITHIN_DAYS} 个工作日内答复，期间记录标为核查中）",
    en="Ask for the correction of a record or of the subject's own data; disputed until it is answered",
    body=CorrectionAskedFor,
    answer=CorrectionView,
    status=201,
    keyed=True,
    refusals=(Invalid, RecordNotContestable, CorrectionAsked, TooManyCorrections),
)
LIST: Final = Contract(
    tag=TAG,
    zh="我的更正申请，最新在前",
    en="My correction requests, newest first",
    query=PageQuery,
    answer=Page[CorrectionView],
)
WITHDRAW: Final = Contract(
    tag=TAG,
    zh="撤回更正申请",
    en="Take a correction request back",
    answer=CorrectionView,
    keyed=True,
    refusals=(CorrectionAnswered,),
)


@post("/my-data/declarations/{record_id:str}/correction", status_code=200, opt=CORRECT.opt)
async def correct_declared(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, record_id: FromPath[str]
) -> Response[bytes]:
    """Correct a declaration."""
    wanted, now = path_id(record_id), runtime.clock.now()
    given = await read_body(request, CorrectedContent)

    async def work(session: AsyncSession) -> msgspec.Struct:
        corrected = await correct_declaration(
            session, actor, record_id=wanted, content=given.content, now=now
        )
        return Declared(id=corrected)

    return await write_once(request, runtime, actor, work, body=given)


@post("/my-data/corrections", status_code=201, opt=ASK.opt)
async def ask_correction(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Ask for a correction."""
    given, now = await read_body(request, CorrectionAskedFor), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return _view(
            await request_correction(
                session,
                actor,
                about=given.about,
                record_id=given.record_id,
                wanted=given.wanted,
                reason=given.reason,
                now=now,
            )
        )

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/my-data/corrections", opt=LIST.opt)
async def list_corrections(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the subject's correction requests."""
    return await newest_page(
        request,
        runtime,
        actor,
        corrections_of(actor.own_subject),
        name="corrections",
        by=CorrectionRequest.id,
        view=lambda row: _view(row[0]),
    )


@post("/my-data/corrections/{correction_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def take_correction_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, correction_id: FromPath[str]
) -> Response[bytes]:
    """Take a correction request back."""
    wanted, now = path_id(correction_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return _view(await withdraw_correction(session, actor, request_id=wanted, now=now))

    return await write_once(request, runtime, actor, work)


def _view(request: CorrectionRequest) -> CorrectionView:
    outcome = outcome_of(request)
    return CorrectionView(
        id=request.id,
        about=Label(request.about.value, ABOUT_ZH[request.about], request.about.value),
        record_id=request.record_id,
        item=request.item,
        source=request.source,
        remedy=Label(request.remedy.value, *REMEDIES[request.remedy]),
        stated=request.stated,
        wanted=request.wanted,
        reason=request.reason,
        state=Label(request.state.value, STATES_ZH[request.state], request.state.value.lower()),
        filed_at=request.filed_at,
        answer_by=request.answer_by,
        answer_by_provisional=request.answer_by_provisional,
        answered_at=request.answered_at,
        answer=request.answer,
        late=request.late_at is not None,
        outcome=None if outcome is None else Label(request.remedy.value, *outcome),
    )


HANDLERS: Final = (correct_declared, ask_correction, list_corrections, take_correction_back)
