"""What a bank does about a warning, within which time, and what of the record behind it is shown with a receipt."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_loans import days, drawn
from small_warnings import (
    come_on_record,
    permit_watching,
    rules_in_force,
    warnings,
    watch,
    watched,
)

from suxin.consent.commands import revoke_consent
from suxin.consent.fetches import RecordsAreFetched
from suxin.consent.queries import reads_of
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.outbox import Job
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.lending.models import StepNotPossible
from suxin.lending.policies import LOAN_READ
from suxin.lending.warnings import jobs
from suxin.lending.warnings.answering import acknowledge_warning, act_on_warning, dismiss_warning
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.queries import ShownEvidence, evidence_of, own_warning
from suxin.lending.warnings.states import FalseAlarmReason, WarningAction, WarningState
from suxin.subjects.models import DataCategory

TAX = ("TAX-ARREARS", DataCategory.TAX)
ACTED = {"action": WarningAction.VISITED, "note": "已上门，企业已申请分期缴税"}


async def raised(city: SmallCity) -> LoanWarning:
    await watched(city)
    await come_on_record(city, *TAX)
    await watch(city)
    return (await warnings(city))[0]


async def shown(city: SmallCity, warning: LoanWarning, actor: Actor) -> ShownEvidence | None:
    async with city.database.snapshot(actor, now=city.now) as session:
        own = await own_warning(session, actor, warning.id)
        return await evidence_of(session, actor, own)


async def pass_time(city: SmallCity, warning: LoanWarning, topic: str, *, after: timedelta) -> None:
    """Carry out a timed duty of a warning as the worker does."""
    now = city.now + after
    payload = {"tenant_id": str(warning.tenant_id), "warning_id": str(warning.id)}
    job = Job(id=warning.id, topic=topic, payload=payload, tenant_id=warning.tenant_id, now=now)
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        await jobs.handlers()[topic](session, job)


async def test_a_warning_is_taken_up_and_then_answered_once(small_city: SmallCity) -> None:
    warning, officer = await raised(small_city), small_city.banks[0].officer
    with pytest.raises(StepNotPossible):
        await small_city.act(act_on_warning, officer, warning_id=warning.id, **ACTED)
    await small_city.act(acknowledge_warning, officer, warning_id=warning.id)
    with pytest.raises(Invalid):
        await small_city.act(
            act_on_warning, officer, warning_id=warning.id, **(ACTED | {"note": " "})
        )
    done = await small_city.act(act_on_warning, officer, warning_id=warning.id, **ACTED)
    assert (done.state, done.action, done.answered_by) == (
        WarningState.ACTED,
        WarningAction.VISITED,
        small_city.banks[0].staff_id,
    )
    with pytest.raises(StepNotPossible):
        await small_city.act(acknowledge_warning, officer, warning_id=warning.id)


async def test_a_false_alarm_says_why_and_is_counted(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    warning, officer = await raised(small_city), small_city.banks[0].officer
    await small_city.act(acknowledge_warning, officer, warning_id=warning.id)
    done = await small_city.act(
        dismiss_warning,
        officer,
        warning_id=warning.id,
        reason=FalseAlarmReason.RESOLVED,
        note="税款已于昨日缴清",
    )
    assert done.state is WarningState.FALSE_ALARM
    await watch(small_city)
    figures = await admin.fetchrow("select raised, open, false_alarms from warning_rule_figures")
    assert tuple(figures) == (1, 0, 1)


async def test_who_only_looks_takes_no_step(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    warning = await raised(small_city)
    viewer = replace(small_city.banks[0].officer, permissions=frozenset({LOAN_READ}))
    async with nothing_written(admin):
        with pytest.raises(Forbidden):
            await small_city.act(acknowledge_warning, viewer, warning_id=warning.id)
    with pytest.raises(Forbidden):
        await shown(small_city, warning, viewer)


async def test_the_bank_is_reminded_and_what_it_does_not_answer_lapses(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    warning, officer = await raised(small_city), small_city.banks[0].officer
    rows = await admin.fetch(
        "select topic, not_before from outbox where topic like 'lending.warning.%' order by topic"
    )
    assert [(row["topic"], row["not_before"]) for row in rows] == [
        ("lending.warning.due", warning.due_at),
        ("lending.warning.remind", warning.due_at - timedelta(hours=24)),
    ]
    await pass_time(small_city, warning, "lending.warning.remind", after=days(4))
    await pass_time(small_city, warning, "lending.warning.due", after=days(4))
    assert (await warnings(small_city))[0].state is WarningState.RAISED
    await pass_time(small_city, warning, "lending.warning.due", after=days(5))
    assert (await warnings(small_city))[0].state is WarningState.LAPSED
    told = await admin.fetch(
        "select template from notices where template like 'warning_%' order by id"
    )
    assert [row[0] for row in told] == ["warning_raised", "warning_reminder", "warning_lapsed"]
    # It may still be answered, late; that it lapsed stays.
    late = small_city.now + days(6)
    await small_city.act(acknowledge_warning, officer, warning_id=warning.id, now=late)
    done = await small_city.act(act_on_warning, officer, warning_id=warning.id, now=late, **ACTED)
    assert (done.state, done.lapsed_at) == (WarningState.ACTED, small_city.now + days(5))


async def test_a_timed_duty_leaves_an_answered_warning_alone(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    warning, officer = await raised(small_city), small_city.banks[0].officer
    await small_city.act(acknowledge_warning, officer, warning_id=warning.id)
    await small_city.act(act_on_warning, officer, warning_id=warning.id, **ACTED)
    async with nothing_written(admin):
        for topic in ("lending.warning.remind", "lending.warning.due"):
            await pass_time(small_city, warning, topic, after=days(6))


async def test_the_record_is_shown_on_a_receipt_while_the_consent_covers_it(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan, officer = await drawn(small_city), small_city.banks[0].officer
    await rules_in_force(small_city)
    consent_id = await permit_watching(small_city, loan)
    record_id = await come_on_record(small_city, *TAX)
    await watch(small_city)
    (warning,) = await warnings(small_city)
    found = await shown(small_city, warning, officer)
    assert found is not None
    assert found.record is not None
    assert (found.record.id, found.record.amount_fen) == (record_id, 3_000_000)
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        (entry, _), *_ = (await session.execute(reads_of(small_city.firm_id))).all()
    assert (entry.purpose, entry.object_id, entry.consent_id, entry.staff_id) == (
        "loan.watch",
        warning.id,
        consent_id,
        small_city.banks[0].staff_id,
    )
    # His day is one use of the consent.
    used = await admin.fetchval(
        "select count(*) from consent_fetches where consent_id = $1", consent_id
    )
    assert used == 1
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    assert await shown(small_city, warning, officer) is None


async def test_a_system_fetches_and_is_shown_no_record(small_city: SmallCity) -> None:
    warning = await raised(small_city)
    client = replace(small_city.banks[0].officer, kind=ActorKind.CLIENT, staff_id=None)
    with pytest.raises(RecordsAreFetched):
        await shown(small_city, warning, client)
