"""``suxin catalogue load``: put a release of the catalogue in force, as the batch role."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Invalid
from suxin.subjects import catalogue
from suxin.subjects.catalogue import Catalogue, read_items
from suxin_server.settings import Settings


def load_catalogue(settings: Settings, path: Path, *, release: str, source: str) -> None:
    """Load the items of a CSV file in UTF-8 as a release, and say how many they are.

    :raises Refusal: if the file is no catalogue, or the law or a later release forbids it; then nothing is written
    :raises NotAvailable: if the batch role's address is missing
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            field="file", reason_zh="应为 UTF-8 编码的文本", reason_en="it is no text in UTF-8"
        ) from None
    wanted = Catalogue(release=release, source=source, items=tuple(read_items(text.splitlines())))
    count = asyncio.run(_load(settings.need("database_batch_url"), wanted))
    click.echo(
        f"目录 {release} 已启用，共 {count} 项 · the release {release} is in force, {count} items"
    )


async def _load(url: str, wanted: Catalogue) -> int:
    database = Database.connect(url, pool_size=1)
    try:
        actor, now = Actor.system("catalogue-load"), datetime.now(UTC)
        async with database.transaction(actor, now=now) as session:
            return await catalogue.load_catalogue(session, wanted)
    finally:
        await database.close()
