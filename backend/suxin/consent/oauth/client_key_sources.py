"""Where a client's keys come from when it names an address instead of giving them; declared here, fetched outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class ClientKeySource(Protocol):
    """Fetches key sets from clients' addresses, and keeps them for a while."""

    async def keys_at(self, address: str, *, kid: str | None) -> Sequence[Mapping[str, Any]]:
        """Return the usable keys at an address; one that names ``kid`` is looked for anew where it is not known.

        :raises ClientRefused: if the address does not answer with a usable set
        """
        ...
