"""Closing one's account."""

from typing import Annotated, Final

import msgspec
from litestar import Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.rights.closing import PHRASE, CloseAsYourself, ContractRunning, close_account
from suxin_mini_program.answering import write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.erasures import DeletionDone, deletion_done
from suxin_mini_program.my_data import TAG
from suxin_mini_program.reading import AnyRequest, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime


class ClosureWish(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The phrase 确认注销, typed by the person himself."""

    confirmation: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


CLOSE: Final = Contract(
    tag=TAG,
    zh=f"注销账号：须以本人名义并输入“{PHRASE}”；成功后本次登录随即失效",
    en="Close the account, as oneself and with the phrase typed; this log-in ends with it, so that a repeat is refused",
    body=ClosureWish,
    answer=DeletionDone,
    keyed=True,
    refusals=(Invalid, CloseAsYourself, ContractRunning),
)


@post("/account/closure", status_code=200, opt=CLOSE.opt)
async def close(request: AnyRequest, runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Close the acting person's account."""
    given, now = await read_body(request, ClosureWish), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return deletion_done(
            await close_account(session, actor, confirmation=given.confirmation, now=now)
        )

    return await write_once(request, runtime, actor, work, body=given)


HANDLERS: Final = (close,)
