"""Loading the demo city for ``suxin up``."""

import asyncio
from datetime import UTC, datetime

import structlog

from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin_server.demo import cast
from suxin_server.demo.city import DemoReport, Setting, build_demo_city
from suxin_server.demo.registry import write_registry
from suxin_server.key_file import keyring_source
from suxin_server.settings import Settings
from suxin_server.stand_ins.wechat import DEMO, openid_of
from suxin_tenants import PROFILES

log = structlog.get_logger("suxin.demo")


def load(settings: Settings) -> None:
    """Fill an empty database with the demo city and write the registry of its firms.

    :raises NotAvailable: if a database address or the sealing keys are not set
    """
    report = asyncio.run(_build(settings))
    registry = settings.identity_registry_file
    if registry is not None and (report.built or not registry.exists()):
        write_registry(registry)
    if report.built:
        log.info("demo city built", rows=sum(report.rows.values()))
    else:
        log.info("a city is there already")


async def _build(settings: Settings) -> DemoReport:
    database = Database.connect(settings.need("database_url"), pool_size=2)
    batch = Database.connect(settings.need("database_batch_url"), pool_size=1)
    openids = {
        applicant.wechat: openid_of(settings.wechat_app_id, applicant.wechat.removeprefix(DEMO))
        for applicant in cast.APPLICANTS
    }
    setting = Setting(
        database=database,
        batch=batch,
        sealer=Sealer(keyring_source(settings), settings.sealing_profile),
        profiles=PROFILES,
        openids=openids,
    )
    try:
        return await build_demo_city(setting, now=datetime.now(UTC))
    finally:
        await database.close()
        await batch.close()
