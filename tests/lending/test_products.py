"""A bank's products: drafted, edited, published, retired; and each refusal without a trace."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, nothing_written, one
from small_city import SmallCity, product_draft

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Refusal
from suxin.lending import policies
from suxin.lending.commands.products import (
    NextVersionDrafted,
    ProductCodeTaken,
    draft_product,
    edit_product,
    publish_product,
    retire_product,
)
from suxin.lending.criteria import CriteriaInvalid
from suxin.lending.models import LoanProduct, StepNotPossible
from suxin.lending.queries.products import own_product, own_products
from suxin.lending.terms import GuaranteeMode, LoanTermOutOfRange
from suxin.places.commands import load_areas
from suxin.tenancy.profiles import QuotaName
from suxin.tenancy.quotas import QuotaExhausted, set_quota
from suxin_tenants import PROFILES

ROW = "select * from loan_products where id = $1"


async def drafted(city: SmallCity, code: str = "P-2", **given: UUID) -> LoanProduct:
    product: LoanProduct = await city.act(
        draft_product,
        city.banks[0].officer,
        draft=product_draft(code=code),
        profiles=PROFILES,
        **given,
    )
    return product


async def test_a_product_is_drafted_edited_published_and_retired(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    officer = small_city.banks[0].officer
    product = await drafted(small_city)
    row = await one(admin, ROW, product.id)
    assert (row["status"], row["version"], row["published_at"], row["draft_of"]) == (
        "DRAFT",
        0,
        None,
        None,
    )
    later = small_city.now + timedelta(hours=1)
    edited = product_draft(code="P-2", name="抵押贷", max_rate_bps=520)
    await small_city.act(edit_product, officer, product_id=product.id, draft=edited, now=later)
    row = await one(admin, ROW, product.id)
    assert (row["name"], row["max_rate_bps"], row["updated_at"]) == ("抵押贷", 520, later)
    await small_city.act(publish_product, officer, product_id=product.id, now=later)
    row = await one(admin, ROW, product.id)
    assert (row["status"], row["version"], row["published_at"]) == ("PUBLISHED", 1, later)
    await small_city.act(retire_product, officer, product_id=product.id, now=later)
    assert (await one(admin, ROW, product.id))["status"] == "RETIRED"
    assert (await acts(admin, "lending.product"))[-4:] == [
        "lending.product.drafted",
        "lending.product.edited",
        "lending.product.published",
        "lending.product.retired",
    ]


async def test_publishing_a_draft_of_a_product_retires_the_product(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    draft = await drafted(small_city, "P-1", replaces=bank.product_id)
    assert (await one(admin, ROW, bank.product_id))["status"] == "PUBLISHED"
    await small_city.act(publish_product, bank.officer, product_id=draft.id)
    assert dict(
        await admin.fetch(
            "select id, status from loan_products where tenant_id = $1", bank.tenant_id
        )
    ) == {bank.product_id: "RETIRED", draft.id: "PUBLISHED"}
    row = await one(admin, ROW, draft.id)
    assert (row["version"], row["draft_of"]) == (2, bank.product_id)


async def test_only_a_published_product_can_be_replaced(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """Else two drafts with one code could both be published."""
    bank = small_city.banks[0]
    draft = await drafted(small_city)
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await drafted(small_city, replaces=draft.id)
    await small_city.act(retire_product, bank.officer, product_id=draft.id)
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await drafted(small_city, replaces=draft.id)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"code": "P"}, Invalid, "code"),
        ({"code": "P" * 33}, Invalid, "code"),
        ({"code": "a b<script>"}, Invalid, "code"),
        ({"code": "-P"}, Invalid, "code"),
        ({"name": " "}, Invalid, "name"),
        ({"summary": "长" * 501}, Invalid, "summary"),
        ({"repayment_methods": ()}, Invalid, "repaymentMethods"),
        ({"guarantee_modes": ()}, Invalid, "guaranteeModes"),
        ({"guarantee_modes": (GuaranteeMode.CREDIT,) * 2}, Invalid, "guaranteeModes"),
        ({"preferred_areas": ("",)}, Invalid, "preferredAreas"),
        ({"preferred_areas": ("zzz",)}, Invalid, "preferredAreas"),
        ({"preferred_areas": ("3213",)}, Invalid, "preferredAreas"),
        ({"preferred_areas": ("999999",)}, Invalid, "preferredAreas"),
        ({"preferred_areas": ("321302", "321302")}, Invalid, "preferredAreas"),
        ({"preferred_industries": ("??",)}, Invalid, "preferredIndustries"),
        ({"preferred_industries": ("",)}, Invalid, "preferredIndustries"),
        ({"preferred_industries": ("C", "C")}, Invalid, "preferredIndustries"),
        ({"min_amount_fen": 0}, LoanTermOutOfRange, "minAmountFen"),
        ({"max_amount_fen": 10**15}, LoanTermOutOfRange, "maxAmountFen"),
        ({"min_term_months": 0}, LoanTermOutOfRange, "minTermMonths"),
        ({"max_term_months": 361}, LoanTermOutOfRange, "maxTermMonths"),
        ({"min_rate_bps": -1}, LoanTermOutOfRange, "minRateBps"),
        ({"max_rate_bps": 2_401}, LoanTermOutOfRange, "maxRateBps"),
        ({"min_amount_fen": 300_000_001}, Invalid, "maxAmountFen"),
        ({"min_term_months": 37}, Invalid, "maxTermMonths"),
        ({"min_rate_bps": 561}, Invalid, "maxRateBps"),
        ({"cooling_off_days": 31}, Invalid, "coolingOffDays"),
        ({"criteria": ({"criterion": "NO_SUCH"},)}, CriteriaInvalid, None),
        ({"code": "P-1"}, ProductCodeTaken, "code"),
    ],
    ids=str,
)
async def test_a_draft_that_contradicts_itself_is_refused_when_drafted_and_when_edited(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Refusal],
    field: str | None,
) -> None:
    officer = small_city.banks[0].officer
    held, draft = await drafted(small_city), product_draft(**changes)
    async with nothing_written(admin):
        with pytest.raises(refusal) as refused:
            await small_city.act(draft_product, officer, draft=draft, profiles=PROFILES)
        with pytest.raises(refusal):
            await small_city.act(edit_product, officer, product_id=held.id, draft=draft)
    if field is not None:
        assert refused.value.field == field


async def test_a_county_a_town_a_section_and_a_division_can_be_preferred(
    small_city: SmallCity, batch: Database, admin: asyncpg.Connection
) -> None:
    async with batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_areas(session)
    draft = product_draft(
        code="P-2.a_b", preferred_areas=("321302", "321322001"), preferred_industries=("C", "51")
    )
    made = await small_city.act(
        draft_product, small_city.banks[0].officer, draft=draft, profiles=PROFILES
    )
    row = await one(admin, ROW, made.id)
    assert row["preferred_areas"] == ["321302", "321322001"]
    assert row["preferred_industries"] == ["C", "51"]


async def test_a_code_is_free_again_once_its_product_is_retired(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    await small_city.act(retire_product, bank.officer, product_id=bank.product_id)
    product = await drafted(small_city, "P-1")
    assert product.code == "P-1"


async def counts(admin: asyncpg.Connection) -> list[tuple[int, int]]:
    """Of each bank: how many products it has, with drafts of new ones, and how many it is counted to have.

    A draft of a published product's next version stands in that one's place.
    """
    rows = await admin.fetch(
        "select (select count(*) from loan_products p where p.tenant_id = t.id and status <> 'RETIRED'"
        " and not exists (select 1 from loan_products r where p.status = 'DRAFT' and r.id = p.draft_of"
        "  and r.status = 'PUBLISHED')),"
        " (select used from quotas q where q.tenant_id = t.id and name = 'products')"
        " from tenants t where kind = 'bank' order by created_at, id"
    )
    return [(row[0], row[1]) for row in rows]


async def limited(city: SmallCity, ceiling: int) -> None:
    """Let the operator give the first bank so many products."""
    await city.act(
        set_quota,
        city.operator,
        tenant_id=city.banks[0].tenant_id,
        name=QuotaName.PRODUCTS,
        ceiling=ceiling,
        profiles=PROFILES,
    )


async def test_a_bank_has_only_so_many_products(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await limited(small_city, 2)
    draft = await drafted(small_city)
    async with nothing_written(admin):
        with pytest.raises(QuotaExhausted) as refused:
            await drafted(small_city, "P-3")
    assert (refused.value.facts["name"], refused.value.facts["ceiling"]) == ("products", 2)
    rival = small_city.banks[1].officer
    given = {"draft": product_draft(code="P-3"), "profiles": PROFILES}
    assert await small_city.act(draft_product, rival, **given)
    # What is retired makes room.
    await small_city.act(retire_product, small_city.banks[0].officer, product_id=draft.id)
    assert await drafted(small_city, "P-3")


async def test_a_bank_at_its_ceiling_drafts_and_publishes_a_next_version(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    await limited(small_city, 1)
    following = await drafted(small_city, "P-1", replaces=bank.product_id)
    async with nothing_written(admin):
        with pytest.raises(QuotaExhausted):
            await drafted(small_city)
    await small_city.act(publish_product, bank.officer, product_id=following.id)
    assert await counts(admin) == [(1, 1), (1, 1)]
    # The next version is itself bettered in the same place, and what is given up leaves the place as it was.
    given_up = await drafted(small_city, "P-1", replaces=following.id)
    await small_city.act(retire_product, bank.officer, product_id=given_up.id)
    assert await counts(admin) == [(1, 1), (1, 1)]
    async with nothing_written(admin):
        with pytest.raises(QuotaExhausted):
            await drafted(small_city)


async def test_a_retired_product_leaves_its_place_to_the_draft_of_its_next_version(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    await limited(small_city, 1)
    following = await drafted(small_city, "P-1", replaces=bank.product_id)
    await small_city.act(retire_product, bank.officer, product_id=bank.product_id)
    assert await counts(admin) == [(1, 1), (1, 1)]
    async with nothing_written(admin):
        with pytest.raises(QuotaExhausted):
            await drafted(small_city)
    await small_city.act(retire_product, bank.officer, product_id=following.id)
    assert await counts(admin) == [(0, 0), (1, 1)]
    assert await drafted(small_city)


async def test_a_product_has_one_draft_of_its_next_version_at_a_time(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    first = await drafted(small_city, "P-1", replaces=bank.product_id)
    async with nothing_written(admin):
        with pytest.raises(NextVersionDrafted):
            await drafted(small_city, "P-2", replaces=bank.product_id)
    await small_city.act(retire_product, bank.officer, product_id=first.id)
    assert await drafted(small_city, "P-1", replaces=bank.product_id)


async def test_what_a_bank_is_counted_to_have_is_what_it_has(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    assert await counts(admin) == [(1, 1), (1, 1)]
    following = await drafted(small_city, "P-1", replaces=bank.product_id)
    other = await drafted(small_city)
    assert await counts(admin) == [(2, 2), (1, 1)]
    await small_city.act(publish_product, bank.officer, product_id=following.id)
    assert await counts(admin) == [(2, 2), (1, 1)]
    last = await drafted(small_city, "P-1", replaces=following.id)
    await small_city.act(retire_product, bank.officer, product_id=following.id)
    await small_city.act(retire_product, bank.officer, product_id=other.id)
    assert await counts(admin) == [(1, 1), (1, 1)]
    # Its product is retired already and is not given back a second time.
    await small_city.act(publish_product, bank.officer, product_id=last.id)
    assert await counts(admin) == [(1, 1), (1, 1)]
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(retire_product, bank.officer, product_id=following.id)


async def test_drafts_and_retirements_at_once_are_counted_right(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    following = await drafted(small_city, "P-1", replaces=bank.product_id)
    await limited(small_city, 4)
    works: list[Coroutine[Any, Any, Any]] = [
        small_city.act(publish_product, bank.officer, product_id=following.id),
        small_city.act(retire_product, bank.officer, product_id=bank.product_id),
        *(drafted(small_city, f"Q-{number}") for number in range(6)),
    ]
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert {type(one) for one in refused} <= {QuotaExhausted, StepNotPossible}
    [(has, counted), _] = await counts(admin)
    assert has == counted == 4


async def test_what_is_no_draft_is_neither_edited_nor_published(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    for _ in ("published", "retired"):
        async with nothing_written(admin):
            with pytest.raises(StepNotPossible):
                await small_city.act(
                    edit_product, bank.officer, product_id=bank.product_id, draft=product_draft()
                )
            with pytest.raises(StepNotPossible):
                await small_city.act(publish_product, bank.officer, product_id=bank.product_id)
        await admin.execute("update loan_products set status = 'RETIRED'")
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(retire_product, bank.officer, product_id=bank.product_id)


async def test_another_banks_product_and_a_missing_right_are_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, rival = small_city.banks
    draft = await drafted(small_city)
    reader = bank.officer.with_permissions({policies.PRODUCT_READ})
    editor = bank.officer.with_permissions({policies.PRODUCT_EDIT})
    changes = {
        draft_product: {
            "draft": product_draft(code="P-9"),
            "replaces": bank.product_id,
            "profiles": PROFILES,
        },
        edit_product: {"draft": product_draft(code="P-9"), "product_id": draft.id},
        publish_product: {"product_id": draft.id},
        retire_product: {"product_id": bank.product_id},
    }
    async with nothing_written(admin):
        for command, given in changes.items():
            with pytest.raises(NotFound):
                await small_city.act(command, rival.officer, **given)
            missing = {name: uuid4() for name in given if name != "draft"}
            with pytest.raises(NotFound):
                await small_city.act(command, bank.officer, **{**given, **missing})
            callers = [reader, small_city.applicant, small_city.operator]
            if command in (publish_product, retire_product):
                callers.append(editor)
            for caller in callers:
                with pytest.raises(Forbidden):
                    await small_city.act(command, caller, **given)


async def test_a_running_request_keeps_what_it_matched_when_the_product_is_retired(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    await small_city.act(retire_product, bank.officer, product_id=bank.product_id)
    kept = await admin.fetchval(
        "select count(*) from match_results where request_id = $1", submitted.request.id
    )
    assert kept == 2
    later = await small_city.submit()
    assert [referral.tenant_id for referral in later.referrals] == [small_city.banks[1].tenant_id]


async def test_a_bank_lists_its_own_products_the_retired_last(small_city: SmallCity) -> None:
    bank, rival = small_city.banks
    newest = await drafted(small_city)
    await small_city.act(retire_product, bank.officer, product_id=newest.id)
    draft = await drafted(small_city, "P-3")
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        listed = (await session.scalars(own_products(bank.officer))).all()
        assert [product.id for product in listed] == [draft.id, bank.product_id, newest.id]
        assert (await own_product(session, bank.officer, draft.id)).code == "P-3"
        with pytest.raises(NotFound):
            await own_product(session, bank.officer, rival.product_id)
