"""The web process: uvicorn around the application, started only under a safe database role."""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from litestar import Litestar
from litestar.types import ASGIApp
from typing_extensions import override

from suxin_server.assembly import Assembly, assemble, opened, routes
from suxin_server.faults import PortTaken
from suxin_server.joined_writes import JoinedHttp
from suxin_server.settings import Settings, read_settings
from suxin_tenants.visits import desk_frame
from suxin_web.application import build_app
from suxin_web.bodies import MAX_BODY_BYTES
from suxin_web.runtime import Runtime

GRACE_S: Final = 1
"""How long running requests may take to end once the server is told to stop."""

STREAMS_END_WITHIN_S: Final = 0.4
"""How long streams have of that to tell their callers that they end."""

KEEP_ALIVE_S: Final = 30
PING_EVERY_S: Final = 20.0
"""How often a WebSocket is asked whether its other end is there, and how long the answer may take."""

GC_THRESHOLDS: Final = (20_000, 10, 10)
"""After how many new objects the collector looks at the youngest, and after how many looks at older ones."""

BACKLOG: Final = 1024

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Return the whole application for an ASGI server of one's own; it opens and closes with its lifespan."""
    assembly = assemble(settings or read_settings())

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with opened(assembly):
            yield

    return _application(assembly, (lifespan,))


def serve(settings: Settings) -> None:
    """Run the web server until it is told to stop.

    :raises RoleRefused: if the database role could step around row-level security
    :raises NotAvailable: if a setting is missing or the database does not answer
    :raises PortTaken: if something else listens on the port
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    with _listening(settings.host, settings.port) as listener:
        # The application is built before the database is asked for, which may not answer yet.
        gc.disable()
        assembly = assemble(settings)
        server = _Server(_config(_application(assembly), settings), assembly.runtime)
        async with opened(assembly):
            await server.serve(sockets=[listener])


def _application(assembly: Assembly, lifespan: Sequence[Lifespan] = ()) -> ASGIApp:
    return build_app(
        assembly.runtime,
        routes(assembly),
        observe=assembly.metrics.observe_request,
        lifespan=lifespan,
        desk_frame=desk_frame,
    )


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=JoinedHttp,
        ws="websockets-sansio",
        ws_max_size=MAX_BODY_BYTES,
        # Compression would keep two windows for each connection, and messages are short.
        ws_per_message_deflate=False,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        if sys.platform != "win32":
            # There it would let two servers share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(host, port) from None
            raise
        listener.set_inheritable(False)
        yield listener


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - it does not exist on Windows

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


class _Server(uvicorn.Server):
    """Uvicorn that ends by returning, so that connections are closed after it, and ends streams first."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        super().__init__(config)
        self._runtime = runtime

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        # What is alive now stays alive: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        # A request leaves hardly a cycle behind: looking after every 700 new objects costs more than it finds.
        gc.set_threshold(*GC_THRESHOLDS)
        gc.enable()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams by name, then everything."""
        await self._runtime.database.announcements.stop(within_s=STREAMS_END_WITHIN_S)
        await super().shutdown(sockets=sockets)

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals to stop, and do not raise them again once stopped, as uvicorn would."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
