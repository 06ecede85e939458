"""Deleting one's data: what may go goes at once, what stays is told with its article."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.rights.erasure import Deletion, delete_declaration, delete_parts, delete_received
from suxin.rights.portions import PORTIONS
from suxin_mini_program.answering import write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.my_data import TAG, KeptWhy, kept_why
from suxin_mini_program.reading import AnyRequest, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime


class DeletionWish(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to delete: whole parts, one declaration, or what was delivered on one consent; exactly one of the three."""

    parts: Annotated[list[str], msgspec.Meta(max_length=len(PORTIONS))] = []
    declaration_id: UUID | None = None
    consent_id: UUID | None = None


class ErasedPart(msgspec.Struct, rename="camel", kw_only=True):
    """What was erased."""

    code: str
    zh: str
    count: int


class KeptPart(msgspec.Struct, rename="camel", kw_only=True):
    """What is kept, and why."""

    code: str
    zh: str
    count: int
    why: KeptWhy


class DeletionDone(msgspec.Struct, rename="camel", kw_only=True):
    """What became of it; what was empty is in neither list."""

    erased: list[ErasedPart]
    kept: list[KeptPart]


DELETE: Final = Contract(
    tag=TAG,
    zh="删除我的数据：可删的立即删除，依法保留的逐项说明理由、条款和期限",
    en="Delete one's data: what may go goes at once; what stays is told with its ground, article and time",
    body=DeletionWish,
    answer=DeletionDone,
    keyed=True,
    refusals=(Invalid,),
)


@post("/my-data/deletions", status_code=200, opt=DELETE.opt)
async def delete_data(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Delete what is asked for."""
    given, now = await read_body(request, DeletionWish), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        if given.declaration_id is not None:
            done = await delete_declaration(session, actor, record_id=given.declaration_id, now=now)
        elif given.consent_id is not None:
            done = await delete_received(session, actor, consent_id=given.consent_id, now=now)
        else:
            done = await delete_parts(session, actor, parts=given.parts, now=now)
        return deletion_done(done)

    _require_one(given)
    return await write_once(request, runtime, actor, work, body=given)


def _require_one(given: DeletionWish) -> None:
    named = [bool(given.parts), given.declaration_id is not None, given.consent_id is not None]
    if sum(named) != 1:
        raise Invalid(
            field="parts",
            reason_zh="请选择要删除的部分，或指明一条申报、一项授权",
            reason_en="name parts, one declaration or one consent",
        )


def deletion_done(done: Deletion) -> DeletionDone:
    """Return what became of a deletion, as a caller reads it."""
    return DeletionDone(
        erased=[
            ErasedPart(code=gone.portion.code, zh=gone.portion.zh, count=gone.rows)
            for gone in done.erased
        ],
        kept=[
            KeptPart(
                code=stays.portion.code,
                zh=stays.portion.zh,
                count=stays.rows,
                why=kept_why(stays.kept),
            )
            for stays in done.kept
        ],
    )


HANDLERS: Final = (delete_data,)
