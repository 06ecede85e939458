"""信易+ for residents: what there is, the notice before a first use, the code to show, and what was redeemed."""

import base64
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import AssessmentMissing
from suxin.consent.giving import NoticeOutdated, RecipientUnknown
from suxin.kernel.refusals import NotFound
from suxin.perks.first_use import FirstUseNoticeNeeded, first_use
from suxin.perks.models import Programme, Redemption
from suxin.perks.presenting import Presentation, present_code
from suxin.perks.refusals import ProgrammeNotOpen
from suxin.perks.showing.queries import nearby_programmes, open_programme, redeemed
from suxin.perks.states import Sector
from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import PAPER_WINDOW, WINDOW, typed_code
from suxin.subjects.presenting import NoNumberFree, key_of
from suxin_mini_program.answering import answer, newest_page, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.perk_views import (
    FirstUseView,
    PassView,
    PerkView,
    RedemptionView,
    StoredPass,
    first_use_view,
    perk_view,
    redemption_view,
)
from suxin_mini_program.reading import AnyRequest, path_id, read_body, read_query
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信易+"


class PerkQuery(PageQuery):
    """Which programmes: of one sector of life, and of one area, where those that have no area are everywhere."""

    sector: Sector | None = None
    area: Annotated[str, msgspec.Meta(pattern=r"^\d{6,12}$")] | None = None


class CodeWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Where the code is shown from, and what is said on the notice: nothing where it was answered before.

    ``agree`` comes with the ``noticeVersion`` that was shown.
    """

    kind: PassKind = PassKind.PHONE
    agree: bool | None = None
    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


PERKS: Final = Contract(
    tag=TAG,
    zh="附近权益：已发布的信易+权益，新的在前",
    en="Benefits that anybody may redeem, newest first; those behind a tier and what everybody has stand beside each other",
    query=PerkQuery,
    answer=Page[PerkView],
)
PERK: Final = Contract(
    tag=TAG,
    zh="一项权益，以及首次使用告知和我上次的选择",
    en="One benefit, with the notice before its first use at the merchant and what one answered last",
    answer=FirstUseView,
    refusals=(NotFound,),
)
CODE: Final = Contract(
    tag=TAG,
    zh="出示权益码：手机码每 30 秒更换，断网时手机自行计算；纸质码 24 小时内一次有效。重放时返回同一凭证",
    en="Open a code to be shown once: on the phone it changes every 30 seconds, also offline; on paper it is good once within 24 hours",
    body=CodeWanted,
    answer=PassView,
    status=201,
    keyed=True,
    refusals=(
        NotFound,
        ProgrammeNotOpen,
        FirstUseNoticeNeeded,
        NoticeOutdated,
        RecipientUnknown,
        AssessmentMissing,
        NoNumberFree,
    ),
)
REDEMPTIONS: Final = Contract(
    tag=TAG,
    zh="我的核销记录及其服务订单，最新在前",
    en="What one redeemed, newest first, with the service order that came of it",
    query=PageQuery,
    answer=Page[RedemptionView],
)


@get("/perks", opt=PERKS.opt)
async def list_perks(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List what there is."""
    query, now = read_query(request, PerkQuery), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        page = await newest_first(
            session,
            nearby_programmes(sector=query.sector, area=query.area, now=now),
            query,
            name="perks",
            by=Programme.id,
            view=lambda row: perk_view(row[0], row[1], now=now),
        )
        return answer(page)


@get("/perks/{perk_id:str}", opt=PERK.opt)
async def show_perk(
    runtime: GivenRuntime, actor: GivenActor, perk_id: FromPath[str]
) -> Response[bytes]:
    """Show one benefit with its notice."""
    wanted, now = path_id(perk_id), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        programme = await open_programme(session, wanted)
        found = await first_use(session, actor, tenant_id=programme.tenant_id)
        return answer(first_use_view(programme, found, now=now))


@post("/perks/{perk_id:str}/code", status_code=201, opt=CODE.opt)
async def open_code(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, perk_id: FromPath[str]
) -> Response[bytes]:
    """Open a code."""
    wanted, now = path_id(perk_id), runtime.clock.now()
    given = await read_body(request, CodeWanted)

    async def work(session: AsyncSession) -> msgspec.Struct:
        shown = await present_code(
            session,
            actor,
            programme_id=wanted,
            agree=given.agree,
            notice_version=given.notice_version,
            kind=given.kind,
            sealer=runtime.sealer,
            now=now,
        )
        return _stored(shown)

    def completed(stored: dict[str, Any]) -> PassView:
        kept = msgspec.convert(stored, StoredPass)
        key = key_of(kept.id, sealer=runtime.sealer)
        return _pass_view(kept, key=key, now=runtime.clock.now())

    return await write_once(
        request, runtime, actor, work, body=given, status=201, completed=completed
    )


@get("/perk-redemptions", opt=REDEMPTIONS.opt)
async def list_redemptions(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List what one redeemed."""
    return await newest_page(
        request,
        runtime,
        actor,
        redeemed(actor),
        name="perk-redemptions",
        by=Redemption.id,
        view=lambda row: redemption_view(*row),
    )


def _stored(shown: Presentation) -> StoredPass:
    opened = shown.opened
    return StoredPass(
        id=opened.pass_id,
        number=opened.number,
        kind=opened.kind,
        weighed=shown.weighed,
        opened_at=opened.opened_at,
        expires_at=opened.expires_at,
    )


def _pass_view(stored: StoredPass, *, key: bytes, now: datetime) -> PassView:
    on_paper = stored.kind is PassKind.PAPER
    code = typed_code(key, stored.number, kind=PassKind.PAPER, window=PAPER_WINDOW)
    return PassView(
        id=stored.id,
        number=stored.number,
        kind=stored.kind,
        weighed=stored.weighed,
        key=None if on_paper else base64.urlsafe_b64encode(key).decode().rstrip("="),
        paper_code=code if on_paper else None,
        window_seconds=int(WINDOW.total_seconds()),
        opened_at=stored.opened_at,
        expires_at=stored.expires_at,
        server_time=now,
    )


HANDLERS: Final = (list_perks, show_perk, open_code, list_redemptions)
