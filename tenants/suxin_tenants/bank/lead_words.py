"""Lead words: the coarse facts of a lead as an officer reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.industries import industry_name_zh
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND, UNDISCLOSED, UNRATED, AmountBand, TermBand
from suxin.lending.models import DispatchMode, Lead
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose
from suxin_tenants.area_names import area_names

MODES: Final = {
    DispatchMode.NAMED: "申请人指定",
    DispatchMode.RECOMMENDED: "智能推荐",
    DispatchMode.OPEN_POOL: "抢单",
}
_GRADES: Final = {UNRATED: "未评级", UNDISCLOSED: "不公开"}
_FIRST_LOAN: Final = {True: "首贷", False: "非首贷", None: "不公开"}


@dataclass(frozen=True, slots=True)
class LeadWords:
    """A lead in words; nothing in it narrows who the applicant is."""

    lead: Lead
    kind: str
    county: str
    industry: str
    amount: str
    term: str
    grade: str
    purpose: str
    guarantee: str
    first_loan: str


async def lead_words(session: AsyncSession, leads: Iterable[Lead]) -> dict[object, LeadWords]:
    """Return the words of some leads by their ids; the areas are looked up once for all."""
    found = list(leads)
    areas = await area_names(session, (lead.county_code for lead in found))
    return {lead.id: _words(lead, areas[lead.county_code]) for lead in found}


def _words(lead: Lead, county: str) -> LeadWords:
    kind, section = lead.subject_kind, lead.industry_section
    return LeadWords(
        lead=lead,
        kind="不公开" if kind == ANY_KIND else ApplicantKind.coded(kind).zh,
        county=county,
        industry="不公开" if section == ALL_INDUSTRIES else industry_name_zh(section),
        amount=AmountBand.coded(lead.amount_band).zh,
        term=TermBand.coded(lead.term_band).zh,
        grade=_GRADES.get(lead.grade, lead.grade),
        purpose=LoanPurpose.coded(lead.purpose).zh,
        guarantee=GuaranteeMode.coded(lead.guarantee).zh,
        first_loan=_FIRST_LOAN[lead.first_loan],
    )
