"""Pools: opened with their accounts, funded by two people, agreed on by two and the bank."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from observing import nothing_written
from small_city import SmallCity
from small_pools import (
    ACCOUNT,
    MONEY_FEN,
    agree,
    agreement_draft,
    another,
    build_pool,
    fund,
    partner_draft,
    pool_draft,
    signed,
)
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending.models.steps import StepNotPossible
from suxin.risk_pool.agreements import AgreementIncoherent, AgreementTerms
from suxin.risk_pool.pools.commands import add_partner, close_pool, open_pool, pause_pool
from suxin.risk_pool.pools.funding import (
    FundingDraft,
    confirm_funding,
    record_funding,
    reject_funding,
)
from suxin.risk_pool.pools.models import CUSTODY_ACCOUNT
from suxin.risk_pool.pools.queries import joined_pools, partners_of
from suxin.risk_pool.pools.refusals import (
    FundingReferenceReused,
    PartnerNameTaken,
    PoolNameTaken,
    SecondPersonNeeded,
    SharesExceeded,
)
from suxin.risk_pool.signing.answering import (
    accept_agreement,
    decline_agreement,
    end_agreements_over,
)
from suxin.risk_pool.signing.drafting import check_draft, draft_agreement, sign_agreement
from suxin.risk_pool.signing.queries import own_agreements


async def test_a_pool_is_opened_with_its_account_sealed_and_masked(small_city: SmallCity) -> None:
    city = small_city
    pool = await city.act(open_pool, city.operator, draft=pool_draft(), sealer=city.sealer)
    assert pool.account_mask == "****4567"
    assert city.sealer.open(pool.account_sealed, purpose=CUSTODY_ACCOUNT, row=pool.id) == ACCOUNT
    with pytest.raises(PoolNameTaken):
        await city.act(open_pool, city.operator, draft=pool_draft(), sealer=city.sealer)
    with pytest.raises(Invalid):
        draft = pool_draft(name="另一个", account="12AB")
        await city.act(open_pool, city.operator, draft=draft, sealer=city.sealer)
    partner = await city.act(add_partner, city.operator, pool_id=pool.id, draft=partner_draft())
    with pytest.raises(PartnerNameTaken):
        await city.act(add_partner, city.operator, pool_id=pool.id, draft=partner_draft())
    with pytest.raises(SharesExceeded):
        draft = partner_draft(name="沭阳县财政局", share_bps=4_001)
        await city.act(add_partner, city.operator, pool_id=pool.id, draft=draft)
    await fund(city, pool, partner, MONEY_FEN, "CZ-1")
    await city.act(pause_pool, city.operator, pool_id=pool.id)
    assert (await city.act(close_pool, city.operator, pool_id=pool.id)).closed_at == city.now


async def test_a_payment_counts_once_a_second_person_confirms_it(small_city, admin) -> None:
    city = small_city
    pool = await city.act(open_pool, city.operator, draft=pool_draft(), sealer=city.sealer)
    partner = await city.act(add_partner, city.operator, pool_id=pool.id, draft=partner_draft())
    draft = FundingDraft(
        partner_id=partner.id, reference="CZ-1", amount_fen=500, paid_on=date(2026, 11, 1)
    )
    funding = await city.act(record_funding, city.operator, pool_id=pool.id, draft=draft)
    async with nothing_written(admin):
        again = await city.act(record_funding, city.operator, pool_id=pool.id, draft=draft)
    assert again.id == funding.id
    with pytest.raises(FundingReferenceReused):
        other = replace(draft, amount_fen=501)
        await city.act(record_funding, city.operator, pool_id=pool.id, draft=other)
    with pytest.raises(SecondPersonNeeded):
        await city.act(confirm_funding, city.operator, funding_id=funding.id)
    assert await paid_in(city, pool.id) == [0]
    second = another(city.operator)
    await city.act(confirm_funding, second, funding_id=funding.id)
    assert await paid_in(city, pool.id) == [500]
    with pytest.raises(StepNotPossible):
        await city.act(confirm_funding, second, funding_id=funding.id)
    wrong = replace(draft, reference="CZ-2")
    funding = await city.act(record_funding, city.operator, pool_id=pool.id, draft=wrong)
    await city.act(reject_funding, second, funding_id=funding.id, note="未到账")
    assert await paid_in(city, pool.id) == [500]


async def test_one_person_alone_neither_confirms_nor_signs_by_any_statement(
    small_city, admin
) -> None:
    """The database itself keeps the two apart."""
    city = small_city
    await build_pool(city)
    for statement in (
        "update pool_fundings set settled_by = recorded_by",
        "update pool_agreements set second_signed_by = first_signed_by",
        "update pool_agreements set second_signed_by = null, second_signed_at = null",
    ):
        with pytest.raises(IntegrityError):
            async with city.database.transaction(city.operator, now=city.now) as session:
                await session.execute(text(statement))


async def test_an_agreement_needs_two_signatures_and_the_banks_word(small_city) -> None:
    city, bank = small_city, small_city.banks[0]
    pool = await city.act(open_pool, city.operator, draft=pool_draft(), sealer=city.sealer)
    given = {"pool_id": pool.id, "bank_id": bank.tenant_id}
    agreement = await city.act(draft_agreement, city.operator, **given, draft=agreement_draft())
    about = {"agreement_id": agreement.id}
    await city.act(sign_agreement, city.operator, **about)
    with pytest.raises(SecondPersonNeeded):
        await city.act(sign_agreement, city.operator, **about)
    # Until two have signed, the bank sees nothing of it, nor of the pool.
    with pytest.raises(NotFound):
        await city.act(accept_agreement, bank.officer, **about)
    assert await seen_by(city, bank.officer) == (0, 0)
    await city.act(sign_agreement, another(city.operator), **about)
    assert await seen_by(city, bank.officer) == (1, 1)
    assert await seen_by(city, city.banks[1].officer) == (0, 0)
    accepted = await city.act(accept_agreement, bank.officer, **about)
    assert accepted.runs_on(date(2026, 12, 31))
    assert not accepted.runs_on(date(2027, 1, 1))


async def test_a_new_version_takes_the_place_of_the_one_before_when_the_bank_accepts(
    small_city, admin
) -> None:
    city, bank = small_city, small_city.banks[0]
    small = await build_pool(city)
    declined = await signed(city, small.pool.id, bank, quota_fen=1)
    await city.act(decline_agreement, bank.officer, agreement_id=declined.id, note="额度过低")
    await agree(city, small.pool.id, bank, quota_fen=600_000_000)
    rows = await admin.fetch("select version, state from pool_agreements order by version")
    assert [tuple(row) for row in rows] == [(1, "ENDED"), (2, "DECLINED"), (3, "IN_FORCE")]
    with pytest.raises(StepNotPossible):
        await city.act(decline_agreement, bank.officer, agreement_id=small.agreement.id, note="x")
    system, over = Actor.system("test"), city.now + timedelta(days=60)
    async with city.database.transaction(system, now=over) as session:
        assert await end_agreements_over(session, now=over) == 1
    async with city.database.transaction(system, now=over) as session:
        assert await end_agreements_over(session, now=over) == 0


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"products": ()}, Invalid),
        ({"products": ("P-1", "P-1")}, Invalid),
        ({"industries": ("13", "ZZ")}, Invalid),
        ({"areas": ("3213",)}, Invalid),
        ({"ends_on": date(2026, 1, 1)}, Invalid),
        ({"rate_ceiling_bps": 0}, Invalid),
        ({"terms": AgreementTerms(multiple=0)}, AgreementIncoherent),
    ],
)
def test_what_no_agreement_can_say_is_refused(changes, refusal) -> None:
    with pytest.raises(refusal):
        check_draft(agreement_draft(**changes))


async def test_pools_are_not_the_banks_business(small_city: SmallCity) -> None:
    city = small_city
    with pytest.raises(Forbidden):
        draft = pool_draft()
        await city.act(open_pool, city.banks[0].officer, draft=draft, sealer=city.sealer)


async def paid_in(city: SmallCity, pool_id) -> list[int]:
    async with city.database.snapshot(city.operator, now=city.now) as session:
        return [fen for _, fen in await partners_of(session, city.operator, pool_id)]


async def seen_by(city: SmallCity, officer: Actor) -> tuple[int, int]:
    async with city.database.snapshot(officer, now=city.now) as session:
        agreements = (await session.scalars(own_agreements(officer))).all()
        return len(agreements), len((await session.scalars(joined_pools(officer))).all())
