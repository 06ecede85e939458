"""Bringing a database to the newest revision, with or without a checkout around.

The revisions lie in ``migrations/`` of a checkout and in ``suxin_server/migrations`` of an installed wheel.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from suxin_server.faults import NotAvailable

if TYPE_CHECKING:
    from alembic.config import Config


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
    from alembic import command  # noqa: PLC0415 - see alembic_config

    try:
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
