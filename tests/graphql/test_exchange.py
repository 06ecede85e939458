"""What is exchanged on a referral, and replays, over GraphQL: each document executed, and files by a link that ends with its basis."""

import pytest
from observing import carry_out, nothing_written
from small_city import SmallCity
from small_exchange import PDF, contacted, exchange

from suxin.consent.commands import revoke_consent
from suxin.lending.replays.commands import REPLAY_TOPIC
from suxin_graphql.ids import to_global


@pytest.fixture
async def referral(bank_a, small_city: SmallCity):
    _, referral_id = await contacted(small_city)
    return to_global("Referral", referral_id, bank_a.bank.officer)


@pytest.fixture
async def given(small_city: SmallCity):
    return await exchange(small_city)


async def read(caller, given, **changes):
    named = to_global("Referral", given.referral_id, caller.bank.officer)
    return await caller.run("referral_exchange", id=named, **{"first": 9, **changes})


async def test_a_bank_asks_for_more_and_writes(bank_a, referral, small_city, admin):
    items = [{"kind": "TAX_CERTIFICATE", "note": "近一年"}, {"kind": "OTHER"}]
    done = await bank_a.write("request_material", referralId=referral, items=items, note="谢谢")
    asked = done["materialRequest"]
    assert (asked["state"], asked["note"]) == ("OPEN", "谢谢")
    assert [(one["number"], one["kind"], one["state"]) for one in asked["items"]] == [
        (1, "TAX_CERTIFICATE", "ASKED"),
        (2, "OTHER", "ASKED"),
    ]
    again = await bank_a.write("request_material", referralId=referral, items=items)
    assert again["code"] == "MATERIAL_ASKED"
    sent = await bank_a.write("send_message", referralId=referral, text="请问厂房是自有吗？")
    assert sent["referral"] == {"id": referral, "state": "CONTACTED"}
    refused = await bank_a.write("send_message", referralId=referral, text=" ")
    assert (refused["code"], refused["field"]) == ("INVALID", "text")


async def test_what_was_exchanged_is_read_and_leaves_receipts(bank_a, given, admin):
    found = await read(bank_a, given)
    [material] = [edge["node"] for edge in found["materialRequests"]["edges"]]
    assert material["items"][0]["kind"] == "TAX_CERTIFICATE"
    [file] = [edge["node"] for edge in found["exchange"]["attachments"]["edges"]]
    assert (file["kind"], file["mediaType"], file["sizeBytes"]) == (
        "BUSINESS_LICENCE",
        "application/pdf",
        len(PDF),
    )
    messages = found["exchange"]["messages"]
    assert messages["totalCount"] == 2
    assert [(edge["node"]["author"], edge["node"]["text"]) for edge in messages["edges"]] == [
        ("APPLICANT", "是自有。"),
        ("BANK", "请问厂房是自有吗？"),
    ]
    one = (await read(bank_a, given, first=1))["exchange"]["messages"]
    rest = await read(bank_a, given, after=one["pageInfo"]["endCursor"])
    assert [edge["node"]["author"] for edge in rest["exchange"]["messages"]["edges"]] == ["BANK"]
    receipts = await admin.fetch(
        "select fields from audit_entries where purpose is not null and object_type in ('attachment', 'referral')"
    )
    assert {row["fields"][0] for row in receipts} == {"name", "content", "messages"}
    done = await bank_a.write("mark_messages_read", referralId=found["id"])
    assert done["referral"]["id"] == found["id"]
    unread = await admin.fetchval(
        "select count(*) from referral_messages where read_at is null and author = 'applicant'"
    )
    assert unread == 0


async def test_a_file_is_downloaded_by_its_link(bank_a, given, client, clock, small_city, admin):
    found = await read(bank_a, given)
    link = found["exchange"]["attachments"]["edges"][0]["node"]["link"]
    path = link["url"].removeprefix(str(client.base_url).rstrip("/"))
    answer = await client.get(path)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["cache-control"] == "no-store"
    read_by = await admin.fetch(
        "select actor_kind, tenant_id from audit_entries where fields = '{content}' order by id desc limit 1"
    )
    assert tuple(read_by[0]) == ("client", small_city.banks[0].tenant_id)

    async with nothing_written(admin):
        rival = str(small_city.banks[1].tenant_id)
        forged = path.replace(str(small_city.banks[0].tenant_id), rival)
        for wrong in (forged, path[:-1] + ("A" if path[-1] != "A" else "B"), path.split("?")[0]):
            answer = await client.get(wrong)
            assert (answer.status_code, answer.json()["code"]) == (403, "ATTACHMENT_LINK_INVALID")
    clock.pass_time(minutes=16)
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (410, "ATTACHMENT_LINK_EXPIRED")


async def test_a_link_ends_with_the_consent(bank_a, given, client, small_city, admin):
    found = await read(bank_a, given)
    link = found["exchange"]["attachments"]["edges"][0]["node"]["link"]
    path = link["url"].removeprefix(str(client.base_url).rstrip("/"))
    consent_id = await admin.fetchval(
        "select id from consents where context_id = $1", given.submitted.request.id
    )
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (410, "ATTACHMENT_LINK_EXPIRED")
    assert (await read(bank_a, given))["exchange"] is None


async def test_a_draft_is_replayed(bank_a, small_city, given, admin):
    product_id = await admin.fetchval("select product_id from product_replays")
    named = to_global("LoanProduct", product_id, bank_a.bank.officer)
    done = await bank_a.write("replay_product", productId=named)
    assert done["replay"]["state"] == "PENDING"
    assert (done["replay"]["quarterFrom"], done["replay"]["quarterTo"]) == (
        "2026-07-01",
        "2026-10-01",
    )
    await carry_out(small_city, admin, REPLAY_TOPIC, now=small_city.now)
    shown = await bank_a.run("product_replays", id=named, first=1)
    [replay] = [edge["node"] for edge in shown["replays"]["edges"]]
    assert replay["state"] == "DONE"
    assert [replay[name] for name in ("requests", "before", "after", "gained", "lost")] == [
        None
    ] * 5
    assert replay["criteria"] == []
