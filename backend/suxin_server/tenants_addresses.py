"""The clients for addresses that tenants gave, which reach this machine only on a developer's own."""

from suxin_outbound.addresses import LocalRoute, is_local
from suxin_outbound.guarded import CallLimits, GuardedClient
from suxin_outbound.webhooks import LIMITS as WEBHOOK_LIMITS
from suxin_server.faults import NotAvailable
from suxin_server.settings import Settings


def client_of_providers(settings: Settings) -> GuardedClient:
    """Open the client for tenants' identity providers.

    :raises NotAvailable: if a server that others reach shall call its own machine for tenants
    """
    return _opened(
        settings, "SUXIN_LOCAL_IDENTITY_PROVIDERS", local=settings.local_identity_providers
    )


def client_of_webhooks(settings: Settings) -> GuardedClient:
    """Open the client that sends events to tenants.

    :raises NotAvailable: if a server that others reach shall call its own machine for tenants
    """
    return _opened(
        settings, "SUXIN_LOCAL_WEBHOOKS", local=settings.local_webhooks, limits=WEBHOOK_LIMITS
    )


def _opened(
    settings: Settings, name: str, *, local: bool, limits: CallLimits | None = None
) -> GuardedClient:
    if not local:
        return GuardedClient.to_public(limits)
    if not is_local(settings.url):
        raise NotAvailable(
            zh=f"{name} 只能用于本机开发",
            en=f"{name} is for a developer's own machine alone",
        )
    return GuardedClient.to_public(limits, route=LocalRoute())
