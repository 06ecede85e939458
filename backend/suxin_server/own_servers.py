"""The servers that ``suxin up`` runs on a data folder, as other commands beside it reach them."""

import json
from contextlib import suppress

from pydantic import SecretStr

from suxin_server.cluster import DATABASE
from suxin_server.settings import Settings


def with_own_servers(settings: Settings) -> Settings:
    """Return the settings with the addresses of the data folder's own database, where no database is set.

    Without a data folder the settings stay as they are, and whoever needs an address says which one is missing.
    """
    if settings.database_url is not None or settings.database_batch_url is not None:
        return settings
    with suppress(OSError, ValueError, KeyError):
        folder = settings.data_dir
        passwords = json.loads((folder / "postgres.passwords.json").read_text(encoding="utf-8"))
        port = int((folder / "postgres.port").read_text(encoding="ascii"))
        addresses = {
            name: SecretStr(f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}")
            for name, role in (
                ("database_url", "suxin_app"),
                ("database_owner_url", "suxin_owner"),
                ("database_batch_url", "suxin_batch"),
            )
        }
        return settings.model_copy(update=addresses)
    return settings
