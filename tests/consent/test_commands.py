"""Consents: given after the notice, narrowed to the purpose, paused, resumed, taken back, expired."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import acts, carry_out, nothing_written, one, posted, told
from small_city import SmallCity
from sqlalchemy import select

from suxin.consent.commands import (
    expire_consent,
    grant_consent,
    open_contract_basis,
    pause_consent,
    publish_notice_texts,
    resume_consent,
    revoke_consent,
)
from suxin.consent.giving import ConsentExists, Granted, NoticeOutdated, RecipientUnknown
from suxin.consent.models import ConsentStateConflict
from suxin.consent.notice_texts import TEXTS, current_text
from suxin.consent.notice_texts import told as worded
from suxin.consent.purposes import LOAN_MATCH, CategoriesOutsidePurpose, PurposeUnknown
from suxin.consent.queries import consents_of
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.subjects.models import CreditRecord, DataCategory
from suxin.tenancy.commands import resume_tenant, suspend_tenant

TEXT = current_text("loan.match")
REQUIRED = ["contact", "identity", "loan_request", "registration"]


async def grant(city: SmallCity, **changes: Any) -> Granted:
    given: dict[str, Any] = {
        "tenant_id": city.banks[0].tenant_id,
        "purpose": "loan.match",
        "categories": [DataCategory.TAX],
        "life_days": 30,
        "notice_version": TEXT.version,
        "context_id": UUID(int=7),
        **changes,
    }
    actor = given.pop("actor", city.applicant)
    granted: Granted = await city.act(grant_consent, actor, **given)
    return granted


async def seen(city: SmallCity, number: int = 0, **when: Any) -> list[str]:
    """Return the items of the firm's records that a bank's officer sees in a new snapshot."""
    officer = city.banks[number].officer
    async with city.database.snapshot(officer, now=when.get("now", city.now)) as session:
        return sorted(await session.scalars(select(CreditRecord.item_code)))


async def test_a_consent_is_what_was_decided_after_what_was_shown(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    granted = await grant(small_city)
    row = await one(admin, "select * from consents")
    until = small_city.now + timedelta(days=30)
    assert (row["id"], row["subject_id"], row["tenant_id"], row["purpose"], row["state"]) == (
        granted.consent_id,
        small_city.firm_id,
        bank.tenant_id,
        "loan.match",
        "ACTIVE",
    )
    assert (row["notice_version"], row["notice_sha256"], row["retention_days"]) == (
        TEXT.version,
        TEXT.sha256,
        180,
    )
    assert (row["starts_at"], row["expires_at"], row["decided_at"], row["decided_by"]) == (
        small_city.now,
        until,
        small_city.now,
        small_city.person_id,
    )
    assert row["categories"] == sorted([*REQUIRED, "tax"])
    basis = await one(admin, "select * from access_bases")
    assert (basis["kind"], basis["source_id"], basis["categories"], basis["context_id"]) == (
        "consent",
        granted.consent_id,
        row["categories"],
        UUID(int=7),
    )
    assert (basis["person_id"], basis["ends_at"], basis["ended_at"]) == (
        small_city.person_id,
        until,
        None,
    )
    (timer,) = await posted(admin, "consent.consent.expire")
    assert (json.loads(timer["payload"]), timer["not_before"]) == (
        {"subject_id": str(small_city.firm_id), "consent_id": str(granted.consent_id)},
        until,
    )
    assert await acts(admin, "consent.con") == ["consent.consent.granted"]


@pytest.mark.parametrize(
    ("changes", "categories", "days", "cuts"),
    [
        ({"categories": []}, REQUIRED, 30, ()),
        (
            {"categories": sorted(LOAN_MATCH.categories), "life_days": 90},
            sorted(LOAN_MATCH.categories),
            90,
            (),
        ),
        ({"life_days": 91}, [*REQUIRED, "tax"], 90, ("有效期由 91 天调整为 90 天",)),
        ({"life_days": 0}, [*REQUIRED, "tax"], 1, ("有效期由 0 天调整为 1 天",)),
        ({"life_days": -5}, [*REQUIRED, "tax"], 1, ("有效期由 -5 天调整为 1 天",)),
    ],
    ids=["nothing optional", "everything", "too long", "no days", "negative"],
)
async def test_a_wider_consent_is_narrowed_to_its_purpose_and_says_so(
    small_city: SmallCity,
    changes: dict[str, Any],
    categories: list[str],
    days: int,
    cuts: tuple[str, ...],
) -> None:
    """PIPL art. 6: the smallest scope that serves the purpose."""
    granted = await grant(small_city, **changes)
    assert [category.value for category in granted.categories] == sorted(categories)
    assert granted.expires_at == small_city.now + timedelta(days=days)
    assert tuple(cut.zh for cut in granted.cuts) == cuts


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"purpose": "marketing"}, PurposeUnknown, "purpose"),
        # A contract's purpose is never asked for: its basis comes from the contract.
        ({"purpose": "loan.contract"}, PurposeUnknown, "purpose"),
        ({"notice_version": "loan.match/2020-01"}, NoticeOutdated, "noticeVersion"),
        ({"notice_version": ""}, NoticeOutdated, "noticeVersion"),
        ({"tenant_id": uuid4()}, RecipientUnknown, "tenantId"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_consent_that_cannot_be_given_is_refused(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Refusal],
    field: str,
) -> None:
    async with nothing_written(admin):
        with pytest.raises(refusal) as refused:
            await grant(small_city, **changes)
    assert refused.value.field == field


async def test_categories_that_serve_nothing_are_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    rural = {"purpose": "bank.credit", "notice_version": "bank.credit/2026-11", "context_id": None}
    async with nothing_written(admin):
        with pytest.raises(CategoriesOutsidePurpose) as refused:
            await grant(small_city, categories=[DataCategory.TAX], **rural)
    assert refused.value.field == "categories"
    granted = await grant(small_city, categories=[DataCategory.TAX, DataCategory.HONOURS], **rural)
    assert [(cut.zh, cut.en) for cut in granted.cuts] == [
        ("“纳税信息”与用途无关", "the category tax has nothing to do with the purpose")
    ]
    assert DataCategory.TAX not in granted.categories


async def test_the_same_permission_is_not_given_twice_but_another_matter_or_bank_is(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    first = await grant(small_city)
    async with nothing_written(admin):
        with pytest.raises(ConsentExists):
            await grant(small_city)
    await grant(small_city, context_id=UUID(int=8))
    await grant(small_city, tenant_id=small_city.banks[1].tenant_id)
    await small_city.act(pause_consent, small_city.applicant, consent_id=first.consent_id)
    async with nothing_written(admin):
        with pytest.raises(ConsentExists):
            await grant(small_city)
    await small_city.act(
        revoke_consent, small_city.applicant, consent_id=first.consent_id, reason=None
    )
    again = await grant(small_city)
    assert again.consent_id != first.consent_id


async def test_a_suspended_bank_gets_no_consent(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    tenant = {"tenant_id": small_city.banks[0].tenant_id, "reason": "检查"}
    await small_city.act(suspend_tenant, small_city.operator, **tenant)
    async with nothing_written(admin):
        with pytest.raises(RecipientUnknown):
            await grant(small_city)
    await small_city.act(resume_tenant, small_city.operator, **tenant)
    assert await grant(small_city)


async def test_each_step_acts_on_the_very_next_reading(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """PIPL art. 15: consent can be taken back, and then the data is no longer given."""
    assert await seen(small_city) == []
    granted = await grant(small_city)
    mine = {"consent_id": granted.consent_id}
    assert await seen(small_city) == ["TAX-GRADE", "TAX-PAID"]
    assert await seen(small_city, 1) == []
    await small_city.act(pause_consent, small_city.applicant, **mine)
    assert await seen(small_city) == []
    await small_city.act(resume_consent, small_city.applicant, **mine)
    assert await seen(small_city) == ["TAX-GRADE", "TAX-PAID"]
    assert await seen(small_city, now=granted.expires_at - timedelta(seconds=1)) != []
    assert await seen(small_city, now=granted.expires_at) == []
    later = small_city.now + timedelta(days=1)
    await small_city.act(revoke_consent, small_city.applicant, reason="不再需要", now=later, **mine)
    assert await seen(small_city) == []

    row = await one(admin, "select state, ended_at, end_reason from consents")
    assert tuple(row.values()) == ("REVOKED", later, "不再需要")
    assert await acts(admin, "consent.con") == [
        f"consent.consent.{step}" for step in ("granted", "paused", "resumed", "revoked")
    ]
    assert await told(admin, small_city.banks[0].tenant_id) == ["授权已撤回"]
    bases = await admin.fetch("select ended_at from access_bases order by id")
    assert [row["ended_at"] for row in bases] == [small_city.now, later]


async def test_a_consent_ends_at_its_end_once_and_not_before(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    granted = await grant(small_city)
    system = Actor.system("test")

    async def expire(now: Any) -> bool:
        async with small_city.database.transaction(system, now=now) as session:
            return await expire_consent(
                session, subject_id=small_city.firm_id, consent_id=granted.consent_id, now=now
            )

    async with nothing_written(admin):
        assert await expire(granted.expires_at - timedelta(seconds=1)) is False
    assert await carry_out(small_city, admin, "consent.consent.expire", now=granted.expires_at) == 1
    row = await one(admin, "select state, ended_at from consents")
    assert tuple(row.values()) == ("EXPIRED", granted.expires_at)
    async with nothing_written(admin):
        assert await expire(granted.expires_at) is False


async def test_a_paused_consent_whose_time_is_over_is_not_resumed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    granted = await grant(small_city)
    mine = {"consent_id": granted.consent_id}
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await small_city.act(resume_consent, small_city.applicant, **mine)
        with pytest.raises(ConsentStateConflict):
            await small_city.act(
                resume_consent, small_city.applicant, now=granted.expires_at, **mine
            )
    await small_city.act(pause_consent, small_city.applicant, **mine)
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict) as refused:
            await small_city.act(
                resume_consent, small_city.applicant, now=granted.expires_at, **mine
            )
    assert refused.value.zh_message == "授权当前状态为“已到期”，不能执行该操作"
    assert await carry_out(small_city, admin, "consent.consent.expire", now=granted.expires_at) == 1
    assert (await one(admin, "select state from consents"))["state"] == "EXPIRED"


@pytest.mark.parametrize("step", [pause_consent, resume_consent, revoke_consent])
async def test_nobody_decides_about_anothers_consent(
    small_city: SmallCity, admin: asyncpg.Connection, step: Any
) -> None:
    granted = await grant(small_city)
    given: dict[str, Any] = {"reason": None} if step is revoke_consent else {}
    cases = [
        (small_city.stranger, granted.consent_id, NotFound),
        (small_city.applicant, uuid4(), NotFound),
        (small_city.banks[0].officer, granted.consent_id, Forbidden),
        (small_city.operator, granted.consent_id, Forbidden),
        (Actor.anonymous("r1"), granted.consent_id, Forbidden),
    ]
    async with nothing_written(admin):
        for caller, consent_id, refusal in cases:
            with pytest.raises(refusal):
                await small_city.act(step, caller, consent_id=consent_id, **given)


async def test_a_contracts_basis_comes_from_the_subject_alone(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    given = {
        "tenant_id": small_city.banks[0].tenant_id,
        "contract_id": uuid4(),
        "context_id": uuid4(),
        "ends_at": small_city.now + timedelta(days=10),
    }
    async with nothing_written(admin):
        for caller in (small_city.banks[0].officer, small_city.operator):
            with pytest.raises(Forbidden):
                await small_city.act(open_contract_basis, caller, **given)
    basis_id = await small_city.act(open_contract_basis, small_city.applicant, **given)
    row = await one(admin, "select * from access_bases")
    assert (row["id"], row["kind"], row["purpose"], row["source_id"], row["ends_at"]) == (
        basis_id,
        "contract",
        "loan.contract",
        given["contract_id"],
        given["ends_at"],
    )
    assert await acts(admin, "consent.con") == ["consent.contract_basis.opened"]
    assert await seen(small_city) == []


async def test_the_wordings_are_published_once_and_by_the_platform(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    async with nothing_written(admin):
        for caller in (small_city.operator, small_city.applicant, small_city.banks[0].officer):
            with pytest.raises(Forbidden):
                await small_city.act(publish_notice_texts, caller)
    for _ in range(2):
        await small_city.act(publish_notice_texts, Actor.system("test"))
    row = await one(admin, "select * from notice_texts where purpose = 'loan.match'")
    assert (row["version"], row["sha256"], row["body"]) == (TEXT.version, TEXT.sha256, TEXT.body)
    assert await admin.fetchval("select count(*) from notice_texts") == len(TEXTS) == 9


def test_the_text_tells_what_the_law_wants_told() -> None:
    """PIPL art. 17 and 23: recipient and contact, purpose, manner, categories, period, retention; and that it may be taken back."""
    shown = worded(
        TEXT,
        recipient="宿迁第一商业银行",
        contact="95000",
        categories=("identity", "tax"),
        life_days=30,
        retention_days=180,
    )
    assert (shown.version, shown.sha256) == (TEXT.version, TEXT.sha256)
    for fact in (
        "宿迁第一商业银行",
        "95000",
        "审核您本次的贷款申请并向您报价",
        "身份信息（姓名、身份证号码）、纳税信息",
        "30 天",
        "180 天",
        "撤回",
    ):
        assert fact in shown.body


async def test_a_subject_lists_his_own_consents_newest_first(small_city: SmallCity) -> None:
    first = await grant(small_city)
    second = await grant(small_city, context_id=UUID(int=8))
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        listed = (await session.scalars(consents_of(small_city.firm_id))).all()
        assert [consent.id for consent in listed] == [second.consent_id, first.consent_id]
    async with small_city.database.snapshot(small_city.stranger, now=small_city.now) as session:
        assert (await session.scalars(consents_of(small_city.firm_id))).all() == []
