"""Readings over real HTTP: none that begins after an acknowledged revocation holds data, and a used-up consent says so.

One web process as it is deployed; a bank's system with access tokens, refresh tokens and introspection, and a subject who
takes back what he permitted while eight of its connections read.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from bank_app import add_officer, register_bank_app
from code_flow import CALLBACK
from costs import without_cost
from oauth_client import OAuthApp, new_verifier, s256
from observing import nothing_written
from small_city import SmallCity
from web_process import settings_for, started_web

from suxin.consent.commands import grant_consent, revoke_consent
from suxin.consent.notice_texts import current_text
from suxin.consent.oauth.grants import Holder, begin_grant, issue_code
from suxin.consent.oauth.models import GrantKind
from suxin.consent.oauth.pushed_requests import AuthorizationRequest
from suxin.consent.oauth.queries import active_client
from suxin.kernel.actor import Actor
from suxin.subjects.models import DataCategory
from suxin_graphql.ids import to_global
from suxin_server.valkey import Valkey
from suxin_web.clock import SystemClock

pytestmark = pytest.mark.processes

READERS = 8
ROUNDS = 3
LONGEST_S = 20
FETCH = (Path(__file__).parents[2] / "graphql" / "operations" / "fetch_records.graphql").read_text()
DETAIL = {"type": "credit_record", "purpose": "loan.match", "datatypes": ["tax"], "life_days": 30}


@dataclass
class Online:
    """A server that runs, and a bank's system that talks to it."""

    city: SmallCity
    app: OAuthApp

    async def tokens(self, holder: Holder, **given: Any) -> dict[str, Any]:
        """Allow the system what the holder decided, and redeem the code for it over HTTP."""
        now, verifier = datetime.now(UTC), new_verifier()
        request = AuthorizationRequest(
            client_id=self.app.client_id,
            redirect_uri=CALLBACK,
            scopes=given.get("scopes", ()),
            details=given.get("details", []),
            state=None,
            code_challenge=s256(verifier),
            dpop_jkt=None,
        )
        client = await active_client(self.city.database.steps, self.app.client_id)
        assert client is not None
        async with self.city.database.transaction(Actor.anonymous("test"), now=now) as session:
            expires_at = now + timedelta(hours=1)
            grant_id = await begin_grant(
                session, client, holder, expires_at=expires_at, now=now, **given
            )
            code = await issue_code(session, request, grant_id=grant_id, now=now)
        answer = await self.app.token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=verifier,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def permitted(self) -> UUID:
        """Let the subject permit the bank its tax records about one matter; return the consent."""
        granted = await self.city.act(
            grant_consent,
            self.city.applicant,
            now=datetime.now(UTC),
            tenant_id=self.city.banks[0].tenant_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=30,
            notice_version=current_text("loan.match").version,
            context_id=uuid4(),
        )
        consent_id: UUID = granted.consent_id
        return consent_id

    def holder(self, consent_id: UUID) -> Holder:
        return Holder(
            kind=GrantKind.APPROVED,
            tenant_id=self.city.banks[0].tenant_id,
            person_id=self.city.person_id,
            subject_id=self.city.firm_id,
            consent_id=consent_id,
            amr=("sms",),
            authenticated_at=datetime.now(UTC),
        )


@pytest.fixture
async def online(small_city: SmallCity, city: Any, valkey: Valkey) -> AsyncIterator[Online]:
    client_id, key = await register_bank_app(small_city)
    await add_officer(small_city)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url, scale=1000)
    with started_web(settings):
        async with httpx.AsyncClient(
            base_url=settings.url, trust_env=False, timeout=20
        ) as connections:
            app = OAuthApp(connections, settings.url, SystemClock(), client_id, key=key)
            yield Online(small_city, app)


@dataclass
class Readers:
    """Eight connections that fetch with one token, refresh it, or ask whether it lives."""

    app: OAuthApp
    access: str
    refresh: str
    revoked: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    async def read(self, number: int) -> None:
        kind, ask = (
            ("refresh", self.refreshed)
            if number == 0
            else ("introspect", self.active)
            if number == 1
            else ("fetch", self.fetched)
        )
        while not self.stop.is_set():
            began_after = self.revoked.is_set()
            had = await ask()
            counted = self.after if began_after else self.before
            counted[kind] = counted.get(kind, 0) + (began_after or had)
            if began_after and had:
                self.wrong.append(kind)

    async def fetched(self) -> bool:
        variables = {"input": {"idempotencyKey": f"fetch-{uuid4()}"}, "first": 5}
        answer = await self.app.call(
            "POST", "/graphql", token=self.access, json={"query": FETCH, "variables": variables}
        )
        assert answer.status_code in (200, 401), answer.text
        return "TAX-GRADE" in answer.text or '"number"' in answer.text

    async def refreshed(self) -> bool:
        answer = await self.app.token(grant_type="refresh_token", refresh_token=self.refresh)
        assert answer.status_code in (200, 400), answer.text
        return "access_token" in answer.json()

    async def active(self) -> bool:
        answer = await self.app.post("/oauth/introspect", token=self.access)
        return bool(answer.json()["active"])


async def test_no_request_begun_after_the_acknowledged_revocation_reads_while_eight_read(
    online: Online, admin: asyncpg.Connection
) -> None:
    """PIPL art. 15: access tokens, refresh tokens and introspection, round after round."""
    began, rounds = time.monotonic(), 0
    while rounds < ROUNDS and time.monotonic() - began < LONGEST_S:
        consent_id = await online.permitted()
        await admin.execute("update consents set frequency_times = 1000000")
        tokens = await online.tokens(online.holder(consent_id), scopes=(), details=[DETAIL])
        readers = Readers(online.app, tokens["access_token"], tokens["refresh_token"])
        running = [asyncio.create_task(readers.read(number)) for number in range(READERS)]
        await asyncio.sleep(0.8)
        await online.city.act(
            revoke_consent,
            online.city.applicant,
            consent_id=consent_id,
            reason=None,
            now=datetime.now(UTC),
        )
        readers.revoked.set()
        await asyncio.sleep(0.8)
        readers.stop.set()
        await asyncio.wait_for(asyncio.gather(*running), timeout=30)
        assert readers.wrong == []
        assert readers.before.keys() == readers.after.keys() == {"refresh", "introspect", "fetch"}
        assert min(readers.before.values()) > 0
        assert min(readers.after.values()) > 0
        rounds += 1
    assert rounds > 0


async def test_a_used_up_consent_is_refused_by_name_and_nothing_leaves(
    online: Online, admin: asyncpg.Connection
) -> None:
    """What a staff member's look would use up is counted before its answer is sent, also where the socket is real."""
    city, bank = online.city, online.city.banks[0]
    submitted = await city.submit()
    granted = await city.consent(submitted.request.id, bank)
    await admin.execute("update consents set frequency_times = 1, frequency_unit = 'ONCE'")
    await admin.execute(
        "insert into consent_fetches (subject_id, consent_id, number, tenant_id, period, at_desk, at,"
        " categories) values ($1, $2, 1, $3, 'once', true, $4, '{tax}')",
        city.firm_id,
        granted.consent_id,
        bank.tenant_id,
        city.now - timedelta(days=2),
    )
    officer_id = await admin.fetchval(
        "select staff_id from staff_log_ins where login like 'officer%'"
    )
    holder = Holder(
        kind=GrantKind.STAFF,
        tenant_id=bank.tenant_id,
        staff_id=officer_id,
        amr=("pwd",),
        authenticated_at=datetime.now(UTC),
    )
    scopes = ("lending.referral.read", "subjects.record.read")
    token = (await online.tokens(holder, scopes=scopes))["access_token"]
    referral_id = await city.referral_to(submitted, bank)
    document = "query ($id: ID!) { referral(id: $id) { state applicant { name } } }"
    variables = {"id": to_global("Referral", referral_id, bank.officer)}
    body = {"query": document, "variables": variables}
    async with nothing_written(admin):
        answer = await online.app.call("POST", "/graphql", token=token, json=body)
    assert answer.status_code == 429
    assert set(answer.json()) == {"errors"}
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "FREQUENCY_EXHAUSTED"
    assert error["message"] == "已达到约定的查询频次（共 1 次）"
    assert "沭河" not in answer.text
    # Without the applicant the same referral is told.
    rest = {"query": "query ($id: ID!) { referral(id: $id) { state } }", "variables": variables}
    told = await online.app.call("POST", "/graphql", token=token, json=rest)
    assert without_cost(told) == {"data": {"referral": {"state": "DISPATCHED"}}}
