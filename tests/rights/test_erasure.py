"""Delete my data: what may go is gone in the database, and what stays is told with its article."""

import pytest
from observing import changed, contents
from small_city import offered

from suxin.consent.commands import revoke_consent
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.requests import withdraw_request
from suxin.rights.erasure import delete_declaration, delete_parts, delete_received


async def test_what_one_declared_is_gone_and_the_stream_keeps_that_it_was(
    small_city, declared, admin
):
    record_id = await declared(small_city.applicant)

    done = await small_city.act(delete_parts, small_city.applicant, parts=["declarations"])

    assert [(gone.portion.code, gone.rows) for gone in done.erased] == [("declarations", 1)]
    assert done.kept == []
    assert await admin.fetchval("select count(*) from credit_records where self_declared") == 0
    acts = await admin.fetch(
        "select action from audit_entries where object_id = $1 order by id", record_id
    )
    assert [act["action"] for act in acts] == ["subjects.record.declared", "subjects.record.erased"]


async def test_one_declaration_goes_and_the_others_stay(small_city, declared, admin):
    one, other = await declared(small_city.applicant), await declared(small_city.applicant)

    await small_city.act(delete_declaration, small_city.applicant, record_id=one)

    left = await admin.fetch("select id from credit_records where self_declared")
    assert [row["id"] for row in left] == [other]


async def test_a_source_departments_record_is_kept_with_the_article_named(small_city, admin):
    done = await small_city.act(delete_parts, small_city.applicant, parts=["records"])

    assert done.erased == []
    (stays,) = done.kept
    assert (stays.portion.code, stays.rows) == ("records", 3)
    assert "《个人信息保护法》" in stays.kept.law_zh
    assert stays.kept.until_zh
    assert await admin.fetchval("select count(*) from credit_records") == 3


async def test_a_source_departments_record_is_no_declaration(small_city, admin):
    record_id = await admin.fetchval("select id from credit_records limit 1")
    before = await contents(admin)

    with pytest.raises(NotFound):
        await small_city.act(delete_declaration, small_city.applicant, record_id=record_id)
    assert await changed(admin, before) == set()


async def test_a_request_that_ended_without_a_contract_loses_what_it_was_matched_by(
    small_city, admin
):
    submitted = await small_city.submit()
    await small_city.act(withdraw_request, small_city.applicant, request_id=submitted.request.id)

    done = await small_city.act(delete_parts, small_city.applicant, parts=["loan_requests"])

    assert [(gone.portion.code, gone.rows) for gone in done.erased] == [("loan_requests", 1)]
    row = await admin.fetchrow("select note, facts, number, state from loan_requests")
    assert (row["note"], row["facts"], row["state"]) == ("", "{}", "WITHDRAWN")
    assert row["number"] == submitted.request.number
    assert await admin.fetchval("select count(*) from match_results") == 0
    again = await small_city.act(delete_parts, small_city.applicant, parts=["loan_requests"])
    assert again.erased == []


async def test_running_and_contracted_requests_keep_everything(small_city, admin):
    _, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    await small_city.submit()
    before = await contents(admin)

    done = await small_city.act(
        delete_parts, small_city.applicant, parts=["loan_requests", "match_results", "offers"]
    )

    assert done.erased == []
    assert {stays.portion.code for stays in done.kept} == {
        "loan_requests",
        "match_results",
        "offers",
    }
    assert await changed(admin, before) == {"audit_entries"}


async def test_what_was_delivered_goes_once_the_consent_is_taken_back(small_city, admin):
    submitted = await small_city.submit()
    bank = small_city.banks[0]
    granted = await small_city.consent(submitted.request.id, bank)
    await admin.execute(
        "insert into consent_fetches (subject_id, consent_id, number, tenant_id, period, at_desk, at,"
        " categories, content, sha256) values ($1, $2, 1, $3, 'x', false, $4, '{tax}', '[{}]', 'x')",
        small_city.firm_id,
        granted.consent_id,
        bank.tenant_id,
        small_city.now,
    )
    stands = await small_city.act(
        delete_received, small_city.applicant, consent_id=granted.consent_id
    )
    assert [stays.portion.code for stays in stands.kept] == ["deliveries"]
    content = "select content from consent_fetches"
    assert await admin.fetchval(content) == "[{}]"

    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=granted.consent_id, reason=None
    )
    done = await small_city.act(delete_parts, small_city.applicant, parts=["deliveries"])

    assert [(gone.portion.code, gone.rows) for gone in done.erased] == [("deliveries", 1)]
    assert await admin.fetchval(content) is None
    assert await admin.fetchval("select erased_at from consent_fetches") == small_city.now


async def test_ones_notices_go_and_nobody_elses(small_city, himself, admin):
    for person in (small_city.person_id, small_city.stranger_id):
        await admin.execute(
            "insert into notices (id, person_id, template, title, body, link, facts, created_at)"
            " values (gen_random_uuid(), $1, 'x', 'x', 'x', 'x', '{}', $2)",
            person,
            small_city.now,
        )

    await small_city.act(delete_parts, himself, parts=["notices"])

    left = await admin.fetch("select person_id from notices where person_id is not null")
    assert [row["person_id"] for row in left] == [small_city.stranger_id]


@pytest.mark.parametrize("parts", [[], ["no-such"], ["declarations", "identity"]])
async def test_what_is_no_part_of_the_subject_is_refused_and_nothing_goes(
    small_city, declared, admin, parts
):
    await declared(small_city.applicant)
    before = await contents(admin)

    with pytest.raises(Invalid):
        await small_city.act(delete_parts, small_city.applicant, parts=parts)
    assert await changed(admin, before) == set()
