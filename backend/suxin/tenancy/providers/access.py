"""What a log-in by a provider knows of its settings, found by the id in the address before anybody is known."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealing import Sealer
from suxin.tenancy.providers.id_tokens import Demands
from suxin.tenancy.providers.models import (
    CLIENT_SECRET,
    ClientMethod,
    IdentityProvider,
    ProviderState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccess:
    """What a log-in by a provider needs to know of its settings; ``secret`` is open."""

    id: UUID
    tenant_id: UUID
    issuer: str
    client_id: str
    method: ClientMethod
    secret: str | None = field(repr=False)
    trusts_second_factor: bool
    demands: Demands
    state: ProviderState


async def provider_access(
    session: AsyncSession, *, provider_id: UUID, sealer: Sealer
) -> ProviderAccess:
    """Return the settings of a provider for a log-in, whatever their state; on any session.

    :raises NotFound: if there is no such provider
    """
    async with doorway(session):
        row = await session.scalar(
            select(IdentityProvider).where(IdentityProvider.id == provider_id)
        )
    if row is None:
        raise NotFound(thing_zh="统一登录", thing_en="identity provider")
    secret = row.secret_sealed
    return ProviderAccess(
        id=row.id,
        tenant_id=row.tenant_id,
        issuer=row.issuer,
        client_id=row.client_id,
        method=row.method,
        secret=None if secret is None else sealer.open(secret, purpose=CLIENT_SECRET, row=row.id),
        trusts_second_factor=row.trusts_second_factor,
        demands=row.demands,
        state=row.state,
    )
