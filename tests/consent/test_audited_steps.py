"""Every step of a consent stands in the audit stream with whom it concerns, and its subject sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import as_platform
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.commands import (
    expire_consent,
    grant_consent,
    pause_consent,
    resume_consent,
    revoke_consent,
)
from suxin.consent.lapses import lapse_request
from suxin.consent.models import Consent
from suxin.consent.notice_texts import current_text
from suxin.consent.requests import (
    ConsentForm,
    approve_request,
    refuse_consent,
    reject_request,
    request_consent,
)
from suxin.kernel.audit import AuditEntry
from suxin.subjects.models import DataCategory

TEXT = current_text("loan.match").version
LATER = timedelta(days=40)


@dataclass
class Matter:
    """One consent between the applicant and the first bank."""

    city: SmallCity

    async def ask(self) -> UUID:
        form = ConsentForm(
            subject_id=self.city.firm_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=30,
        )
        asked = await self.city.act(request_consent, self.city.banks[0].officer, form=form)
        return asked.consent_id

    async def give(self, *, life_days: int = 30) -> UUID:
        granted = await self.city.act(
            grant_consent,
            self.city.applicant,
            tenant_id=self.city.banks[0].tenant_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=life_days,
            notice_version=TEXT,
            context_id=None,
        )
        return granted.consent_id

    async def pause(self) -> UUID:
        consent_id = await self.give()
        return await self.decide(pause_consent, consent_id)

    async def decide(self, step: Any, consent_id: UUID, **given: Any) -> UUID:
        await self.city.act(step, self.city.applicant, consent_id=consent_id, **given)
        return consent_id

    async def approve(self) -> UUID:
        given = {"categories": [DataCategory.TAX], "life_days": 30, "notice_version": TEXT}
        return await self.decide(approve_request, await self.ask(), **given)

    async def reject(self) -> UUID:
        return await self.decide(reject_request, await self.ask(), reason=None)

    async def refuse(self) -> UUID:
        return await self.city.act(
            refuse_consent,
            self.city.applicant,
            tenant_id=self.city.banks[0].tenant_id,
            purpose="loan.match",
            categories=[DataCategory.TAX],
            life_days=30,
            context_id=None,
        )

    async def platform(self, duty: Any, consent_id: UUID) -> UUID:
        now = self.city.now + LATER
        known = {"subject_id": self.city.firm_id, "consent_id": consent_id}
        await as_platform(self.city, duty, now=now, **known)
        return consent_id

    async def supersede(self, consent_id: UUID) -> UUID:
        await self.give(life_days=9)
        return consent_id


Way = Callable[[Matter], Awaitable[UUID]]
Move = tuple[str | None, str]


async def _resumed(matter: Matter) -> UUID:
    return await matter.decide(resume_consent, await matter.pause())


async def _revoked(matter: Matter) -> UUID:
    return await matter.decide(revoke_consent, await matter.give(), reason=None)


async def _paused_revoked(matter: Matter) -> UUID:
    return await matter.decide(revoke_consent, await matter.pause(), reason=None)


async def _expired(matter: Matter) -> UUID:
    return await matter.platform(expire_consent, await matter.give())


async def _paused_expired(matter: Matter) -> UUID:
    return await matter.platform(expire_consent, await matter.pause())


async def _lapsed(matter: Matter) -> UUID:
    return await matter.platform(lapse_request, await matter.ask())


async def _superseded(matter: Matter) -> UUID:
    return await matter.supersede(await matter.give())


async def _paused_superseded(matter: Matter) -> UUID:
    return await matter.supersede(await matter.pause())


WAYS: dict[Move, tuple[Way, str]] = {
    (None, "REQUESTED"): (Matter.ask, "requested"),
    (None, "ACTIVE"): (Matter.give, "granted"),
    ("REQUESTED", "ACTIVE"): (Matter.approve, "granted"),
    ("REQUESTED", "REJECTED"): (Matter.reject, "rejected"),
    ("REQUESTED", "LAPSED"): (_lapsed, "lapsed"),
    ("ACTIVE", "PAUSED"): (Matter.pause, "paused"),
    ("PAUSED", "ACTIVE"): (_resumed, "resumed"),
    ("ACTIVE", "REVOKED"): (_revoked, "revoked"),
    ("PAUSED", "REVOKED"): (_paused_revoked, "revoked"),
    ("ACTIVE", "EXPIRED"): (_expired, "expired"),
    ("PAUSED", "EXPIRED"): (_paused_expired, "expired"),
    ("ACTIVE", "SUPERSEDED"): (_superseded, "superseded"),
    ("PAUSED", "SUPERSEDED"): (_paused_superseded, "superseded"),
}


def moves() -> set[Move]:
    """Every way in which a consent may begin or change, as its machine declares."""
    machine = Consent.__machine__
    steps = {(before.value, step.to.value) for step in machine.steps for before in step.leaves}
    return {(None, state.value) for state in machine.begins} | steps


def test_every_step_is_taken_here() -> None:
    assert set(WAYS) == moves()


async def seen(city: SmallCity, consent_id: UUID) -> list[tuple[str, UUID | None]]:
    """Return what the subject sees of a consent in the stream: what was done, and whom it concerns beside him."""
    async with city.database.snapshot(city.applicant, now=city.now + LATER) as session:
        rows = await session.execute(
            select(AuditEntry.action, AuditEntry.tenant_id)
            .where(AuditEntry.object_id == consent_id, AuditEntry.object_type == "consent")
            .order_by(AuditEntry.id)
        )
        return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("move", WAYS, ids=lambda move: f"{move[0]} to {move[1]}")
async def test_the_step_is_on_record_and_its_subject_sees_it(
    small_city: SmallCity, admin: asyncpg.Connection, move: Move
) -> None:
    way, step = WAYS[move]
    consent_id = await way(Matter(small_city))
    state = await admin.fetchval("select state from consents where id = $1", consent_id)
    assert state == move[1]
    found = await seen(small_city, consent_id)
    assert found[-1] == (f"consent.consent.{step}", small_city.banks[0].tenant_id)
    # One entry a step, and none that did not happen.
    assert len(found) == {None: 1, "REQUESTED": 2, "ACTIVE": 2, "PAUSED": 3}[move[0]]


async def test_a_no_where_the_question_came_up_is_on_record_too(small_city: SmallCity) -> None:
    consent_id = await Matter(small_city).refuse()
    bank = small_city.banks[0].tenant_id
    assert await seen(small_city, consent_id) == [("consent.consent.rejected", bank)]


@pytest.mark.parametrize("step", ["requested", "granted"])
async def test_what_was_narrowed_is_a_step_of_its_own_in_words(
    small_city: SmallCity, admin: asyncpg.Connection, step: str
) -> None:
    wide = {"purpose": "loan.match", "categories": [DataCategory.TAX], "life_days": 365}
    bank = small_city.banks[0]
    if step == "requested":
        form = ConsentForm(subject_id=small_city.firm_id, **wide)  # type: ignore[arg-type] # a test's own
        done = await small_city.act(request_consent, bank.officer, form=form)
    else:
        told = {"tenant_id": bank.tenant_id, "notice_version": TEXT, "context_id": None}
        done = await small_city.act(grant_consent, small_city.applicant, **wide, **told)
    assert await seen(small_city, done.consent_id) == [
        (f"consent.consent.{step}", bank.tenant_id),
        ("consent.consent.narrowed", bank.tenant_id),
    ]
    detail = await admin.fetchval(
        "select detail::text from audit_entries where action = 'consent.consent.narrowed'"
    )
    assert "有效期由 365 天调整为 90 天" in detail
