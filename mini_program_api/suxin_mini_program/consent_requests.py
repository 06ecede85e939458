"""Requests for permission that organisations put to a subject: what is asked, yes or no; and the signed artefact of what was agreed."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import AssessmentMissing
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import NoticeOutdated, RecipientUnknown
from suxin.consent.models import ArtefactNotSigned, Consent, ConsentState, ConsentStateConflict
from suxin.consent.notice_texts import told
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.consent.queries import consents_of, own_artefact
from suxin.consent.requests import (
    Permittable,
    approve_request,
    permittable,
    reject_request,
)
from suxin.kernel.refusals import NotFound
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.consent_notices import (
    TAG,
    ConsentNotice,
    CutView,
    LifeDays,
    categories_named,
    category_choices,
    cut_views,
)
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.permissions import (
    Categories,
    ConsentStateView,
    GrantedView,
    Revocation,
    granted_view,
    state_view,
)
from suxin_mini_program.reading import AnyRequest, path_id, read_body, read_query
from suxin_mini_program.recipients import purpose_label
from suxin_mini_program.reference import bank_view
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime


class Approval(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What of a request is permitted, after this version of the text was shown: no more than was asked."""

    categories: Categories
    life_days: LifeDays
    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class AskedQuery(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What of a request the subject is about to permit; see ``NoticeQuery``. Without a life it is the one asked for."""

    life_days: LifeDays | None = None
    categories: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class AskedNotice(ConsentNotice, rename="camel", kw_only=True):
    """The notice of a request: the text about what is chosen of it, and in words what would be left out all the same."""

    id: UUID
    frequency: Label
    records_from: date
    requested_at: datetime
    answer_by: datetime | None
    cuts: list[CutView]


class ArtefactView(msgspec.Struct, rename="camel", kw_only=True):
    """The signed artefact (compact JWS); anyone can verify it with the published keys."""

    jws: str


ASKED: Final = Contract(
    tag=TAG,
    zh="一项授权请求的告知书全文，按所选类别与期限",
    en="The notice of a request as it is shown, for what is chosen of it",
    query=AskedQuery,
    answer=AskedNotice,
    refusals=(
        NotFound,
        ConsentStateConflict,
        RecipientUnknown,
        AssessmentMissing,
        LicensedChannelRequired,
        CategoriesOutsidePurpose,
    ),
)
APPROVE: Final = Contract(
    tag=TAG,
    zh="同意一项授权请求（可少给，不可多给）",
    en="Say yes to a request, to all of it or to less",
    body=Approval,
    answer=GrantedView,
    keyed=True,
    refusals=(
        NotFound,
        ConsentStateConflict,
        NoticeOutdated,
        RecipientUnknown,
        AssessmentMissing,
        LicensedChannelRequired,
        CategoriesOutsidePurpose,
    ),
)
REJECT: Final = Contract(
    tag=TAG,
    zh="拒绝一项授权请求：规定期限内不得再次征求",
    en="Say no to a request; the same may not be asked again for a while",
    body=Revocation,
    answer=ConsentStateView,
    keyed=True,
    refusals=(NotFound, ConsentStateConflict),
)
ARTEFACT: Final = Contract(
    tag=TAG,
    zh="下载签名的授权凭证，可离线验证",
    en="The signed artefact of a permission, to keep and to verify offline",
    answer=ArtefactView,
    refusals=(NotFound, ArtefactNotSigned),
)


@get("/consents/{consent_id:str}/notice", opt=ASKED.opt)
async def show_asked(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Show what a request asks for, and what saying yes to that much of it would give."""
    wanted, query = path_id(consent_id), read_query(request, AskedQuery)
    chosen = categories_named(query.categories) or []
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        found = consents_of(actor.own_subject).where(Consent.id == wanted)
        row = (await session.execute(found)).first()
        if row is None:
            raise NotFound(thing_zh="授权请求", thing_en="request for consent")
        consent = row[0]
        if consent.state is not ConsentState.REQUESTED:
            raise ConsentStateConflict(state=consent.state)
        life_days = query.life_days or consent.life_days
        given = await permittable(session, consent, categories=chosen, life_days=life_days)
    return answer(_asked_notice(consent, given))


@post("/consents/{consent_id:str}/approval", status_code=200, opt=APPROVE.opt)
async def approve(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Say yes to a request."""
    wanted, now = path_id(consent_id), runtime.clock.now()
    given = await read_body(request, Approval)

    async def work(session: AsyncSession) -> msgspec.Struct:
        return granted_view(
            await approve_request(
                session,
                actor,
                consent_id=wanted,
                categories=given.categories,
                life_days=given.life_days,
                notice_version=given.notice_version,
                now=now,
            )
        )

    return await write_once(request, runtime, actor, work, body=given)


@post("/consents/{consent_id:str}/rejection", status_code=200, opt=REJECT.opt)
async def reject(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Say no to a request."""
    wanted, now = path_id(consent_id), runtime.clock.now()
    given = await read_body(request, Revocation)

    async def work(session: AsyncSession) -> msgspec.Struct:
        return state_view(
            await reject_request(session, actor, consent_id=wanted, reason=given.reason, now=now)
        )

    return await write_once(request, runtime, actor, work, body=given)


@get("/consents/{consent_id:str}/artefact", opt=ARTEFACT.opt)
async def show_artefact(
    runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Give the signed artefact of a permission."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(ArtefactView(jws=await own_artefact(session, actor, path_id(consent_id))))


def _asked_notice(consent: Consent, given: Permittable) -> AskedNotice:
    ask, kept = given.ask, [category.value for category in given.categories]
    shown = told(
        ask.text,
        recipient=ask.recipient.name,
        contact=ask.recipient.contact,
        categories=tuple(kept),
        life_days=ask.narrowed.life_days,
        retention_days=ask.narrowed.retention_days,
    )
    return AskedNotice(
        id=consent.id,
        version=shown.version,
        sha256=shown.sha256,
        body=shown.body,
        recipient=bank_view(ask.recipient),
        contact=ask.recipient.contact,
        purpose=purpose_label(ask.purpose.code),
        categories=category_choices(
            ask.purpose, ask.purpose.required.union(consent.categories), kept
        ),
        life_days=ask.narrowed.life_days,
        max_life_days=consent.life_days,
        retention_days=ask.narrowed.retention_days,
        frequency=Label(consent.frequency_unit.value, consent.frequency.zh, consent.frequency.en),
        records_from=consent.records_from,
        requested_at=consent.requested_at,
        answer_by=consent.answer_by,
        cuts=cut_views(given.cuts),
    )


HANDLERS: Final = (show_asked, approve, reject, show_artefact)
