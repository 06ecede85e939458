"""``suxin records load``: write the records of a file as the batch role, and list the rows that were not taken."""

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.subjects.loads import LoadReport, load_records_file
from suxin_server.faults import Fault
from suxin_server.settings import Settings

SOME_REJECTED: Final = 2


class FileUnreadable(Fault):
    """The file is no CSV file in UTF-8; nothing of it was written."""

    exit_code = 2

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            zh=f"{path} 不是 UTF-8 编码的 CSV 文件，未写入任何内容",
            en=f"{path} is no CSV file in UTF-8, nothing was written: {reason}",
        )


def load_records(settings: Settings, path: Path) -> int:
    """Load the file, print what became of its rows, and return 0 when all were taken, 2 when some were not.

    :raises FileUnreadable: if it is no CSV file in UTF-8
    :raises ColumnsMissing: if its first row does not name every column
    :raises NotAvailable: if the batch role's address is missing
    """
    try:
        report = asyncio.run(_load(settings.need("database_batch_url"), path))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable(path, str(error)) from None
    loaded = report.added + report.changed + report.unchanged
    click.echo(
        f"已装载 · loaded: {loaded}（新增 · added {report.added}，更新 · changed {report.changed}，"
        f"未变 · unchanged {report.unchanged}）"
    )
    click.echo(f"未装载 · rejected: {len(report.rejects)}")
    for reject in report.rejects:
        why = f"{reject.refusal.zh_message} · {reject.refusal.en_message}"
        click.echo(f"  第 {reject.line} 行 · row {reject.line}: {why}")
    return SOME_REJECTED if report.rejects else 0


async def _load(url: str, path: Path) -> LoadReport:
    database = Database.connect(url, pool_size=1)
    try:
        actor = Actor.system("records-load")
        async with database.transaction(actor, now=datetime.now(UTC)) as session:
            return await load_records_file(session, path)
    finally:
        await database.close()
