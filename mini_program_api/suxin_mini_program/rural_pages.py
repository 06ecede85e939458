"""Two pages for everybody: what a certificate of a rural grade proves, and what is on public notice of a rating while it is.

That somebody looked is written nowhere. A notice that is over answers 410: what it held is erased.
"""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.kernel.actor import Actor
from suxin.rural.certificates import verify_certificate
from suxin.rural.queries.cycles import public_notice
from suxin.rural.refusals import GradeCertificateInvalid
from suxin.rural.states import KINDS_ZH
from suxin_mini_program.pages import PAGES
from suxin_mini_program.reading import AnyRequest
from suxin_mini_program.rural import CERTIFICATE_PAGE
from suxin_web.callers import by_address
from suxin_web.rate_limits import Limit
from suxin_web.runtime import GivenRuntime

READS: Final = Limit(name="rural", burst=30, per_minute=60)
_ANYBODY: Final = Actor.anonymous("rural")


@get(CERTIFICATE_PAGE, include_in_schema=False, guards=[by_address(READS)])
async def show_verification(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show what a certificate proves now."""
    now = runtime.clock.now()
    keys = await runtime.keys.at(now)
    text = request.query_params.get("c", "")
    proved, refused = None, None
    async with runtime.database.snapshot(_ANYBODY, now=now) as session:
        try:
            proved = await verify_certificate(
                session, text, issuer=runtime.public_url, keys=keys, now=now
            )
        except GradeCertificateInvalid as refusal:
            refused = refusal.zh_message
    context = {"proved": proved, "refused": refused, "kinds": KINDS_ZH}
    shown = PAGES.render(request, "rural_certificate.html", context)
    if proved is None:
        shown.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return shown


@get("/rural/notices/{cycle_id:uuid}", include_in_schema=False, guards=[by_address(READS)])
async def show_public_notice(
    request: AnyRequest, runtime: GivenRuntime, cycle_id: FromPath[UUID]
) -> Response[bytes]:
    """Show what is on public notice of a cycle."""
    async with runtime.database.snapshot(_ANYBODY, now=runtime.clock.now()) as session:
        notice = await public_notice(session, cycle_id)
    shown = PAGES.render(request, "rural_notice.html", {"notice": notice})
    if notice is None:
        shown.status_code = HTTPStatus.GONE
    return shown


RURAL_PAGES: Final[tuple[ControllerRouterHandler, ...]] = (show_verification, show_public_notice)
