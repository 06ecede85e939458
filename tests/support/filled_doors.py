"""What is reached before a tenant is known, with a row in each of its tables: clients, providers, log-ins, phone codes."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
from oauth_client import new_key, public_jwks
from sample_rows import insert, sample
from small_city import PASSWORD, SmallCity
from staff_log_ins import keep_passwords, log_in_to_desk

from suxin.consent.oauth import models as oauth
from suxin.consent.oauth.clients import ClientDraft, register_client
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.idempotency import once
from suxin.subjects.doors import uscc_door
from suxin.subjects.models import PassKind, SubjectDoor, WeChatAccount
from suxin.subjects.phone_codes import send_phone_code
from suxin.subjects.presenting import open_pass
from suxin.tenancy import models as tenancy
from suxin.tenancy.log_ins import LogInRefused
from suxin.tenancy.providers import models as providers
from suxin.tenancy.providers.commands import (
    ProviderDraft,
    activate_provider,
    note_provider_tried,
    set_provider,
)
from suxin.tenancy.providers.models import ClientMethod
from suxin_tenants import PROFILES

OPENID = "openid-of-the-applicant"
LOGIN = "officer.one"


async def fill_oauth(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Register a client of the first bank, and let every other table of the authorization server have a row."""
    bank = city.banks[0]
    client = await city.act(
        register_client,
        bank.officer,
        draft=ClientDraft(
            name="信贷系统",
            grant_types=["client_credentials"],
            scopes=["lending.product.read"],
            jwks=public_jwks(new_key()),
        ),
        profiles=PROFILES,
    )
    for model in (
        tenancy.SecondFactor,
        tenancy.RecoveryCode,
        oauth.PushedRequest,
        oauth.OAuthGrant,
        oauth.AuthorizationCode,
        oauth.RefreshToken,
        oauth.UsedAssertion,
        oauth.EndedToken,
        oauth.DeviceCode,
        oauth.LogInSession,
        oauth.DeprecatedUse,
        providers.ProviderFlow,
    ):
        given = {"tenant_id": bank.tenant_id}
        if model is oauth.LogInSession:
            given["staff_id"] = bank.staff_id
        await insert(admin, model, sample(model, city.now, **given))
    return client.id


async def fill_providers(city: SmallCity, staff_id: UUID) -> UUID:
    """Put a provider of the first bank's own in force, and link one of its staff."""
    admin, now = city.banks[0].officer, city.now
    draft = ProviderDraft(
        issuer="https://sso.bank.example",
        client_id="suxin",
        method=ClientMethod.PRIVATE_KEY_JWT,
    )
    provider = await city.act(set_provider, admin, draft=draft, sealer=city.sealer)
    await city.act(note_provider_tried, admin, provider_id=provider.id, begun_at=now)
    await city.act(activate_provider, admin, provider_id=provider.id)
    async with city.database.transaction(admin, now=now) as session:
        session.add(
            providers.StaffIdentity(
                tenant_id=admin.tenant_id, staff_id=staff_id, subject="u-1001", linked_at=now
            )
        )
    return provider.id


async def fill_doorways(city: SmallCity) -> str:
    now, anyone = city.now, Actor.anonymous("test")
    await keep_passwords(city.database, now=now)
    with suppress(LogInRefused):
        async with city.database.transaction(anyone, now=now) as session:
            await log_in_to_desk(
                session, login="nobody", password=PASSWORD, sealer=city.sealer, now=now
            )
    async with city.database.transaction(anyone, now=now) as session:
        desk = await log_in_to_desk(
            session, login=LOGIN, password=PASSWORD, sealer=city.sealer, now=now
        )
        await send_phone_code(
            session, openid=OPENID, phone="19900000001", sealer=city.sealer, now=now
        )
        async with doorway(session):
            session.add(WeChatAccount(openid=OPENID, person_id=city.person_id, created_at=now))
            door = uscc_door("91321302MATE5T017A")
            session.add(SubjectDoor(blind_index=door, subject_id=city.firm_id))
    async with city.database.transaction(city.applicant, now=now) as session:
        await open_pass(
            session,
            city.applicant,
            tenant_id=city.banks[0].tenant_id,
            context_id=city.person_id,
            consent_id=None,
            kind=PassKind.PHONE,
            sealer=city.sealer,
            now=now,
        )

        async def work() -> dict[str, Any]:
            return {"done": True}

        await once(
            session,
            city.applicant,
            key="a-key-of-his",
            operation="test",
            request={},
            work=work,
            now=now,
        )
    return desk.token
