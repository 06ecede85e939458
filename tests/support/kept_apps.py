"""Applications that are put together once: laying out their routes takes longer than most tests of them."""

from collections.abc import Callable

from litestar import Litestar
from litestar.types import ASGIApp

from suxin_web.runtime import Runtime

_KEPT: dict[str, ASGIApp] = {}


def kept_app(name: str, runtime: Runtime, build: Callable[[Runtime], ASGIApp]) -> ASGIApp:
    """Return the application of a name, which works with this runtime until the next one asks for it.

    Only for applications that no server has started: what starts with them would be another test's.
    """
    app = _KEPT.get(name)
    if app is None:
        app = _KEPT[name] = build(runtime)
    inmost = app._app._app
    assert isinstance(inmost, Litestar)
    inmost.state.runtime = runtime
    return app
