"""Public warnings for everybody: a list for the mini program, and an open page of the same.

That somebody looked is written nowhere.
"""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get

from suxin.cautions.models import KINDS_EN, KINDS_ZH, PublicCaution
from suxin.cautions.queries import shown_cautions
from suxin.kernel.actor import Actor
from suxin_mini_program.answering import newest_page
from suxin_mini_program.contract import Caller, Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.pages import PAGES
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest
from suxin_web.callers import GivenActor, by_address
from suxin_web.rate_limits import Limit
from suxin_web.runtime import GivenRuntime

PAGE: Final = "/cautions"
SHOWN: Final = 100
"""How many warnings the open page has at the most, the newest; the list of the mini program goes on."""

READS: Final = Limit(name="cautions", burst=30, per_minute=60)
_ANYBODY: Final = Actor.anonymous("cautions")


class CautionView(msgspec.Struct, rename="camel", kw_only=True):
    """A warning; ``expiresOn`` is the first day on which it is shown no more."""

    id: UUID
    kind: Label
    title: str
    authority: str
    document_number: str
    issued_on: date
    expires_on: date
    body: str
    organisations: list[str]


CAUTIONS: Final = Contract(
    tag="公开警示",
    zh="主管机关关于逃废债、非法集资的公开警示，最新在前；只列单位，不列自然人",
    en="Public warnings of authorities about the evasion of debts and illegal fund-raising, newest first; organisations alone",
    caller=Caller.ANYONE,
    query=PageQuery,
    answer=Page[CautionView],
)


@get("/cautions", opt=CAUTIONS.opt)
async def list_cautions(
    request: AnyRequest, runtime: GivenRuntime, caller: GivenActor
) -> Response[bytes]:
    """List what is public now."""
    return await newest_page(
        request,
        runtime,
        caller,
        shown_cautions(),
        name="cautions",
        by=PublicCaution.id,
        view=lambda row: _view(row[0]),
    )


@get(PAGE, include_in_schema=False, guards=[by_address(READS)])
async def show_cautions_page(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show what is public now as a page."""
    async with runtime.database.snapshot(_ANYBODY, now=runtime.clock.now()) as session:
        found = list(await session.scalars(shown_cautions().limit(SHOWN)))
        return PAGES.render(request, "cautions.html", {"cautions": found, "kinds": KINDS_ZH})


def _view(caution: PublicCaution) -> CautionView:
    kind = caution.kind
    return CautionView(
        id=caution.id,
        kind=Label(code=kind.value, zh=KINDS_ZH[kind], en=KINDS_EN[kind]),
        title=caution.title,
        authority=caution.authority,
        document_number=caution.document_number,
        issued_on=caution.issued_on,
        expires_on=caution.expires_on,
        body=caution.body,
        organisations=caution.organisations,
    )


HANDLERS: Final = (list_cautions,)
