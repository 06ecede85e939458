"""The front page: what this is, and where each kind of visitor goes on."""

from litestar import Response, get

from suxin_web.callers import AnyRequest
from suxin_web.pages import SHARED_PAGES
from suxin_web.runtime import GivenRuntime


@get("/", include_in_schema=False)
async def show_front_page(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show the ways in; only a demo has the phone preview."""
    return SHARED_PAGES.render(request, "front_page.html", {"previewed": runtime.demo})
