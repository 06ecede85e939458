"""What granting a correction does, by what it is about and who the source is.

The platform changes its own data about a subject at once. A record belongs to the department that recorded it: it is used no
more, and the department is asked for the right one. A person's name is what the identity service has proved: he proves it
anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.industries import industry_name_zh, parse_industry
from suxin.places import queries as places
from suxin.places.models import AreaLevel
from suxin.review.models import ReviewCase
from suxin.review.states import CaseState, Outcome
from suxin.subjects.models import Subject, SubjectKind

MIN_NAME: Final = 2
MAX_NAME: Final = 100


class CorrectionAbout(StrEnum):
    """What a correction is asked for: one credit record, or an item of the subject's own data."""

    RECORD = "record"
    NAME = "name"
    REGION = "region"
    INDUSTRY = "industry"


class Remedy(StrEnum):
    """What granting a correction does: the platform changes its own data, a source is asked, or a proof is renewed."""

    PLATFORM = "platform"
    SOURCE = "source"
    PROOF = "proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """What is contested: what it is called, whose it is, and what it says now."""

    item: str
    source: str
    stated: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PutRight:
    """Columns of a subject with what they should hold, and the same in words."""

    columns: Mapping[str, str | None]
    zh: str


def remedy_of(about: CorrectionAbout, subject: Subject) -> Remedy:
    """Return what granting a correction would do."""
    if about is CorrectionAbout.RECORD:
        return Remedy.SOURCE
    if about is CorrectionAbout.NAME and subject.kind is SubjectKind.PERSON:
        return Remedy.PROOF
    return Remedy.PLATFORM


def stated_of(subject: Subject, about: CorrectionAbout) -> Contested:
    """Return what the subject's own data says, with its item and source, as a case keeps it."""
    item, stated = {
        CorrectionAbout.NAME: ("名称", subject.name),
        CorrectionAbout.REGION: ("所在地", subject.town_code or subject.county_code),
        CorrectionAbout.INDUSTRY: ("行业", subject.industry),
    }[about]
    by_proof = remedy_of(about, subject) is Remedy.PROOF
    return Contested(
        item="姓名" if by_proof else item,
        source="实名核验" if by_proof else "登记资料",
        stated={"value": stated},
    )


async def put_right(session: AsyncSession, about: CorrectionAbout, given: str) -> PutRight:
    """Return what the platform's own data should say: a name, the code of a county or town, or an industry's code.

    :raises Invalid: if it is none; the field is ``value``
    """
    value = given.strip()
    if about is CorrectionAbout.REGION:
        return await _region(session, value)
    if about is CorrectionAbout.INDUSTRY:
        code = value.upper()
        if parse_industry(code) is None:
            raise _invalid("应为《国民经济行业分类》的代码，如 C13", "it is no code of GB/T 4754")
        return PutRight({"industry": code}, industry_name_zh(code))
    if not MIN_NAME <= len(value) <= MAX_NAME:
        raise _invalid(
            f"应为 {MIN_NAME} 至 {MAX_NAME} 字", f"it has {MIN_NAME} to {MAX_NAME} characters"
        )
    return PutRight({"name": value}, value)


async def _region(session: AsyncSession, code: str) -> PutRight:
    try:
        area = await places.area(session, code)
    except NotFound:
        raise _invalid("请选择县区或乡镇", "it is no county or town") from None
    if area.valid_until is None and area.level is AreaLevel.COUNTY:
        return PutRight({"county_code": code, "town_code": None}, area.full_name)
    if area.valid_until is None and area.level is AreaLevel.TOWN:
        return PutRight({"county_code": area.parent_code, "town_code": code}, area.full_name)
    raise _invalid("请选择县区或乡镇", "it is no county or town")


def _invalid(zh: str, en: str) -> Invalid:
    return Invalid(field="value", reason_zh=zh, reason_en=en)


def contested(case: ReviewCase) -> tuple[CorrectionAbout, Remedy]:
    """Return what a dispute or correction is about, and what granting it does."""
    return CorrectionAbout(case.stated["about"]), Remedy(case.stated["remedy"])


def outcome_of(case: ReviewCase) -> tuple[str, str] | None:
    """Return what came of a dispute or correction that was granted, in Chinese and English; of any other nothing."""
    answered = case.state in (CaseState.NOTICED, CaseState.EFFECTIVE)
    if not answered or case.outcome is not Outcome.GRANTED or "remedy" not in case.stated:
        return None
    applied = "" if case.terms is None else case.terms["zh"]
    return {
        Remedy.PLATFORM: (
            f"平台登记资料已改为“{applied}”，即时生效",
            f"The platform's data now says “{applied}”",
        ),
        Remedy.SOURCE: (
            f"原记录已停止使用，不再计入评价；信用办转请{case.source}核改，正确的记录由其重新提供",
            f"The record is used no more; the credit office asks its source ({case.source}) for the right one",
        ),
        Remedy.PROOF: (
            "姓名以实名核验为准：请重新实名认证，核验通过后姓名随即更新",
            "A name is what the identity service proves: prove it anew, and it is changed at once",
        ),
    }[contested(case)[1]]


def correction_follows(case: ReviewCase) -> str:
    """Return the sentence with which whoever filed is told what came of it."""
    outcome = outcome_of(case)
    return "" if outcome is None else f" {outcome[0]}。"
