"""Who is behind a referral: what the applicant's consent opens, or a contract with him, with its receipt."""

from datetime import date, datetime
from typing import ClassVar, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.bases import BasisKind
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.lending import models
from suxin.lending.models import DispatchMode, RequestState
from suxin.lending.queries.dossier import (
    Dossier,
    contracted_request,
    dossier,
    dossier_records,
)
from suxin.lending.queries.referrals import own_referral
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RepaymentMethod
from suxin.subjects.identities import identity_of
from suxin.subjects.models import DataCategory
from suxin_graphql.consents import Consent
from suxin_graphql.context import Context
from suxin_graphql.execution.records import (
    Asked,
    Part,
    Record,
    Told,
    ToldPage,
    of_category,
    read_field,
    to_one,
    told_page,
)
from suxin_graphql.paging import Connection
from suxin_graphql.places import Area
from suxin_graphql.scalars import Fen
from suxin_graphql.subjects import RECORDS, CreditRecord
from suxin_graphql.tiers import GRADES, Grade, tell_grades

MAX_DOSSIERS: Final = 20
"""How many applicants' records one request may open (proposed default): reading them is a matter of single cases."""

_BY_CONSENT: Final = "仅有合同依据时为空。Nothing where only a contract is left."


class TooManyApplicants(Refusal):
    """One request asks for the records of too many applicants."""

    code = "TOO_MANY_APPLICANTS"
    kind = RefusalKind.LIMITED
    zh = "一次请求最多查阅 {limit} 位申请人的信息"
    en = "One request may open the records of at most {limit} applicants"


@strawberry.type(description="贷款申请的全部内容。The loan request as the applicant made it.")
class LoanRequest(Record):
    """The loan request as the applicant made it."""

    __model__: ClassVar = models.LoanRequest
    __category__: ClassVar = DataCategory.LOAN_REQUEST

    number: str
    state: RequestState
    amount_fen: Fen
    term_months: int
    purpose: LoanPurpose
    guarantee: GuaranteeMode
    repayment_method: RepaymentMethod
    rate_ceiling_bps: int | None
    first_loan: bool
    mode: DispatchMode
    note: str
    submitted_at: datetime | None
    expires_at: datetime


@strawberry.type(
    description="办理申请的自然人，未脱敏。The natural person who made the request, in full; to reach him and no more."
)
class Person(Record):
    """The natural person who made the request."""

    __category__: ClassVar = DataCategory.IDENTITY

    name: str
    resident_id: str
    phone: str | None = of_category(
        DataCategory.CONTACT,
        description="依据不含联系方式时为空。Nothing where the basis does not cover contact.",
    )


async def tell_person(session: AsyncSession, context: Context, applicant: Record) -> Person | None:
    """Return the person who made the request, or nothing where no basis covers identity; the read leaves its receipt.

    :raises Forbidden: without the right to read identities
    """
    try:
        found = await identity_of(
            session,
            context.runtime.sealer,
            applicant.__dict__["_person_id"],
            context_id=applicant.__dict__["_request_id"],
        )
    except NotFound:
        return None
    return Person.given(name=found.name, resident_id=found.resident_id, phone=found.phone)


async def tell_records(
    session: AsyncSession, context: Context, applicant: Record, asked: Asked
) -> Part | None:
    """Return a page of what is on record about the applicant, or nothing on a contract; it leaves its receipt.

    :raises Forbidden: without the right to read records
    :raises RecordsAreFetched: if a system asks
    """
    found: Dossier | None = applicant.__dict__["_dossier"]
    if found is None:
        return None
    page = await dossier_records(
        session,
        context.actor,
        found,
        first=asked.first,
        after=None if asked.after is None else (asked.after[0], asked.after[1]),
        counted=asked.counted,
    )
    nodes = [((row.occurred_on, row.id), CreditRecord.of_row(row, context)) for row in page.rows]
    return Part(nodes=nodes, more=page.more, total=page.total)


@strawberry.type(
    description="申请人。Who is behind a referral, as far as the basis goes: a consent opens what it names, a contract"
    " the request and the person alone."
)
class Applicant(Record):
    """Who is behind a referral. What only a consent opens is nothing, or empty, on a contract's basis."""

    __category__: ClassVar = DataCategory.REGISTRATION

    basis: BasisKind = strawberry.field(description="查阅依据。The ground on which this is told.")
    name: str | None = strawberry.field(description="登记名称；" + _BY_CONSENT)
    kind: ApplicantKind | None = strawberry.field(description="申请主体类型；" + _BY_CONSENT)
    uscc: str | None
    county_code: str | None = strawberry.field(description="所在县区代码；" + _BY_CONSENT)
    county: Area | None = to_one(lambda: Area, "county_code")
    town: Area | None = to_one(lambda: Area, "town_code")
    industry: str | None
    registered_on: date | None
    request: LoanRequest
    person: Person | None = read_field(
        Told(lambda: Person, tell_person, needs=()),
        category=DataCategory.IDENTITY,
        description="办理申请的自然人；每次查阅另行留痕。Who made the request; each read leaves a receipt of its own.",
    )
    records: Connection[CreditRecord] | None = told_page(
        ToldPage(lambda: CreditRecord, lambda: RECORDS, tell_records),
        description="授权类别内的信用信息，新的在前；供工作人员查阅，系统须用 fetchRecords 获取；仅有合同依据时为空。"
        "What is on record in the permitted categories, latest first, for people to look at: a system gets it by"
        " fetchRecords. Nothing where only a contract is left.",
    )
    grades: Connection[Grade] | None = told_page(
        ToldPage(lambda: Grade, lambda: GRADES, tell_grades),
        category=DataCategory.SCORE_TIER,
        description="信用等级及其解释，授权含信用等级时才有；供工作人员查阅，系统须用 fetchTiers 获取；仅有合同依据时为空。"
        "The applicant's grades with what counts, where the consent covers them, for people to look at: a system gets the tier"
        " by fetchTiers. Nothing where only a contract is left.",
    )
    consent: Consent | None = strawberry.field(description="申请人的授权；" + _BY_CONSENT)


async def tell_applicant(
    session: AsyncSession, context: Context, referral: Record
) -> Applicant | None:
    """Return who is behind a referral, or nothing without a live basis; the read leaves its receipt.

    :raises TooManyApplicants: if the request has opened ``MAX_DOSSIERS`` already
    :raises Forbidden, OutsideOwnArea: see ``dossier`` and ``contracted_request``
    """
    actor = context.actor
    if context.dossiers >= MAX_DOSSIERS:
        raise TooManyApplicants(limit=MAX_DOSSIERS)
    row, _ = await own_referral(session, actor, referral.__dict__["_id"])
    found = await dossier(session, actor, row)
    if found is not None:
        context.dossiers += 1
        return _known(found, context)
    request = await contracted_request(session, actor, row)
    if request is None:
        return None
    context.dossiers += 1
    return _contracted(request, context)


def _known(found: Dossier, context: Context) -> Applicant:
    subject = found.subject
    return Applicant.given(
        basis=BasisKind.CONSENT,
        name=subject.name,
        kind=ApplicantKind.coded(subject.kind.value),
        uscc=subject.uscc,
        county_code=subject.county_code,
        _county_code=subject.county_code,
        _town_code=subject.town_code,
        _person_id=found.request.person_id,
        _request_id=found.request.id,
        _dossier=found,
        industry=subject.industry,
        registered_on=subject.registered_on,
        request=LoanRequest.of_row(found.request, context),
        consent=Consent.of_row(found.consent, context),
    )


def _contracted(request: models.LoanRequest, context: Context) -> Applicant:
    registered = ("name", "kind", "uscc", "county_code", "industry", "registered_on")
    return Applicant.given(
        basis=BasisKind.CONTRACT,
        **dict.fromkeys((*registered, "_county_code", "_town_code", "consent")),
        _person_id=request.person_id,
        _request_id=request.id,
        _dossier=None,
        request=LoanRequest.of_row(request, context),
    )
