"""Guarantees in words, as the desks of banks, guarantors and the operator say them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.states import GuaranteeState
from suxin.lending.industries import industry_name_zh
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND, UNDISCLOSED, UNRATED, AmountBand, TermBand
from suxin.lending.terms import ApplicantKind, LoanPurpose
from suxin.tenancy.models import Tenant
from suxin_tenants.area_names import area_names
from suxin_tenants.words import Said

STATES: Final[Mapping[GuaranteeState, Said]] = {
    GuaranteeState.REQUESTED: ("待审查", "warn"),
    GuaranteeState.UNDERWRITTEN: ("待批准", "info"),
    GuaranteeState.APPROVED: ("已承诺", "good"),
    GuaranteeState.DECLINED: ("不予担保", "bad"),
    GuaranteeState.WITHDRAWN: ("银行撤回", "plain"),
    GuaranteeState.LAPSED: ("已失效", "plain"),
    GuaranteeState.RELEASED: ("已解除", "plain"),
}
_GRADES: Final = {UNRATED: "未评级", UNDISCLOSED: "不公开"}


@dataclass(frozen=True, slots=True)
class GuaranteeWords:
    """A request in words: who asks whom, and what it may say of the applicant, which narrows nobody."""

    one: GuaranteeRequest
    state: Said
    bank: str
    guarantor: str
    kind: str
    county: str
    industry: str
    amount: str
    term: str
    grade: str
    purpose: str


async def guarantee_words(
    session: AsyncSession, requests: Sequence[GuaranteeRequest]
) -> list[GuaranteeWords]:
    """Return the words of some requests, in their order."""
    areas = await area_names(session, {one.county_code for one in requests})
    names = await house_names(session, requests)
    return [_words(one, areas[one.county_code], names) for one in requests]


async def house_names(
    session: AsyncSession, requests: Sequence[GuaranteeRequest]
) -> dict[object, str]:
    """Return what the banks and guarantors of some requests are called; one that is suspended has no name here."""
    ids = {one.tenant_id for one in requests} | {one.guarantor_id for one in requests}
    found = [await session.get(Tenant, one) for one in ids]
    return {one.id: one.name for one in found if one is not None}


def _words(one: GuaranteeRequest, county: str, names: Mapping[object, str]) -> GuaranteeWords:
    kind, section = one.subject_kind, one.industry_section
    return GuaranteeWords(
        one=one,
        state=STATES[one.state],
        bank=names.get(one.tenant_id, "—"),
        guarantor=names.get(one.guarantor_id, "—"),
        kind="不公开" if kind == ANY_KIND else ApplicantKind.coded(kind).zh,
        county=county,
        industry="不公开" if section == ALL_INDUSTRIES else industry_name_zh(section),
        amount=AmountBand.coded(one.amount_band).zh,
        term=TermBand.coded(one.term_band).zh,
        grade=_GRADES.get(one.grade, one.grade),
        purpose=LoanPurpose.coded(one.purpose).zh,
    )
