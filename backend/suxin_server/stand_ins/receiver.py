"""The stand-in for a bank's own system that events are sent to: it takes whatever comes, and keeps it to be looked at."""

from http import HTTPStatus

from suxin_server.stand_ins.paths import EVENTS_PATH
from suxin_server.stand_ins.wire import Reply, Request, StandIn


class ReceiverStandIn(StandIn):
    """An endpoint as a bank would run one; whether a signature is good it does not ask."""

    def __init__(self) -> None:
        super().__init__()
        self.routes[("POST", EVENTS_PATH)] = self._take

    def _take(self, request: Request) -> Reply:
        self.messages.append(request.fields())
        return Reply(HTTPStatus.NO_CONTENT, b"")
