"""Where anybody checks a consent artefact: pasted or as a file, against the published keys.

Nothing of it is kept and nothing changes, so that a form from another site could do no harm and none is asked to prove
itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.types import ControllerRouterHandler

from suxin.consent.artefacts import verified_artefact
from suxin.consent.notice_texts import CATEGORY_ZH, in_order
from suxin.kernel.refusals import Refusal
from suxin.kernel.signing import MAX_SIGNED_CHARACTERS, KeyUse
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES
from suxin_oauth.forms import AnyRequest
from suxin_web.callers import client_address
from suxin_web.problems import status_of
from suxin_web.rate_limits import Limit
from suxin_web.runtime import GivenRuntime

VERIFICATIONS: Final = Limit(name="consent.verify", burst=20, per_minute=30)


@get(paths.VERIFY, include_in_schema=False)
async def show_form(request: AnyRequest) -> Response[bytes]:
    """Ask for an artefact."""
    return _page(request)


@post(paths.VERIFY, include_in_schema=False, status_code=200)
async def verify(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Check an artefact, and say what it says or what is wrong with it."""
    await runtime.limits.take(VERIFICATIONS, client_address(request))
    now = runtime.clock.now()
    keys = (await runtime.keys.at(now)).published(now=now, use=KeyUse.ARTEFACT)
    try:
        content = verified_artefact(await _given(await request.form()), keys)
    except Refusal as refusal:
        return _page(request, error=refusal, status=status_of(refusal))
    categories = [CATEGORY_ZH.get(code, code) for code in in_order(content.get("fiTypes", ()))]
    return _page(request, content=content, categories=categories)


routes: list[ControllerRouterHandler] = [show_form, verify]


async def _given(form: Mapping[str, Any]) -> str:
    """Return the text of the file, or what was pasted, as far as an artefact may be long."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return (await file.read(MAX_SIGNED_CHARACTERS + 1)).decode("utf-8", errors="replace")
    return str(form.get("artefact", ""))[: MAX_SIGNED_CHARACTERS + 1]


def _page(request: AnyRequest, *, status: int = 200, **shown: object) -> Response[bytes]:
    context = {
        "content": None,
        "error": None,
        "categories": (),
        **shown,
    }
    return OAUTH_PAGES.render(request, "verify.html", context, status=status)
