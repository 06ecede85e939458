"""Calls to tenants' identity providers: public addresses alone, unless a developer lets his own machine be one."""

import pytest

from suxin.tenancy.providers.refusals import ProviderUnreachable
from suxin_outbound.addresses import LocalRoute, TargetNotAllowed, is_local
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.identity_providers import IdentityProviders
from suxin_server.assembly import assemble
from suxin_server.faults import NotAvailable
from suxin_server.settings import Settings


@pytest.mark.parametrize(
    "issuer",
    [
        "http://127.0.0.1:9",
        "https://127.0.0.1",
        "https://localhost",
        "https://10.0.0.8",
        "https://169.254.169.254",
        "https://[::ffff:127.0.0.1]",
        "http://example.com",
    ],
)
async def test_no_provider_is_asked_for_in_a_network_of_ours(issuer, short):
    client = GuardedClient.to_public(short)
    with pytest.raises(ProviderUnreachable):
        await IdentityProviders(client).metadata(issuer)
    await client.close()


async def test_the_developers_route_leads_to_his_machine_and_not_into_his_network():
    route = LocalRoute()
    (there,) = await route("http://127.0.0.1:8080/token")
    assert str(there.url) == "http://127.0.0.1:8080/token"
    for address in (
        "http://10.0.0.8/",
        "https://10.0.0.8/",
        "http://example.com/",
        "https://[fd00::1]/",
    ):
        with pytest.raises(TargetNotAllowed):
            await route(address)


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]", True),
        ("https://suxin.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost@evil.example", False),
        ("http://[", False),
    ],
)
def test_what_is_on_this_machine_is_told_by_the_host_alone(address, local):
    assert is_local(address) is local


def test_a_server_that_others_reach_calls_its_own_machine_for_no_tenant():
    settings = Settings(
        public_url="https://suxin.example",
        local_identity_providers=True,
        redis_url="redis://127.0.0.1:9",
        wechat_base_url="http://127.0.0.1:9",
        sms_base_url="http://127.0.0.1:9",
    )
    with pytest.raises(NotAvailable) as refused:
        assemble(settings)
    assert "SUXIN_LOCAL_IDENTITY_PROVIDERS" in refused.value.en
