"""Service orders at WeChat Pay Score: the client and the reader of its calls, made from the settings; nothing where they name none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from suxin.perks.orders.authorisations.provider import AuthorisationProvider
from suxin.perks.orders.bills.provider import BillProvider
from suxin.perks.orders.provider import OrderProvider
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.payscore import PayScoreClient
from suxin_outbound.payscore_asking import PayAsker
from suxin_outbound.payscore_bills import PayScoreBills
from suxin_outbound.payscore_calls import CallReader
from suxin_outbound.payscore_keys import KeyUnfit, PayKeys, read_keys
from suxin_outbound.payscore_permissions import PayScorePermissions
from suxin_server.faults import NotAvailable
from suxin_server.no_orders import NoAuthorisations, NoBills, NoOrders
from suxin_server.settings import Settings
from suxin_tenants.merchant.payscore_calls import CALLS_PATH

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def order_provider(settings: Settings, guarded: GuardedClient) -> OrderProvider:
    """Return who carries orders that are not local.

    :raises NotAvailable: if a setting or a key is missing or not what it should be
    """
    if settings.payscore_base_url is None:
        return NoOrders()
    return PayScoreClient(
        app_id=settings.payscore_app_id,
        notify_url=notify_url(settings),
        asker=_asker(settings, guarded),
    )


def authorisation_provider(settings: Settings, guarded: GuardedClient) -> AuthorisationProvider:
    """Return who keeps users' authorisations of services.

    :raises NotAvailable: if a setting or a key is missing or not what it should be
    """
    if settings.payscore_base_url is None:
        return NoAuthorisations()
    return PayScorePermissions(
        app_id=settings.payscore_app_id,
        notify_url=notify_url(settings),
        asker=_asker(settings, guarded),
    )


@asynccontextmanager
async def stand_in_orders(settings: Settings) -> AsyncIterator[OrderProvider | None]:
    """Open the provider of a demo city's orders, which is never the real one: nothing unless the service is on this machine.

    :raises NotAvailable: if a key is missing or not what it should be
    """
    if urlsplit(settings.payscore_base_url or "").hostname not in _LOCAL:
        yield None
        return
    guarded = GuardedClient.to_trusted()
    try:
        yield order_provider(settings, guarded)
    finally:
        await guarded.close()


def call_reader(settings: Settings) -> CallReader | None:
    """Return what reads the calls of WeChat Pay Score, where it is used.

    :raises NotAvailable: if a key is missing or not what it should be
    """
    return None if settings.payscore_base_url is None else CallReader(pay_keys(settings))


def pay_keys(settings: Settings) -> PayKeys:
    """Read the keys that the settings name.

    :raises NotAvailable: if one is missing or not what it should be
    """
    try:
        return read_keys(
            mchid=settings.need("payscore_mchid"),
            serial=settings.need("payscore_serial"),
            key_file=Path(settings.need("payscore_key_file")),
            platform_folder=Path(settings.need("payscore_platform_keys")),
            api_key=settings.need("payscore_api_v3_key"),
            client_key=settings.need("payscore_api_v2_key"),
        )
    except KeyUnfit as unfit:
        raise NotAvailable(
            zh=f"微信支付密钥不正确（SUXIN_PAYSCORE_*）：{unfit}",
            en=f"the keys of WeChat Pay are not what they should be (SUXIN_PAYSCORE_*): {unfit}",
        ) from None


def bill_provider(settings: Settings, guarded: GuardedClient) -> BillProvider:
    """Return who draws up the daily bills.

    :raises NotAvailable: if a setting or a key is missing or not what it should be
    """
    if settings.payscore_base_url is None:
        return NoBills()
    return PayScoreBills(asker=_asker(settings, guarded))


def _asker(settings: Settings, guarded: GuardedClient) -> PayAsker:
    base_url = settings.need("payscore_base_url")
    return PayAsker(base_url=base_url, keys=pay_keys(settings), guarded=guarded)


def notify_url(settings: Settings) -> str:
    """Return where the service calls back: the public address over https, without a query.

    The service on this machine, which stands in for it, may call the server there.

    :raises NotAvailable: if the public address is another one
    """
    public, service = urlsplit(settings.url), urlsplit(settings.payscore_base_url or "")
    stands_in = service.hostname in _LOCAL
    if public.query or public.fragment or (public.scheme != "https" and not stands_in):
        raise NotAvailable(
            zh="微信支付回调地址须为 https 且不带参数：请设置 SUXIN_PUBLIC_URL",
            en="WeChat Pay calls back over https to an address without a query: set SUXIN_PUBLIC_URL",
        )
    return settings.url + CALLS_PATH
