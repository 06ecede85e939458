"""At once, on connections of their own: claims, offers, decisions and ceilings end as if one had come after the other."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from small_city import Bank, SmallCity, another_bank, offer_terms, offered, product_draft

from suxin.consent.giving import ConsentExists
from suxin.kernel.refusals import Refusal
from suxin.lending.commands import requests
from suxin.lending.commands.offers import accept_offer, make_offer, withdraw_offer
from suxin.lending.commands.products import (
    NextVersionDrafted,
    ProductCodeTaken,
    draft_product,
    retire_product,
)
from suxin.lending.commands.referrals import (
    ConsentRequired,
    LeadNotClaimable,
    accept_referral,
    claim_lead,
    decline_referral,
)
from suxin.lending.commands.requests import TooManyLoanRequests, consent_to_bank, withdraw_request
from suxin.lending.models import DispatchMode, StepNotPossible
from suxin.lending.terms import DeclineReason
from suxin.subjects.models import DataCategory
from suxin.tenancy.profiles import QuotaName
from suxin.tenancy.quotas import QuotaExhausted, set_quota
from suxin_tenants import PROFILES

RACES = 20


async def at_once(*works: Awaitable[Any]) -> list[Any]:
    """Run them together; return each one's result, or the refusal's class. Anything but a refusal is raised."""
    results = await asyncio.wait_for(asyncio.gather(*works, return_exceptions=True), timeout=30)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Refusal):
            raise result
    return [type(result) if isinstance(result, Refusal) else "done" for result in results]


async def test_of_two_banks_that_claim_at_once_one_holds_the_lead(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    for actor in (small_city.applicant, small_city.stranger) * 3:
        submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL, actor=actor)
        lead_id = submitted.lead.id
        found = await at_once(
            *(
                small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
                for bank in small_city.banks
            )
        )
        assert sorted(found, key=str) == [LeadNotClaimable, "done"]
        holder = small_city.banks[found.index("done")].tenant_id
        assert holder == await admin.fetchval("select claimed_by from leads where id = $1", lead_id)
        assert [holder] == [
            row["tenant_id"]
            for row in await admin.fetch(
                "select tenant_id from referrals where lead_id = $1", lead_id
            )
        ]


async def test_who_comes_while_a_claim_is_being_written_is_refused_without_waiting(
    small_city: SmallCity,
) -> None:
    bank, rival = small_city.banks
    submitted = await small_city.submit(mode=DispatchMode.OPEN_POOL)
    async with small_city.database.transaction(bank.officer, now=small_city.now) as session:
        await claim_lead(
            session, bank.officer, lead_id=submitted.lead.id, profiles=PROFILES, now=small_city.now
        )
        with pytest.raises(LeadNotClaimable):
            await asyncio.wait_for(
                small_city.act(
                    claim_lead, rival.officer, lead_id=submitted.lead.id, profiles=PROFILES
                ),
                timeout=5,
            )


async def test_many_claims_of_one_bank_at_once_do_not_get_past_its_ceiling(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    await small_city.act(
        set_quota,
        small_city.operator,
        tenant_id=bank.tenant_id,
        name=QuotaName.OPEN_CLAIMS,
        ceiling=5,
        profiles=PROFILES,
    )
    leads = await many_leads(small_city, admin, 32)
    found = await at_once(
        *(
            small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
            for lead_id in leads
        )
    )
    assert (found.count("done"), found.count(QuotaExhausted)) == (5, 27)
    assert await held_and_counted(admin, bank) == (5, 5)
    # What is left is for others.
    left = await admin.fetchval("select id from leads where claimed_by is null limit 1")
    assert await small_city.act(claim_lead, rival.officer, lead_id=left, profiles=PROFILES)


async def test_claims_ending_and_beginning_at_once_are_counted_right(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Half of what a bank holds is declined while it claims as much anew."""
    bank = small_city.banks[0]
    leads = await many_leads(small_city, admin, 16)
    claimed = [
        await small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
        for lead_id in leads[:8]
    ]
    found = await at_once(
        *(
            small_city.act(
                decline_referral,
                bank.officer,
                referral_id=referral.id,
                reason=DeclineReason.OVER_INDEBTED,
                note=None,
            )
            for referral in claimed
        ),
        *(
            small_city.act(claim_lead, bank.officer, lead_id=lead_id, profiles=PROFILES)
            for lead_id in leads[8:]
        ),
    )
    assert found == ["done"] * 16
    assert await held_and_counted(admin, bank) == (8, 8)


async def many_leads(city: SmallCity, admin: asyncpg.Connection, count: int) -> list[UUID]:
    """Let many leads be in the pool, all like one that was submitted."""
    await city.submit(mode=DispatchMode.OPEN_POOL)
    columns = await admin.fetchval(
        "select string_agg(column_name, ', ') from information_schema.columns"
        " where table_schema = 'public' and table_name = 'leads' and column_name <> 'id'"
    )
    await admin.execute(
        f"insert into leads (id, {columns}) select gen_random_uuid(), {columns}"  # noqa: S608 - columns of our own
        f" from leads, generate_series(2, {count})"
    )
    return [row["id"] for row in await admin.fetch("select id from leads order by id")]


async def held_and_counted(admin: asyncpg.Connection, bank: Bank) -> tuple[int, int]:
    row = await admin.fetchrow(
        "select (select count(*) from leads where claimed_by = $1),"
        " (select used from quotas where tenant_id = $1 and name = 'open_claims')",
        bank.tenant_id,
    )
    return tuple(row)


async def test_requests_submitted_at_once_stay_within_the_ceiling(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    found = await at_once(*(small_city.submit() for _ in range(5)))
    assert sorted(found, key=str) == [
        TooManyLoanRequests,
        TooManyLoanRequests,
        "done",
        "done",
        "done",
    ]
    running = await admin.fetchval("select count(*) from loan_requests")
    assert running == requests.MAX_LIVE_REQUESTS == 3


async def test_two_drafts_written_at_once_do_not_share_a_code(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    officer = small_city.banks[0].officer
    found = await at_once(
        *(
            small_city.act(
                draft_product, officer, draft=product_draft(code="P-7"), profiles=PROFILES
            )
            for _ in range(3)
        )
    )
    assert sorted(found, key=str) == [ProductCodeTaken, ProductCodeTaken, "done"]
    assert await admin.fetchval("select count(*) from loan_products where code = 'P-7'") == 1


async def test_of_two_next_versions_drafted_at_once_one_stands(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """At the ceiling too, where the place is the published product's own."""
    bank = small_city.banks[0]
    await small_city.act(
        set_quota,
        small_city.operator,
        tenant_id=bank.tenant_id,
        name=QuotaName.PRODUCTS,
        ceiling=1,
        profiles=PROFILES,
    )
    found = await at_once(
        *(
            small_city.act(
                draft_product,
                bank.officer,
                draft=product_draft(code=code),
                replaces=bank.product_id,
                profiles=PROFILES,
            )
            for code in ("P-1", "P-7")
        )
    )
    assert sorted(found, key=str) == [NextVersionDrafted, "done"]
    drafts = "select count(*) from loan_products where draft_of = $1 and status = 'DRAFT'"
    assert await admin.fetchval(drafts, bank.product_id) == 1


async def test_a_next_version_drafted_as_its_product_is_retired_is_counted_or_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Whichever comes first: no draft is left without a place, and no place without what it is for."""
    bank = small_city.banks[0]
    found = await at_once(
        small_city.act(
            draft_product,
            bank.officer,
            draft=product_draft(code="P-1"),
            replaces=bank.product_id,
            profiles=PROFILES,
        ),
        small_city.act(retire_product, bank.officer, product_id=bank.product_id),
    )
    assert found in (["done", "done"], [StepNotPossible, "done"])
    used = "select used from quotas where tenant_id = $1 and name = 'products'"
    assert await admin.fetchval(used, bank.tenant_id) == (1 if found[0] == "done" else 0)


async def test_of_two_consents_given_at_once_one_stands(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The second meets the open consent, or its unique index and, tried again, the open consent."""
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    form = {
        "request_id": submitted.request.id,
        "tenant_id": bank.tenant_id,
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": "loan.match/2026-11",
    }
    found = await at_once(
        *(small_city.act(consent_to_bank, small_city.applicant, **form) for _ in range(2))
    )
    assert sorted(found, key=str) == [ConsentExists, "done"]
    assert await admin.fetchval("select count(*) from consents") == 1
    assert await admin.fetchval("select count(*) from access_bases") == 1


async def both_offered(city: SmallCity) -> tuple[UUID, list[UUID]]:
    submitted, first = await offered(city, city.banks[0])
    rival = city.banks[1]
    await city.consent(submitted.request.id, rival)
    referral_id = await city.referral_to(submitted, rival)
    await city.act(accept_referral, rival.officer, referral_id=referral_id)
    second = await city.act(make_offer, rival.officer, referral_id=referral_id, terms=offer_terms())
    return submitted.request.id, [first, second.id]


async def test_of_two_offers_accepted_at_once_one_is_chosen(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    for _ in range(3):
        request_id, offers = await both_offered(small_city)
        found = await at_once(
            *(small_city.act(accept_offer, small_city.applicant, offer_id=one) for one in offers)
        )
        assert sorted(found, key=str) == [StepNotPossible, "done"]
        rows = await admin.fetch(
            "select id, state, tenant_id from offers where request_id = $1", request_id
        )
        assert sorted(row["state"] for row in rows) == ["CHOSEN", "PASSED"]
        chosen = next(row for row in rows if row["state"] == "CHOSEN")
        assert chosen["id"] == offers[found.index("done")]
        assert [chosen["tenant_id"]] == [
            row["tenant_id"]
            for row in await admin.fetch(
                "select tenant_id from access_bases where context_id = $1 and kind = 'contract'",
                request_id,
            )
        ]
        snapshots = "select count(*) from decision_snapshots where request_id = $1"
        assert await admin.fetchval(snapshots, request_id) == 1


async def state_of(admin: asyncpg.Connection, request_id: UUID, tenant_id: UUID) -> tuple[Any, ...]:
    row = await admin.fetchrow(
        "select r.state, f.state, o.state, c.state from loan_requests r"
        " join lead_parties p on p.request_id = r.id"
        " join referrals f on f.lead_id = p.lead_id and f.tenant_id = $2"
        " left join offers o on o.request_id = r.id and o.tenant_id = $2"
        " left join consents c on c.context_id = r.id and c.tenant_id = $2"
        " where r.id = $1",
        request_id,
        tenant_id,
    )
    return tuple(row)


async def test_an_offer_and_a_withdrawal_at_once_leave_no_offer_open(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    seen = set()
    for _ in range(RACES):
        submitted = await small_city.submit()
        request_id = submitted.request.id
        await small_city.consent(request_id, bank)
        referral_id = await small_city.referral_to(submitted, bank)
        await small_city.act(accept_referral, bank.officer, referral_id=referral_id)
        found = await at_once(
            small_city.act(make_offer, bank.officer, referral_id=referral_id, terms=offer_terms()),
            small_city.act(withdraw_request, small_city.applicant, request_id=request_id),
        )
        assert found[1] == "done"
        assert found[0] in ("done", StepNotPossible, ConsentRequired)
        offer = "PASSED" if found[0] == "done" else None
        assert await state_of(admin, request_id, bank.tenant_id) == (
            "WITHDRAWN",
            "PASSED",
            offer,
            "REVOKED",
        )
        seen.add(found[0])
    assert await admin.fetchval("select count(*) from access_bases where ended_at is null") == 0
    assert seen


async def test_an_offer_accepted_and_taken_back_at_once_is_one_or_the_other(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    ends = {
        "done": ("ACCEPTED", "OFFERED", "CHOSEN", "ACTIVE"),
        StepNotPossible: ("OPEN", "DUE_DILIGENCE", "WITHDRAWN", "ACTIVE"),
    }
    for _ in range(RACES // 2):
        submitted, offer_id = await offered(small_city, bank)
        found = await at_once(
            small_city.act(accept_offer, small_city.applicant, offer_id=offer_id),
            small_city.act(withdraw_offer, bank.officer, offer_id=offer_id),
        )
        assert sorted(found, key=str) == [StepNotPossible, "done"]
        assert await state_of(admin, submitted.request.id, bank.tenant_id) == ends[found[0]]
        if found[0] != "done":
            await small_city.act(
                withdraw_request, small_city.applicant, request_id=submitted.request.id
            )


async def test_banks_that_offer_at_once_are_all_heard(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    banks = [*small_city.banks, await another_bank(small_city, 2)]
    submitted = await small_city.submit()
    ids = []
    for bank in banks:
        await small_city.consent(submitted.request.id, bank)
        ids.append(await small_city.referral_to(submitted, bank))
        await small_city.act(accept_referral, bank.officer, referral_id=ids[-1])
    found = await at_once(
        *(
            small_city.act(make_offer, bank.officer, referral_id=one, terms=offer_terms())
            for bank, one in zip(banks, ids, strict=True)
        )
    )
    assert found == ["done"] * 3
    assert await admin.fetchval("select count(*) from offers where state = 'OPEN'") == 3
    assert await admin.fetchval("select state from loan_requests") == "OFFERED"
