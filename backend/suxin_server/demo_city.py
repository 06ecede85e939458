"""Loading the demo city for ``suxin up``, which begins it before its database answers: most of it is made up meanwhile."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin_server.demo import cast
from suxin_server.demo.city import DemoReport, Setting, city_exists, complete_city, write_city
from suxin_server.demo.draft import MadeFor, draft_city
from suxin_server.demo.log_in import LOG_INS, write_log_ins
from suxin_server.demo.registry import write_registry
from suxin_server.health import revisions_of
from suxin_server.key_file import keyring_source
from suxin_server.migration import newest_revisions
from suxin_server.patience import NO_ANSWER, NotYet, once_it_answers
from suxin_server.settings import Settings
from suxin_server.stand_ins.wechat import DEMO, openid_of
from suxin_tenants import PROFILES

log = structlog.get_logger("suxin.demo")


def load(settings: Settings) -> None:
    """Fill an empty database with the demo city; write the registry of its firms, and its log-ins.

    :raises NotAvailable: if a database address or the sealing keys are not set
    """
    report = asyncio.run(_build(settings))
    registry = settings.identity_registry_file
    if registry is not None and (report.built or not registry.exists()):
        write_registry(registry)
    write_log_ins(settings.data_dir / LOG_INS, cast.log_ins())
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
    made_for = MadeFor(
        sealer=Sealer(keyring_source(settings), settings.sealing_profile),
        profiles=PROFILES,
        openids=openids,
        receiver_url=settings.demo_receiver_url,
    )
    setting = Setting(database=database, batch=batch, made_for=made_for)
    try:
        return await _written_once(setting, settings.database_patience_s)
    finally:
        await database.close()
        await batch.close()


async def _written_once(setting: Setting, patience_s: float) -> DemoReport:
    now, heads = datetime.now(UTC), newest_revisions()

    async def is_there() -> bool:
        found = await revisions_of(setting.database, now=now)
        if found != heads:
            raise NotYet(f"the database is at revision {sorted(found)}")
        return await city_exists(setting.database, now=now)

    there = False
    with suppress(*NO_ANSWER):
        there = await is_there()
    if there:
        return await complete_city(setting, now=now)
    draft, there = await asyncio.gather(
        draft_city(setting.made_for, now=now), once_it_answers(is_there, patience_s=patience_s)
    )
    if there:
        return await complete_city(setting, now=now)
    return await write_city(setting, draft, now=now)
