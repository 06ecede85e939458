"""Bringing a database to the newest revision, with or without a checkout around.

The revisions lie in ``migrations/`` of a checkout and in ``suxin_server/migrations`` of an installed wheel.
"""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from suxin_server.faults import NotAvailable

if TYPE_CHECKING:
    from alembic.config import Config

_LINK: Final = re.compile(r'^(revision|down_revision)\b[^=\n]*= (?:"(\w+)"|None)$', re.MULTILINE)


def migrations_folder() -> Path:
    """Return the folder with ``env.py`` and the revisions.

    :raises NotAvailable: if the installation carries none
    """
    packaged = Path(__file__).parent / "migrations"
    checkout = Path(__file__).parents[2] / "migrations"
    for folder in (packaged, checkout):
        if (folder / "env.py").is_file():
            return folder
    raise NotAvailable(
        zh="找不到数据库迁移脚本", en="the migrations are missing from this installation"
    )


def newest_revisions() -> frozenset[str]:
    """Return the heads of the migrations of this installation: those that no other revision follows."""
    links = _links()
    return frozenset(links["revision"] - links["down_revision"])


def known_revisions() -> frozenset[str]:
    """Return every revision that this installation can bring to its newest."""
    return frozenset(_links()["revision"])


def _links() -> dict[str, set[str]]:
    # Alembic would run every revision to learn its number, which takes a start a third of a second.
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for script in (migrations_folder() / "versions").glob("*.py"):
        for link, name in _LINK.findall(script.read_text(encoding="utf-8")):
            names[link].add(name)
    return names


def alembic_config(owner_url: str = "") -> "Config":
    """Return Alembic's configuration without an ``alembic.ini``."""
    # Importing Alembic takes a third of a second, which commands that need no database need not spend.
    from alembic.config import Config  # noqa: PLC0415 - as said

    config = Config()
    # A percent sign in a path or password would be read as an interpolation.
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return config


def migrate(owner_url: str, *, revision: str = "head") -> None:
    """Upgrade the database behind the owner's address; nothing happens when it is there already.

    Call it where no event loop runs: the migrations run one of their own.

    :raises NotAvailable: if the database cannot be reached with this address
    """
    import asyncpg  # noqa: PLC0415 - see alembic_config

    try:
        if revision == "head" and asyncio.run(_revisions(owner_url)) == newest_revisions():
            return
        from alembic import command  # noqa: PLC0415 - see alembic_config

        command.upgrade(alembic_config(owner_url), revision)
    except (
        OSError,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
    ) as error:
        raise NotAvailable(
            zh=f"无法用 DATABASE_OWNER_URL 连接数据库：{error}",
            en=f"cannot reach the database at DATABASE_OWNER_URL: {error}",
        ) from None


async def _revisions(owner_url: str) -> frozenset[str]:
    """Return the revisions a database is at; none where nothing was migrated yet."""
    import asyncpg  # noqa: PLC0415 - see alembic_config

    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return frozenset()
    finally:
        await connection.close()
    return frozenset(row["version_num"] for row in rows)
