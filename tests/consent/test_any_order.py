"""Steps of consent in any order and at any time: a bank can read if, and only if, a consent is active and not over."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from small_city import SmallCity
from sqlalchemy import func, select

from suxin.consent.commands import (
    expire_consent,
    grant_consent,
    pause_consent,
    resume_consent,
    revoke_consent,
)
from suxin.consent.giving import ConsentExists
from suxin.consent.models import ConsentStateConflict
from suxin.consent.notice_texts import current_text
from suxin.consent.oauth.grants import Holder, begin_grant, live_grant
from suxin.consent.oauth.models import GrantKind
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import GrantRefused
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.subjects.models import CreditRecord, DataCategory

TEXT = current_text("loan.match")
OPEN = ("ACTIVE", "PAUSED")
CLIENT = Client(
    client_id="a-banks-client",
    tenant_id=None,
    name="信贷系统",
    confidential=True,
    redirect_uris=(),
    grant_types=(),
    scopes=(),
)


class AnyOrder(RuleBasedStateMachine):
    """The product's consent beside the plainest model of one: a state and an end."""

    city: ClassVar[SmallCity]
    loop: ClassVar[asyncio.AbstractEventLoop]

    @initialize()
    def begin(self) -> None:
        self.now: datetime = self.city.now
        self.matter: UUID = new_id()
        self.consent_id: UUID | None = None
        self.state: str | None = None
        self.days: int | None = None
        self.ends: datetime = self.now
        # Each example is about a bank that knows nothing yet.
        self._run(self._forget())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=20))

    async def _forget(self) -> None:
        system = Actor.system("test")
        async with self.city.database.transaction(system, now=self.now) as session:
            from sqlalchemy import update

            from suxin.kernel.bases import AccessBasis

            await session.execute(update(AccessBasis).values(ended_at=self.now))

    def _step(
        self, command: Callable[..., Any], *, possible: bool, refusal: type, **given: Any
    ) -> Any:
        try:
            result = self._run(self.city.act(command, self.city.applicant, now=self.now, **given))
        except refusal:
            assert not possible
            return None
        assert possible
        return result

    @rule(days=st.integers(1, 90))
    def grant(self, days: int) -> None:
        # Another life than the open one's supersedes it; the same is refused.
        possible = self.state not in OPEN or days != self.days
        granted = self._step(
            grant_consent,
            possible=possible,
            refusal=ConsentExists,
            tenant_id=self.city.banks[0].tenant_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=days,
            notice_version=TEXT.version,
            context_id=self.matter,
        )
        if possible:
            self.consent_id, self.state, self.days = granted.consent_id, "ACTIVE", days
            self.ends = self.now + timedelta(days=days)
            self.grant_id = self._run(self._allow(granted.consent_id))

    async def _allow(self, consent_id: UUID) -> UUID:
        """Let a client of the bank read on the consent, as the authorization server does after the decision."""
        holder = Holder(
            kind=GrantKind.APPROVED,
            tenant_id=self.city.banks[0].tenant_id,
            person_id=self.city.person_id,
            subject_id=self.city.firm_id,
            consent_id=consent_id,
            amr=("sms",),
            authenticated_at=self.now,
        )
        async with self.city.database.transaction(self.city.applicant, now=self.now) as session:
            return await begin_grant(
                session, CLIENT, holder, scopes=(), expires_at=self.ends, now=self.now
            )

    async def _allowed(self) -> bool:
        async with self.city.database.snapshot(Actor.anonymous("test"), now=self.now) as session:
            try:
                await live_grant(session, self.grant_id, now=self.now)
            except GrantRefused:
                return False
            return True

    def _decide(
        self, command: Callable[..., Any], *, possible: bool, to: str, **given: Any
    ) -> None:
        if self.consent_id is None:
            return
        self._step(
            command,
            possible=possible,
            refusal=ConsentStateConflict,
            consent_id=self.consent_id,
            **given,
        )
        if possible:
            self.state = to

    @rule()
    def pause(self) -> None:
        self._decide(pause_consent, possible=self.state == "ACTIVE", to="PAUSED")

    @rule()
    def resume(self) -> None:
        possible = self.state == "PAUSED" and self.now < self.ends
        self._decide(resume_consent, possible=possible, to="ACTIVE")

    @rule()
    def revoke(self) -> None:
        self._decide(revoke_consent, possible=self.state in OPEN, to="REVOKED", reason=None)

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def wait_for_its_end(self) -> None:
        self.now = max(self.now, self.ends)

    @rule()
    def sweep(self) -> None:
        if self.consent_id is None:
            return
        ended = self._run(self._expire(self.consent_id))
        assert ended is (self.state in OPEN and self.ends <= self.now)
        if ended:
            self.state = "EXPIRED"

    async def _expire(self, consent_id: UUID) -> bool:
        async with self.city.database.transaction(Actor.system("test"), now=self.now) as session:
            return await expire_consent(
                session, subject_id=self.city.firm_id, consent_id=consent_id, now=self.now
            )

    async def _seen(self) -> int | None:
        officer = self.city.banks[0].officer
        async with self.city.database.snapshot(officer, now=self.now) as session:
            return await session.scalar(select(func.count()).select_from(CreditRecord))

    @invariant()
    def the_bank_reads_exactly_what_is_permitted_now(self) -> None:
        if not hasattr(self, "now"):
            return
        permitted = self.state == "ACTIVE" and self.now < self.ends
        assert self._run(self._seen()) == (2 if permitted else 0)

    @invariant()
    def a_clients_grant_lives_exactly_as_long_as_its_consent(self) -> None:
        if getattr(self, "consent_id", None) is None:
            return
        lives = self.state in OPEN and self.now < self.ends
        assert self._run(self._allowed()) is lives


def test_a_bank_reads_if_and_only_if_a_consent_is_active_and_not_over(
    small_city: SmallCity, city: Any
) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    AnyOrder.city, AnyOrder.loop = replace(small_city, database=database), loop
    try:
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=60,
                stateful_step_count=14,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
