"""The stand-in for the town's grid app (网格通): events of villages in their order, and the results that it was told.

Events are put in by ``POST /_stand_in/events`` (``village``, and ``events`` as they are told); its cursor is how many of a village's events were
asked for. A result that it has already it takes without another look; one of an event that it does not know it refuses.
``POST /_stand_in/told`` (``village``, ``no``, ``points``) changes what it holds behind the platform's back.
"""

from collections import defaultdict
from http import HTTPStatus
from typing import Any, Final

from typing_extensions import override

from suxin_server.stand_ins.signatures import Signatures
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

MAX_PAGE: Final = 500
MAX_RESULTS: Final = 200


class TownAppStandIn(StandIn):
    """The app as the platform sees it."""

    def __init__(self) -> None:
        super().__init__()
        self._signatures = Signatures("town_app")
        self._events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._results: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.routes |= {
            ("POST", "/v1/events/query"): self._tell_events,
            ("POST", "/v1/results"): self._take_results,
            ("POST", "/v1/results/query"): self._tell_results,
            ("POST", "/_stand_in/events"): self._put_events,
            ("POST", "/_stand_in/told"): self._change,
        }

    @override
    def reset(self) -> None:
        """Forget calls, events, results and planted faults."""
        super().reset()
        self._events.clear()
        self._results.clear()

    def _put_events(self, request: Request) -> Reply:
        given = request.fields()
        self._events[str(given["village"])] += given["events"]
        return reply({})

    def _change(self, request: Request) -> Reply:
        given = request.fields()
        for one in self._results[str(given["village"])].values():
            if one["no"] == given["no"]:
                one["points"] = given["points"]
        return reply({})

    def _tell_events(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return _unsigned()
        asked = request.fields()
        after, limit, without = asked.get("after"), asked.get("limit"), asked.get("without", ())
        known = self._events[str(asked.get("village"))]
        if not isinstance(limit, int) or not 1 <= limit <= MAX_PAGE:
            return reply({"error": "QUERY_REJECTED"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        begins = int(after) if after else 0
        ends = min(begins + limit, len(known))
        told = [one for one in known[begins:ends] if one["sort"] not in without]
        return reply({"events": told, "next": str(ends), "more": ends < len(known)})

    def _take_results(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return _unsigned()
        given = request.fields()
        village, results = str(given.get("village")), given.get("results")
        if not isinstance(results, list) or len(results) > MAX_RESULTS:
            return reply({"error": "RESULTS_REJECTED"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        known = {one["no"] for one in self._events[village]}
        held, taken, refused = self._results[village], [], []
        for one in results:
            if one["event"] is not None and one["event"] not in known:
                refused.append({"id": one["id"], "reason": "没有该事件"})
                continue
            if one["id"] not in held:
                held[one["id"]] = one
                self.messages.append({"village": village, **one})
            taken.append(one["id"])
        return reply({"taken": taken, "refused": refused})

    def _tell_results(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return _unsigned()
        asked = request.fields()
        month = str(asked.get("month"))
        # What was told of a claim last counts.
        last = {one["no"]: one for one in self._results[str(asked.get("village"))].values()}
        found = [one for one in last.values() if one["ended_on"].startswith(month)]
        return reply({"results": [{"no": one["no"], "points": one["points"]} for one in found]})


def _unsigned() -> Reply:
    return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
