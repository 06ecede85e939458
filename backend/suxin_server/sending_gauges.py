"""What /metrics shows of the postman, who runs in the workers: asked of the database, as the queue's figures are."""

from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from suxin.events.sending_figures import SendingFigures

_MS_PER_S: Final = 1000


class SendingGauges:
    """The gauges of sending events to tenants' endpoints; none is labelled with a tenant or an address."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting = Gauge(
            "suxin_webhook_deliveries_waiting",
            "Events on their way to an endpoint",
            registry=registry,
        )
        self._oldest = Gauge(
            "suxin_webhook_oldest_waiting_seconds",
            "Age of the oldest event on its way to an endpoint",
            registry=registry,
        )
        self._endpoints = Gauge(
            "suxin_webhook_endpoints", "Endpoints by state", ("state",), registry=registry
        )
        self._attempted = Gauge(
            "suxin_webhook_deliveries_attempted",
            "Deliveries attempted in the last hour, by what the latest attempt came to",
            ("outcome",),
            registry=registry,
        )
        self._took = Gauge(
            "suxin_webhook_attempt_seconds",
            "Duration of the latest attempts of the last hour",
            ("quantile",),
            registry=registry,
        )

    def show(self, figures: SendingFigures) -> None:
        """Take over the figures of one scrape."""
        self._waiting.set(figures.waiting)
        self._oldest.set(figures.oldest_waits.total_seconds())
        for state, count in figures.endpoints.items():
            self._endpoints.labels(state.value).set(count)
        for outcome, count in figures.attempted.items():
            self._attempted.labels(outcome.value).set(count)
        # Without attempts in the window the last figure must not stay.
        self._took.clear()
        for quantile, took_ms in (("0.5", figures.median_ms), ("0.95", figures.p95_ms)):
            if took_ms is not None:
                self._took.labels(quantile).set(took_ms / _MS_PER_S)
