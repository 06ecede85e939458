"""Error pages of the desks: they stand in the desk's frame, so that one goes on working from there."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from suxin.kernel.refusals import Refusal
from suxin_web.desk_paths import DESK_PATH
from suxin_web.pages import SHARED_PAGES, Shell
from suxin_web.problems import Problem
from suxin_web.runtime import Runtime, runtime_of

AnyRequest = Request[Any, Any, Any]
DeskFrame = Callable[[AnyRequest, Runtime], Awaitable[Shell]]
"""Gives the shell of the desk whose session the request shows; raises a refusal where there is none."""

FRAME: Final = "desk_frame"
"""Under which name the application's state holds the desks' frame."""

log = structlog.get_logger("suxin.web")


class _DrawnWhenSent(ASGIResponse):
    """Asks for its page when it is sent."""

    def __init__(self, draw: Callable[[], Awaitable[ASGIResponse]]) -> None:
        super().__init__()
        self._draw = draw

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = await self._draw()
        await page(scope, receive, send)


class DeskErrorPage(Response[bytes]):
    """An error page in the desk's frame; a plain one for whoever has no desk, and while the database does not answer.

    The frame is read from the database, which an exception handler cannot wait for: the page is drawn when it is sent.
    """

    def __init__(self, request: AnyRequest, problem: Problem, headers: dict[str, str]) -> None:
        self._context = {"problem": problem, "home": DESK_PATH}
        plain = SHARED_PAGES.render(
            request, "error.html", self._context, status=problem.status, headers=headers
        )
        super().__init__(
            plain.content,
            status_code=plain.status_code,
            media_type=plain.media_type,
            headers=plain.headers,
            cookies=plain.cookies,
        )

    @override
    def to_asgi_response(self, app: Any, request: AnyRequest, **given: Any) -> ASGIResponse:
        plain = super().to_asgi_response(app, request, **given)

        async def draw() -> ASGIResponse:
            shell = await _shell_for(request)
            if shell is None:
                return plain
            framed = SHARED_PAGES.render(
                request,
                "desk_error.html",
                {**self._context, "shell": shell},
                status=self.status_code or plain.status_code,
                headers=self.headers,
            )
            return framed.to_asgi_response(app, request, **given)

        return _DrawnWhenSent(draw)


async def _shell_for(request: AnyRequest) -> Shell | None:
    frame: DeskFrame | None = request.app.state.get(FRAME)
    if frame is None:
        return None
    try:
        return await frame(request, runtime_of(request))
    except Refusal:
        return None
    except (OSError, SQLAlchemyError) as error:
        log.warning("no frame", reason=type(error).__name__)
        return None
