"""Metrics for Prometheus: of this process as it goes, of queue, jobs and sealer by asking the database at each scrape.

The worker needs no port of its own for that. No label ever holds an id of a tenant, a subject or a request.
"""

from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from suxin.kernel import audit, outbox
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
PACE_WINDOW: Final = timedelta(hours=1)
_LATENCY_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_MS_PER_S: Final = 1000
_SCRAPE: Final = Actor.system("metrics")


class Metrics:
    """What one web process measures; each has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "suxin_request_seconds",
            "Time to answer a request, by method, route template and status",
            ("method", "route", "status"),
            buckets=_LATENCY_BUCKETS_S,
            registry=self._registry,
        )
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

    async def scrape(self, database: Database, *, now: datetime) -> bytes:
        """Ask the database and return everything in Prometheus' text format."""
        self._pool.set(database.connections_in_use)
        async with database.snapshot(_SCRAPE, now=now) as session:
            waiting, failed = await outbox.waiting(session, now=now)
            unsealed, lag = await audit.unsealed_tail(session, now=now)
            paces = await outbox.paces(session, since=now - PACE_WINDOW)
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
