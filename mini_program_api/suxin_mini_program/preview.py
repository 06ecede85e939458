"""The phone preview: the mini program as an H5 page, which calls nothing but ``/mp/v1``.

In a demo the page also offers its cast to log in as, and reads the one-time code that the text message stand-in
received. Those two routes are made only by :func:`demo_routes`; an installation without it has no such address.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler

from suxin.kernel.identifiers import check_phone
from suxin_mini_program.answering import answer
from suxin_mini_program.pages import ASSETS, PAGES
from suxin_mini_program.reading import AnyRequest, read_query
from suxin_outbound.guarded import Call, CallFailed, GuardedClient
from suxin_web.callers import by_address
from suxin_web.rate_limits import Limit
from suxin_web.refusals import RouteUnknown, ServiceUnavailable
from suxin_web.runtime import GivenRuntime, Runtime

PREVIEW: Final = "/preview"
DEMO_READS: Final = Limit(name="preview", burst=60, per_minute=120)


class DemoPerson(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Someone of the cast: how to log in as him, and what he would type into the real-name proof."""

    code: str
    name: str
    resident_id: str
    phone: str
    uscc: str
    subject_name: str
    story: str


class SentCodes(Protocol):
    """Whoever can tell which one-time codes a phone received: only a stand-in can."""

    async def codes(self, phone: str) -> Sequence[str]:
        """Return the codes sent to a phone, oldest first."""
        ...


class _Message(msgspec.Struct):
    template_id: str = ""
    params: dict[str, str] = {}


class _Messages(msgspec.Struct):
    messages: list[_Message]


class StandInCodes:
    """Asks the text message stand-in, which shows what it was given to send."""

    def __init__(self, base_url: str, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._guarded = guarded

    async def codes(self, phone: str) -> Sequence[str]:
        """Return the codes sent to a phone, oldest first.

        :raises ServiceUnavailable: if the stand-in does not answer
        """
        call = Call(
            service="sms",
            method="GET",
            url=f"{self._base_url}/_stand_in/messages?phone={phone}",
            idempotent=True,
        )
        try:
            sent = (await self._guarded.call(call)).decode(_Messages).messages
        except CallFailed:
            raise ServiceUnavailable from None
        return [message.params["code"] for message in sent if "code" in message.params]


class Cast(msgspec.Struct, rename="camel", kw_only=True):
    """Everyone one may log in as."""

    people: list[DemoPerson]


class SmsCode(msgspec.Struct, rename="camel", kw_only=True):
    """The code a phone received last, or nothing yet, and how many it has received: a new one raises the count."""

    code: str | None
    count: int


class SmsCodeQuery(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Whose code is asked for."""

    phone: str


@get(PREVIEW, include_in_schema=False)
async def show_preview(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show the phone: a demo's stand-in for WeChat, which no real city has."""
    _require_demo(runtime)
    return PAGES.render(request, "phone.html", {})


PREVIEW_ROUTES: Final[tuple[ControllerRouterHandler, ...]] = (show_preview, ASSETS.route())


def demo_routes(
    people: Sequence[DemoPerson], codes: SentCodes
) -> Sequence[ControllerRouterHandler]:
    """Return the two routes that only a demo has; each also refuses where the runtime is no demo's."""
    cast = Cast(people=list(people))

    @get(
        f"{PREVIEW}/people.json",
        include_in_schema=False,
        guards=[by_address(DEMO_READS)],
    )
    async def show_people(runtime: GivenRuntime) -> Response[bytes]:
        _require_demo(runtime)
        return answer(cast)

    @get(f"{PREVIEW}/sms-code", include_in_schema=False, guards=[by_address(DEMO_READS)])
    async def show_sms_code(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
        _require_demo(runtime)
        phone = check_phone(read_query(request, SmsCodeQuery).phone, field="phone")
        received = await codes.codes(phone)
        return answer(SmsCode(code=received[-1] if received else None, count=len(received)))

    return (show_people, show_sms_code)


def _require_demo(runtime: Runtime) -> None:
    if not runtime.demo:
        raise RouteUnknown
