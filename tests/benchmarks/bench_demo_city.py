"""How long the demo city takes on an empty database: ``python tests/benchmarks/bench_demo_city.py``."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from suxin.kernel.database import Database
from suxin.kernel.sealing import Keyring, Sealer
from suxin_server.demo import cast
from suxin_server.demo.city import Setting, build_demo_city
from suxin_server.demo.draft import MadeFor
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_tenants import PROFILES

LIMIT_S = 4.0


async def build(server: Postgres) -> tuple[float, int]:
    """Build once; return the seconds it took and the rows it wrote."""
    database = Database.connect(server.dsn("suxin_app"), pool_size=2)
    batch = Database.connect(server.dsn("suxin_batch"), pool_size=1)
    setting = Setting(
        database=database,
        batch=batch,
        made_for=MadeFor(
            sealer=Sealer(Keyring.generate()),
            profiles=PROFILES,
            openids={applicant.wechat: applicant.wechat for applicant in cast.APPLICANTS},
        ),
    )
    began = time.perf_counter()
    report = await build_demo_city(setting, now=datetime.now(UTC))
    seconds = time.perf_counter() - began
    await database.close()
    await batch.close()
    return seconds, sum(report.rows.values())


def main() -> None:
    """Start a PostgreSQL of its own, with the settings that `suxin up` uses, and build."""
    with tempfile.TemporaryDirectory(prefix="suxin-bench-") as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder))
        server.start()
        try:
            migrate(server.dsn("suxin_owner"))
            seconds, rows = asyncio.run(build(server))
        finally:
            server.remove()
    print(
        f"demo city: {rows} rows in {seconds:.2f} s, limit {LIMIT_S:.1f} s, {seconds / LIMIT_S:.0%}"
    )


if __name__ == "__main__":
    main()
