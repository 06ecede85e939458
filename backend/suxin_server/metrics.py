"""Metrics for Prometheus: of this process as it goes, of queue, jobs, postman and sealer by asking the database at each scrape.

The worker needs no port of its own for that. No label ever holds an id of a tenant, a subject or a request.
"""

import asyncio
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from suxin.events.sending_figures import sending_figures
from suxin.kernel import audit_chain, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_graphql.execution.tally import QUERIES
from suxin_graphql.streams import tally as streams
from suxin_server.sending_gauges import SendingGauges
from suxin_web.budgets import OPERATIONS

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
PACE_WINDOW: Final = timedelta(hours=1)
FRESH: Final = timedelta(seconds=1)
"""How long an answer serves everyone who asks, so that scraping cannot load the database."""

_LATENCY_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_MS_PER_S: Final = 1000
_SCRAPE: Final = Actor.system("metrics")
_THROUGH_A_PROXY: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


def may_scrape(token: str, headers: Mapping[str, str], client: str | None) -> bool:
    """Return whether a request may see the metrics: with the token where one is set, else from this machine alone.

    Behind a proxy of this machine everyone seems to be here, so what came through one needs the token.
    """
    if token:
        shown = headers.get("authorization", "").encode()
        return hmac.compare_digest(shown, f"Bearer {token}".encode())
    if client is None or any(name in headers for name in _THROUGH_A_PROXY):
        return False
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


class Metrics:
    """What one web process measures; each has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._asking = asyncio.Lock()
        self._page, self._page_at = b"", datetime.min.replace(tzinfo=UTC)
        self._requests = Histogram(
            "suxin_request_seconds",
            "Time to answer a request, by method, route template and status",
            ("method", "route", "status"),
            buckets=_LATENCY_BUCKETS_S,
            registry=self._registry,
        )
        self._queries = self._gauge(
            "suxin_graphql_queries",
            "GraphQL queries since the process began, by what answered them: the compiled path, or graphql-core",
            "by",
        )
        self._streams = self._gauge(
            "suxin_graphql_subscriptions", "Subscriptions open now, by what they go over", "over"
        )
        self._events = self._gauge(
            "suxin_graphql_events_sent",
            "Events told to subscribers since the process began",
            "over",
        )
        self._stream_ends = self._gauge(
            "suxin_graphql_subscriptions_ended",
            "Subscriptions ended since the process began, by reason",
            "reason",
        )
        self._budgeted = self._gauge(
            "suxin_graphql_budget_answers",
            "What callers' budgets said since the process began: fitted, refused, or uncounted without Valkey",
            "answer",
        )
        self._sending = SendingGauges(self._registry)
        self._waiting = self._gauge("suxin_outbox_waiting", "Outbox rows that are due")
        self._failed = self._gauge("suxin_outbox_failed", "Outbox rows that were set aside")
        self._unsealed = self._gauge("suxin_audit_unsealed", "Audit entries not sealed yet")
        self._seal_lag = self._gauge(
            "suxin_audit_seal_lag_seconds", "Age of the oldest audit entry not sealed yet"
        )
        self._pool = self._gauge(
            "suxin_database_connections_in_use", "Pooled database connections in use"
        )
        self._done = self._gauge(
            "suxin_jobs_done", "Jobs posted in the last hour that are done", "topic"
        )
        self._pace = self._gauge(
            "suxin_job_seconds", "Duration of jobs posted in the last hour", "topic", "quantile"
        )

    def observe_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; ``route`` is the template (``/mp/v1/loan-requests/{id}``), never the path."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    async def page(self, database: Database, *, now: datetime) -> bytes:
        """Return a scrape that is at most ``FRESH`` old; whoever asks meanwhile waits for the same one."""
        async with self._asking:
            if not timedelta(0) <= now - self._page_at < FRESH:
                self._page = await self.scrape(database, now=now)
                self._page_at = now
            return self._page

    async def scrape(self, database: Database, *, now: datetime) -> bytes:
        """Ask the database and return everything in Prometheus' text format."""
        self._pool.set(database.connections_in_use)
        for by, count in QUERIES.items():
            self._queries.labels(by).set(count)
        for over, count in streams.OPEN.items():
            self._streams.labels(over).set(count)
            self._events.labels(over).set(streams.SENT[over])
        for reason, count in streams.ENDED.items():
            self._stream_ends.labels(reason).set(count)
        for answer, count in OPERATIONS.items():
            self._budgeted.labels(answer).set(count)
        async with database.snapshot(_SCRAPE, now=now) as session:
            waiting, failed = await performing.waiting(session, now=now)
            unsealed, lag = await audit_chain.unsealed_tail(session, now=now)
            paces = await performing.paces(session, since=now - PACE_WINDOW)
            sending = await sending_figures(session, since=now - PACE_WINDOW, now=now)
        self._sending.show(sending)
        self._waiting.set(waiting)
        self._failed.set(failed)
        self._unsealed.set(unsealed)
        self._seal_lag.set(lag.total_seconds())
        # A topic without jobs in the window must not keep its last figure.
        self._done.clear()
        self._pace.clear()
        for pace in paces:
            self._done.labels(pace.topic).set(pace.done)
            self._pace.labels(pace.topic, "0.5").set(pace.median_ms / _MS_PER_S)
            self._pace.labels(pace.topic, "0.95").set(pace.p95_ms / _MS_PER_S)
        return generate_latest(self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)
