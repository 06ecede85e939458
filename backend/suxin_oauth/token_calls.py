"""What a call of the token endpoint works with."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth import code_steps
from suxin.consent.oauth.queries import Client
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.signing import KeySet


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCall:
    """What one call works with. ``openid`` is whom WeChat vouched for, in its own grant alone.

    ``transaction`` is None where a client acts for itself, since nothing is looked up or written then, and where it brings
    a code, which is exchanged in single steps.
    """

    transaction: AsyncSession | None
    database: Database
    request_id: str
    client: Client
    jkt: str
    keys: KeySet
    issuer: str
    now: datetime
    openid: str | None = None

    @property
    def session(self) -> AsyncSession:
        """The transaction of a grant that needs one."""
        if self.transaction is None:
            message = "this grant works without a transaction"
            raise RuntimeError(message)
        return self.transaction

    async def refuse_code(self, code: str) -> NoReturn:
        """Refuse a code that is not good, in a transaction of its own.

        :raises GrantReused, GrantRefused: see ``code_steps.refuse_code``
        """
        anyone = Actor.anonymous(self.request_id)
        async with self.database.transaction(anyone, now=self.now) as session:
            await code_steps.refuse_code(
                session, code=code, client_id=self.client.client_id, jkt=self.jkt, now=self.now
            )
