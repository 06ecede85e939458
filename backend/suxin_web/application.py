"""The web application: the layers around every route, the same for the server and for tests."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp, ControllerRouterHandler

from suxin_web.access_log import AccessLog, Observe
from suxin_web.assets import SHARED_ASSETS
from suxin_web.bodies import MAX_BODY_BYTES
from suxin_web.desk_errors import FRAME, DeskFrame
from suxin_web.error_answers import EXCEPTION_HANDLERS
from suxin_web.front_page import show_front_page
from suxin_web.log_in_pages import begin_log_in, send_log_out, take_code
from suxin_web.runtime import Runtime, provide_runtime
from suxin_web.security_headers import SecurityHeaders


def build_app(
    runtime: Runtime,
    routes: Sequence[ControllerRouterHandler] = (),
    *,
    observe: Observe | None = None,
    lifespan: Sequence[Callable[[Litestar], AbstractAsyncContextManager[None]]] = (),
    desk_frame: DeskFrame | None = None,
) -> ASGIApp:
    """Return the ASGI application that serves the routes with this runtime.

    ``observe`` is told of each request; ``lifespan`` is entered when an ASGI server starts it; ``desk_frame`` gives what
    stands around the desks' error pages.
    """
    app = Litestar(
        route_handlers=[
            show_front_page,
            begin_log_in,
            take_code,
            send_log_out,
            SHARED_ASSETS.route(),
            *routes,
        ],
        state=State({"runtime": runtime, FRAME: desk_frame}),
        dependencies={"runtime": Provide(provide_runtime, sync_to_thread=False)},
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=MAX_BODY_BYTES,
        # The mini program's edge writes its own OpenAPI document, from what its handlers declare.
        openapi_config=None,
        logging_config=None,
        lifespan=lifespan,
    )
    return AccessLog(SecurityHeaders(app, https=runtime.https), observe=observe)
