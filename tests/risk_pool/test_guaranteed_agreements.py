"""An agreement in which a guarantor bears a share: all answer it, and what is filed under it has the guarantor's commitment."""

import pytest
from small_city import SmallCity
from small_guarantees import SmallGuarantor, build_guarantor, guaranteed
from small_loans import draw
from small_pools import SmallPool, build_pool, signed

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.loans.contracts import ContractDraft, sign_contract
from suxin.lending.loans.models import Loan
from suxin.lending.models import StepNotPossible
from suxin.risk_pool.agreements import AgreementIncoherent, AgreementTerms, Shares
from suxin.risk_pool.filings.refusals import FilingNotGuaranteed
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.answering import accept_agreement, decline_agreement
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.queries import own_agreements
from suxin.risk_pool.signing.states import AgreementState

TERMS = AgreementTerms(shares=Shares(4_000, 2_000, 4_000))


async def offered(city: SmallCity, guarantor: SmallGuarantor) -> tuple[SmallPool, PoolAgreement]:
    """Return a pool with an agreement in force, and its next version, which names a guarantor."""
    small = await build_pool(city)
    agreement = await signed(
        city,
        small.pool.id,
        city.banks[0],
        products=("P-D",),
        terms=TERMS,
        guarantor_id=guarantor.tenant_id,
    )
    return small, agreement


async def standing(city: SmallCity, agreement: PoolAgreement) -> AgreementState:
    async with city.database.snapshot(city.operator, now=city.now) as session:
        return (await session.get_one(PoolAgreement, (agreement.tenant_id, agreement.id))).state


async def loan_of(city: SmallCity, number: str, offer_id: object) -> Loan:
    loan: Loan = await city.act(
        sign_contract, city.banks[0].officer, offer_id=offer_id, draft=ContractDraft(number=number)
    )
    return await draw(city, loan, 40_000_000, reference=f"FK-{number}")


@pytest.mark.parametrize("bank_first", [True, False])
async def test_it_is_in_force_once_bank_and_guarantor_have_accepted(
    small_city: SmallCity, *, bank_first: bool
) -> None:
    guarantor = await build_guarantor(small_city)
    small, agreement = await offered(small_city, guarantor)
    sides = [small_city.banks[0].officer, guarantor.approver]
    first, last = sides if bank_first else sides[::-1]
    await small_city.act(accept_agreement, first, agreement_id=agreement.id)
    with pytest.raises(StepNotPossible):
        await small_city.act(accept_agreement, first, agreement_id=agreement.id)
    assert await standing(small_city, agreement) is AgreementState.SIGNED
    assert await standing(small_city, small.agreement) is AgreementState.IN_FORCE
    await small_city.act(accept_agreement, last, agreement_id=agreement.id)
    assert await standing(small_city, agreement) is AgreementState.IN_FORCE
    assert await standing(small_city, small.agreement) is AgreementState.ENDED


async def test_the_guarantor_may_decline_and_another_sees_nothing(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city)
    other = await build_guarantor(small_city, number=1)
    small, agreement = await offered(small_city, guarantor)
    with pytest.raises(NotFound):
        await small_city.act(accept_agreement, other.approver, agreement_id=agreement.id)
    with pytest.raises(Forbidden):
        await small_city.act(accept_agreement, small_city.applicant, agreement_id=agreement.id)
    async with small_city.database.snapshot(other.approver, now=small_city.now) as session:
        assert (await session.scalars(own_agreements(other.approver))).all() == []
        assert await session.get(RiskPool, (small.pool.tenant_id, small.pool.id)) is None
    async with small_city.database.snapshot(guarantor.approver, now=small_city.now) as session:
        shown = (await session.scalars(own_agreements(guarantor.approver))).all()
        assert [one.id for one in shown] == [agreement.id]
        assert await session.get(RiskPool, (small.pool.tenant_id, small.pool.id)) is not None
    await small_city.act(
        decline_agreement, guarantor.approver, agreement_id=agreement.id, note="比例过高"
    )
    assert await standing(small_city, agreement) is AgreementState.DECLINED
    assert await standing(small_city, small.agreement) is AgreementState.IN_FORCE
    with pytest.raises(StepNotPossible):
        await small_city.act(
            accept_agreement, small_city.banks[0].officer, agreement_id=agreement.id
        )


async def test_a_share_and_a_guarantor_come_together(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city)
    small = await build_pool(small_city)
    for given in ({"terms": TERMS}, {"guarantor_id": guarantor.tenant_id}):
        with pytest.raises(AgreementIncoherent) as one:
            await signed(small_city, small.pool.id, small_city.banks[0], **given)
        assert one.value.field == "guarantorId"
    with pytest.raises(NotFound):
        await signed(
            small_city,
            small.pool.id,
            small_city.banks[0],
            terms=TERMS,
            guarantor_id=small_city.banks[1].tenant_id,
        )


async def test_what_is_filed_has_the_commitment_of_that_guarantor_for_its_share(
    small_city: SmallCity,
) -> None:
    guarantor = await build_guarantor(small_city)
    other = await build_guarantor(small_city, number=1)
    small, agreement = await offered(small_city, guarantor)
    for actor in (small_city.banks[0].officer, guarantor.approver):
        await small_city.act(accept_agreement, actor, agreement_id=agreement.id)
    asked = (
        ("HT-other", other, 4_000),
        ("HT-less", guarantor, 3_999),
        ("HT-right", guarantor, 4_000),
    )
    for number, whom, share_bps in asked:
        offer_id = await guaranteed(small_city)
        await whom.committed(offer_id, share_bps=share_bps)
        await loan_of(small_city, number, offer_id)
    outcomes = await small.file(*(one[0] for one in asked))
    assert [type(one.refusal) for one in outcomes] == [
        FilingNotGuaranteed,
        FilingNotGuaranteed,
        type(None),
    ]
