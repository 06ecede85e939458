"""Requests for permission that organisations put to a subject: yes or no; and the signed artefact of what was agreed."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import AssessmentMissing
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import NoticeOutdated, RecipientUnknown
from suxin.consent.models import ArtefactNotSigned, ConsentStateConflict
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.consent.queries import own_artefact
from suxin.consent.requests import approve_request, reject_request
from suxin.kernel.refusals import NotFound
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.consent_notices import TAG, LifeDays
from suxin_mini_program.contract import Contract
from suxin_mini_program.permissions import (
    Categories,
    ConsentStateView,
    GrantedView,
    Revocation,
    granted_view,
    state_view,
)
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime


class Approval(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What of a request is permitted, after this version of the text was shown: no more than was asked."""

    categories: Categories
    life_days: LifeDays
    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ArtefactView(msgspec.Struct, rename="camel", kw_only=True):
    """The signed artefact (compact JWS); anyone can verify it with the published keys."""

    jws: str


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


HANDLERS: Final = (approve, reject, show_artefact)
