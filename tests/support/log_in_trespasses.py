"""Who must not change how a tenant's staff log in: its own provider, and from when a second factor is needed."""

from typing import Any

from small_world import World
from trespassing import Case, by, tenants_own

from suxin.kernel.refusals import Forbidden
from suxin.tenancy.providers.commands import ProviderDraft
from suxin.tenancy.providers.models import ClientMethod


def provider(world: World) -> dict[str, Any]:
    return {"provider_id": world.provider_id}


PROVIDERS: dict[str, list[Case]] = {
    "tenancy.commands.set_second_factor_from": by(
        ("rival", "stranger", "merchant", "anonymous"),
        Forbidden,
        lambda world: {"tenant_id": world.bank.tenant_id, "reason": "检查", "moment": None},
    ),
    "tenancy.providers.commands.activate_provider": tenants_own(provider),
    "tenancy.providers.commands.note_provider_tried": tenants_own(
        lambda world: provider(world) | {"begun_at": world.city.now}
    ),
    "tenancy.providers.commands.remove_provider": tenants_own(provider),
    "tenancy.providers.commands.set_provider": by(
        ("stranger", "anonymous", "system"),
        Forbidden,
        lambda world: {
            "draft": ProviderDraft(
                issuer="https://evil.example",
                client_id="suxin",
                method=ClientMethod.PRIVATE_KEY_JWT,
            ),
            "sealer": world.city.sealer,
        },
    ),
    "tenancy.providers.commands.suspend_provider": tenants_own(provider),
    "tenancy.providers.commands.unlink_staff": tenants_own(
        lambda world: {"staff_id": world.staff_id}
    ),
}
# Decided by whoever has just logged in: ``tests/oauth`` shows whom they refuse.
BY_LOG_IN = {
    "consent.oauth.decisions.allow_as_staff",
    "consent.oauth.decisions.replace_as_staff",
}
