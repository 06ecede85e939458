"""Early warning: what raises a warning, on which consent and of which records, and what withdraws one."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from small_city import SmallCity
from small_loans import days, drawn, stored
from small_scores import official
from small_warnings import (
    changed,
    come_on_record,
    permit_watching,
    rules_in_force,
    warnings,
    watch,
    watched,
)

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.consent.queries import reads_of
from suxin.lending.warnings import refusals
from suxin.lending.warnings.rule_sets import draft_rules
from suxin.lending.warnings.states import WarningState, WithdrawnBecause
from suxin.subjects.models import DataCategory, LawfulChannel, Polarity, RecordStatus

TAX = ("TAX-ARREARS", DataCategory.TAX)


async def test_a_record_since_the_draw_down_raises_a_warning_once_with_its_evidence(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await watched(small_city)
    record_id = await come_on_record(small_city, *TAX)
    assert await watch(small_city) == 1
    assert await watch(small_city) == 0
    (warning,) = await warnings(small_city)
    assert (warning.loan_id, warning.rule_code, warning.severity.value) == (
        loan.id,
        "TAX_ARREARS",
        "medium",
    )
    assert (warning.evidence_id, warning.item_code, warning.source) == (
        record_id,
        "TAX-ARREARS",
        "市税务局",
    )
    assert warning.due_at == small_city.now + days(5)
    # The bank's systems, its people and the borrower are told, once.
    events = await admin.fetch("select type, data from tenant_events where type like '%warning%'")
    assert [row["type"] for row in events] == ["lending.warning.raised"]
    assert json.loads(events[0]["data"])["loan"] == str(loan.id)
    told = await admin.fetch(
        "select template, person_id from notices where template in ('warning_raised', 'loan_warned') order by 1"
    )
    assert [(row["template"], row["person_id"]) for row in told] == [
        ("loan_warned", small_city.person_id),
        ("warning_raised", None),
    ]


async def test_the_telling_is_a_receipt_on_the_consent_that_the_borrower_sees(
    small_city: SmallCity,
) -> None:
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    consent_id = await permit_watching(small_city, loan)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        rows = (await session.execute(reads_of(small_city.firm_id))).all()
    entry, tenant = rows[0]
    assert (entry.purpose, entry.categories, entry.consent_id) == (
        "loan.watch",
        ["tax"],
        consent_id,
    )
    assert tenant.id == small_city.banks[0].tenant_id


async def test_without_a_consent_to_that_purpose_nothing_is_raised(small_city: SmallCity) -> None:
    """The consent on which the request was assessed, and the contract, are none."""
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    await come_on_record(small_city, *TAX)
    assert await watch(small_city) == 0
    await permit_watching(
        small_city, loan, categories=frozenset({DataCategory.PENALTIES, DataCategory.PERFORMANCE})
    )
    assert await watch(small_city) == 0
    # What is not covered stays unsaid; what is, is told.
    await come_on_record(small_city, "ABNORMAL-LIST", DataCategory.PENALTIES)
    assert await watch(small_city) == 1


OTHER_RECORDS: dict[str, dict[str, Any]] = {
    "disputed": {"status": RecordStatus.DISPUTED},
    "repaired": {"status": RecordStatus.REPAIRED},
    "exempted": {"status": RecordStatus.EXEMPTED},
    "withdrawn": {"status": RecordStatus.WITHDRAWN},
    "not against him": {"polarity": Polarity.NEUTRAL},
    "a person's, of a bank without a licence": {"natural_person": True},
}


@pytest.mark.parametrize("changes", OTHER_RECORDS.values(), ids=OTHER_RECORDS)
async def test_what_does_not_count_raises_none(
    small_city: SmallCity, changes: dict[str, Any]
) -> None:
    await watched(small_city)
    await come_on_record(small_city, *TAX, **changes)
    assert await watch(small_city) == 0
    assert await warnings(small_city) == []


async def test_what_is_over_or_older_than_the_loan_raises_none(small_city: SmallCity) -> None:
    await watched(small_city)
    today = small_city.now.date()
    later = small_city.now + days(40)
    await come_on_record(small_city, *TAX, occurred_on=today - timedelta(days=1))
    await come_on_record(small_city, *TAX, valid_until=today + timedelta(days=30))
    await come_on_record(small_city, *TAX, published_until=today + timedelta(days=30))
    assert await watch(small_city, now=later) == 0
    assert await watch(small_city) == 2
    # When their time is over, what they raised is withdrawn.
    await watch(small_city, now=later)
    assert {one.withdrawn_because for one in await warnings(small_city)} == {
        WithdrawnBecause.EVIDENCE
    }


async def test_no_lenders_data_is_ever_watched(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Neither by a rule, nor by a record that claims another category, nor by what another bank reports."""
    await watched(small_city)
    await admin.execute(
        "insert into catalogue_items select 'LOAN-OVERDUE', record_class, '贷款逾期', department, 'loan_performance', channel,"
        " validity_months, sensitivity, 'never', null, of_persons, basis, release, retired_in"
        " from catalogue_items where code = 'TAX-ARREARS'"
    )
    forbidden = changed({"code": "TAX_ARREARS", "items": ["LOAN-OVERDUE"]})
    with pytest.raises(refusals.ItemNotWatched):
        await small_city.act(draft_rules, official(small_city, 0), document=forbidden)
    # Even a rule that stood would find nothing: no basis holds the category.
    await admin.execute("set session_replication_role = replica")
    await admin.execute(
        "update warning_rule_sets set document = replace(document::text, 'TAX-ARREARS', 'LOAN-OVERDUE')::jsonb"
    )
    await come_on_record(small_city, "LOAN-OVERDUE", DataCategory.LOAN_PERFORMANCE)
    await admin.execute(
        "update loans set state = 'OVERDUE', overdue_since = '2026-11-01', overdue_days = 5"
    )
    assert await watch(small_city) == 0


async def test_another_bank_is_told_nothing(small_city: SmallCity) -> None:
    await watched(small_city)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    assert len(await warnings(small_city)) == 1
    assert await warnings(small_city, bank=1) == []


async def test_the_pass_raises_exactly_what_the_bank_could_read_itself(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The statement's conditions and the row policy of the records are held together, for each status, channel and licence."""
    await watched(small_city)
    for status in RecordStatus:
        for channel in LawfulChannel:
            for person in (False, True):
                await come_on_record(
                    small_city, *TAX, status=status, channel=channel, natural_person=person
                )
    for licensed in (False, True):
        await admin.execute("update tenants set credit_licensed = $1", licensed)
        await watch(small_city)
        raised = {one.evidence_id for one in await warnings(small_city)}
        officer = replace(small_city.banks[0].officer, purposes=("loan.watch",))
        async with small_city.database.snapshot(officer, now=small_city.now) as session:
            readable = await session.run_sync(_active_records)
        assert raised == readable
        assert len(raised) == (8 if licensed else 5)


def _active_records(session: Any) -> set[Any]:
    from sqlalchemy import text

    rows = session.execute(
        text("select id from credit_records where status = 'active' and item_code = 'TAX-ARREARS'")
    )
    return {row[0] for row in rows}


async def test_a_dispute_withdraws_it_and_one_in_vain_raises_it_again(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await watched(small_city)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    await admin.execute(
        "update credit_records set status = 'disputed' where item_code = $1", TAX[0]
    )
    await watch(small_city)
    (warning,) = await warnings(small_city)
    assert (warning.state, warning.withdrawn_because) == (
        WarningState.WITHDRAWN,
        WithdrawnBecause.EVIDENCE,
    )
    await admin.execute("update credit_records set status = 'active' where item_code = $1", TAX[0])
    assert await watch(small_city, now=small_city.now + days(2)) == 1
    (again,) = await warnings(small_city)
    assert (again.id, again.state, again.withdrawn_because) == (
        warning.id,
        WarningState.RAISED,
        None,
    )
    assert again.due_at == small_city.now + days(7)
    kinds = await admin.fetch(
        "select type from tenant_events where type like '%warning%' order by recorded_at, id"
    )
    assert [row["type"].rpartition(".")[2] for row in kinds] == ["raised", "withdrawn", "raised"]


async def test_taking_the_consent_back_withdraws_and_erases_what_was_told(
    small_city: SmallCity,
) -> None:
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    consent_id = await permit_watching(small_city, loan)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    later = small_city.now + timedelta(minutes=1)
    await watch(small_city, now=later)
    (warning,) = await warnings(small_city)
    assert (warning.withdrawn_because, warning.item_code, warning.source) == (
        WithdrawnBecause.BASIS,
        None,
        None,
    )


async def test_the_end_of_the_loan_withdraws_it(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await watched(small_city)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    await admin.execute(
        "update loans set state = 'SETTLED', ended_at = signed_at where id = $1", loan.id
    )
    await watch(small_city)
    (warning,) = await warnings(small_city)
    assert warning.withdrawn_because is WithdrawnBecause.LOAN
    # As the notice promised, what he permitted ends with the loan.
    consent = await admin.fetchrow(
        "select state, end_reason from consents where purpose = 'loan.watch'"
    )
    assert tuple(consent) == ("REVOKED", "贷款已结束")
    live = "select count(*) from access_bases where purpose = 'loan.watch' and ended_at is null"
    assert await admin.fetchval(live) == 0


async def test_a_pause_of_the_consent_withdraws_and_its_end_raises_again(
    small_city: SmallCity,
) -> None:
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    consent_id = await permit_watching(small_city, loan)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    await small_city.act(pause_consent, small_city.applicant, consent_id=consent_id)
    await watch(small_city, now=small_city.now + timedelta(minutes=1))
    assert (await warnings(small_city))[0].item_code is None
    await small_city.act(resume_consent, small_city.applicant, consent_id=consent_id)
    await watch(small_city, now=small_city.now + timedelta(minutes=2))
    (warning,) = await warnings(small_city)
    assert (warning.state, warning.item_code) == (WarningState.RAISED, TAX[0])
    assert (await stored(small_city, loan)).state.value == "DISBURSED"


async def test_a_consent_about_no_single_request_watches_whatever_he_owes_that_bank(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    await permit_watching(small_city, loan)
    about = "update access_bases set context_id = $1 where purpose = 'loan.watch'"
    await come_on_record(small_city, *TAX)
    # About another request it watches none of this one's.
    await admin.execute(about, uuid4())
    assert await watch(small_city) == 0
    await admin.execute(about, None)
    assert await watch(small_city) == 1
