"""A bank's registered client and one of its officers, for whoever comes to a running server from outside."""

from typing import Any
from uuid import UUID

from code_flow import CALLBACK, OFFICER
from joserfc.jwk import ECKey
from oauth_client import new_key, public_jwks
from small_city import PASSWORD, Bank, SmallCity
from staff_log_ins import keep_passwords

from suxin.consent.oauth.clients import (
    CLIENT_CREDENTIALS,
    CODE,
    DEVICE,
    REFRESH,
    ClientDraft,
    register_client,
)
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

SCOPES = ("lending.product.read", "lending.referral.read")


async def register_bank_app(
    city: SmallCity, *, jwks: dict[str, Any] | None = None
) -> tuple[str, ECKey]:
    """Register a confidential client of the first bank for every grant; return its id and a key, its own unless one is given."""
    key = new_key()
    client = await city.act(
        register_client,
        city.banks[0].officer,
        draft=ClientDraft(
            name="测试银行信贷系统",
            grant_types=(CODE, CLIENT_CREDENTIALS, REFRESH, DEVICE),
            redirect_uris=[CALLBACK],
            scopes=SCOPES,
            detail_types=["credit_record"],
            confidential=True,
            jwks=jwks or public_jwks(key),
        ),
        profiles=PROFILES,
    )
    return client.client_id, key


async def add_officer(city: SmallCity, bank: Bank | None = None) -> UUID:
    """Give a bank, the first unless named, a loan officer with a password that he chose; return the officer's id."""
    chosen = bank or city.banks[0]
    staff_id: UUID = await city.act(
        add_staff,
        chosen.officer,
        name="赵客户经理",
        login=OFFICER if chosen is city.banks[0] else f"{OFFICER}.{chosen.tenant_id}",
        password=PASSWORD,
        roles=[RoleGrant("loan_officer")],
        profiles=PROFILES,
    )
    await keep_passwords(city.database, now=city.now)
    return staff_id
