"""An export that has begun: its file has a key, and a page is still to come."""

from uuid import UUID

import asyncpg
from small_city import SmallCity

from suxin.exports.commands import ExportOrder, start_export

ORDER = ExportOrder(document="{ x }", document_id="sha256:x", variables={}, needs=None)


async def begin_export(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the first bank's officer start an export; return its id."""
    export = await city.act(start_export, city.banks[0].officer, order=ORDER)
    await admin.execute("update exports set key_sealed = 'x' where id = $1", export.id)
    found: UUID = export.id
    return found
