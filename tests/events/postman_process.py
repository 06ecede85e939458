"""The postman as a process of its own, as the tests kill it."""

import asyncio

from suxin.kernel.database import Database
from suxin_server.postman import open_postman
from suxin_server.settings import read_settings


async def main() -> None:
    settings = read_settings()
    database = Database.connect(settings.need("database_url"))
    async with open_postman(settings, database) as postman:
        await postman.send_forever()


if __name__ == "__main__":
    asyncio.run(main())
