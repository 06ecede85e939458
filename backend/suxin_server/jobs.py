"""Every context's job handlers in one table, with what they need of the outside world."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import jobs as consent
from suxin.counter import jobs as counter
from suxin.disasters import jobs as disasters
from suxin.exports import jobs as exports
from suxin.grid import jobs as grid
from suxin.grid.field import jobs as field
from suxin.kernel import signing
from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC
from suxin.kernel.messaging import MessageChannel
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.ledger import jobs as ledger
from suxin.lending import jobs as lending
from suxin.perks import jobs as perks
from suxin.perks.covers import jobs as covers
from suxin.perks.limiting import jobs as limiting
from suxin.perks.orders import jobs as orders
from suxin.perks.orders.authorisations import carrying as authorisations
from suxin.perks.orders.bills import carrying as bills
from suxin.perks.tickets import jobs as tickets
from suxin.repair import jobs as repair
from suxin.review import jobs as review
from suxin.rights import jobs as rights
from suxin.risk_pool import jobs as risk_pool
from suxin.rural import jobs as rural
from suxin.sandboxes import jobs as sandboxes
from suxin.shop import jobs as shop
from suxin.subjects import jobs as subjects
from suxin.subjects.ingestion import jobs as ingestion
from suxin.villages import jobs as villages
from suxin_outbound.channels import OutboundChannel
from suxin_outbound.credit_repair import LIMITS as REPAIR_LIMITS
from suxin_outbound.credit_repair import CreditRepairClient
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.sms import SmsClient
from suxin_outbound.wechat import WeChatClient
from suxin_server.case_kinds import KINDS
from suxin_server.ingesting import IngestionRuns
from suxin_server.key_file import keyring_source
from suxin_server.paying import authorisation_provider, bill_provider, order_provider
from suxin_server.settings import Settings

if TYPE_CHECKING:
    from suxin_server.exporting import ExportRuns


class TopicTaken(Exception):
    """Two contexts handle the same topic; a row would reach only one of them."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the topic {topic} has two handlers")


def merged(*tables: Mapping[str, Handler]) -> Mapping[str, Handler]:
    """Return one table of handlers by topic.

    :raises TopicTaken: if a topic is in two of them
    """
    table: dict[str, Handler] = {}
    for part in tables:
        for topic, handler in part.items():
            if topic in table:
                raise TopicTaken(topic)
            table[topic] = handler
    return table


def each(*known: Handler) -> Handler:
    """Return one handler of an event that several contexts follow, each in the same transaction."""

    async def handle(session: AsyncSession, job: Job) -> None:
        for one in known:
            await one(session, job)

    return handle


def handlers(*, sealer: Sealer, channel: MessageChannel) -> Mapping[str, Handler]:
    """Return the handlers of every context by topic; those of exports, ingestion, credit repair and service orders need more."""
    return merged(
        signing.handlers(sealer),
        consent.handlers(sealer),
        counter.handlers(sealer, channel),
        disasters.handlers(sealer),
        ledger.handlers(),
        lending.handlers(),
        perks.handlers(),
        covers.handlers(),
        limiting.handlers(),
        grid.handlers(),
        shop.handlers(),
        field.handlers(sealer),
        tickets.handlers(),
        review.handlers(KINDS),
        rights.handlers(),
        rural.handlers(),
        risk_pool.handlers(),
        sandboxes.handlers(sealer),
        subjects.handlers(sealer, channel),
        villages.handlers(),
        {
            CALENDAR_CHANGED_TOPIC: each(
                covers.redate,
                lending.redate,
                repair.redate,
                review.redating(KINDS),
                rights.redate,
                grid.redate,
            )
        },
    )


class LateExports:
    """The handler of exports, which loads what it needs when the first of them is due.

    The schema takes longer to load than all else of a worker, and many a worker never exports.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = asyncio.Lock()
        self._runs: ExportRuns | None = None

    async def run(self, session: AsyncSession, job: Job) -> None:
        """Read pages of an export for a while."""
        async with self._opening:
            if self._runs is None:
                # In a thread, so that the worker's other jobs go on meanwhile.
                made = await asyncio.to_thread(_exports_made)
                self._runs = made(self._settings)
        await self._runs.run(session, job)

    async def close(self) -> None:
        """Close what was opened, if anything was."""
        if self._runs is not None:
            await self._runs.close()


def _exports_made() -> type["ExportRuns"]:
    from suxin_server.exporting import ExportRuns  # noqa: PLC0415 - see ``LateExports``

    return ExportRuns


@asynccontextmanager
async def open_handlers(settings: Settings) -> AsyncIterator[Mapping[str, Handler]]:
    """Open the clients of the outside world, give the handlers that use them, and close the clients at the end.

    :raises NotAvailable: if an address or the sealing keys are missing
    """
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    batch_url = settings.need("database_batch_url")
    runs, ingestions = LateExports(settings), IngestionRuns(batch_url, sealer)
    wechat_url, sms_url = settings.need("wechat_base_url"), settings.need("sms_base_url")
    repair_url = settings.need("repair_base_url")
    outside, window = GuardedClient.to_trusted(), GuardedClient.to_trusted(REPAIR_LIMITS)
    try:
        wechat = WeChatClient(
            base_url=wechat_url,
            app_id=settings.wechat_app_id,
            app_secret=settings.wechat_app_secret.get_secret_value(),
            guarded=outside,
        )
        sms = SmsClient(
            base_url=sms_url,
            api_key=settings.sms_api_key.get_secret_value(),
            guarded=outside,
        )
        yield merged(
            handlers(sealer=sealer, channel=OutboundChannel(wechat=wechat, sms=sms)),
            repair.handlers(
                sealer,
                CreditRepairClient(
                    base_url=repair_url,
                    app_id=settings.repair_app_id,
                    secret=settings.repair_secret.get_secret_value(),
                    guarded=window,
                ),
            ),
            orders.handlers(order_provider(settings, outside)),
            authorisations.handlers(authorisation_provider(settings, outside)),
            bills.handlers(bill_provider(settings, outside)),
            exports.handlers(runs.run, settings.exports_folder.absolute()),
            ingestion.handlers(ingestions.run, ingestions.apply_release),
        )
    finally:
        await runs.close()
        await ingestions.close()
        await window.close()
        await outside.close()
