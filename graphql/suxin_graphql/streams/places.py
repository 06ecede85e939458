"""Places: how many streams one process serves, and one caller of it. All figures are proposed defaults."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_web.rate_limits import Limit

MAX_STREAMS: Final = 2_000
"""Connections of one process: WebSockets, and requests answered by server-sent events."""

MAX_PER_CALLER: Final = 50
"""Connections of one caller: a client of one tenant, or one staff member."""

MAX_OPERATIONS: Final = 16
"""Subscriptions at once over one WebSocket."""

INIT_WITHIN_S: Final = 5.0
"""How long a WebSocket waits for its ``connection_init``."""

SEND_WITHIN_S: Final = 10.0
"""How long one message waits for a caller who does not read."""

OPENINGS: Final = Limit(name="graphql.streams", burst=120, per_minute=240)
"""WebSockets opened from one address."""


class TooManyStreams(Refusal):
    """The caller, or all callers together, hold as many streams as are served."""

    code = "TOO_MANY_STREAMS"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "订阅连接过多，最多 {limit} 个"
    en = "Too many subscriptions are open; at most {limit} are served"


class Places:
    """The places of one process."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def require_free(self, caller: str) -> None:
        """Refuse one stream more than are served.

        :raises TooManyStreams: if it is
        """
        if self._held[caller] >= MAX_PER_CALLER:
            raise TooManyStreams(limit=MAX_PER_CALLER)
        if self._held.total() >= MAX_STREAMS:
            raise TooManyStreams(limit=MAX_STREAMS)

    @contextmanager
    def taken(self, caller: str) -> Iterator[None]:
        """Hold a place while the block runs.

        :raises TooManyStreams: see ``require_free``
        """
        self.require_free(caller)
        self._held[caller] += 1
        try:
            yield
        finally:
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]


PLACES: Final = Places()
