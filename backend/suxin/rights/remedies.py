"""What granting a correction does, by what it is about and who the source is.

The platform changes its own data about a subject at once. A record belongs to the department that recorded it: it is used no
more, and the department is asked for the right one. A person's name is what the identity service has proved: he proves it
anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.industries import industry_name_zh, parse_industry
from suxin.places import queries as places
from suxin.places.models import AreaLevel
from suxin.rights.models import CorrectionAbout, CorrectionRequest, CorrectionState, Remedy
from suxin.subjects.models import Subject, SubjectKind

MIN_NAME: Final = 2
MAX_NAME: Final = 100


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


def stated_of(subject: Subject, about: CorrectionAbout) -> dict[str, object]:
    """Return what the subject's own data says, with its item and source, as a request keeps it."""
    item, stated = {
        CorrectionAbout.NAME: ("名称", subject.name),
        CorrectionAbout.REGION: ("所在地", subject.town_code or subject.county_code),
        CorrectionAbout.INDUSTRY: ("行业", subject.industry),
    }[about]
    by_proof = remedy_of(about, subject) is Remedy.PROOF
    return {
        "item": "姓名" if by_proof else item,
        "source": "实名核验" if by_proof else "登记资料",
        "stated": {"value": stated},
    }


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


def outcome_of(request: CorrectionRequest) -> tuple[str, str] | None:
    """Return what came of a request that was granted, in Chinese and English; of any other nothing."""
    if request.state is not CorrectionState.CORRECTED:
        return None
    return {
        Remedy.PLATFORM: (
            f"平台登记资料已改为“{request.applied}”，即时生效",
            f"The platform's data now says “{request.applied}”",
        ),
        Remedy.SOURCE: (
            f"原记录已停止使用，不再计入评价；信用办转请{request.source}核改，正确的记录由其重新提供",
            f"The record is used no more; the credit office asks its source ({request.source}) for the right one",
        ),
        Remedy.PROOF: (
            "姓名以实名核验为准：请重新实名认证，核验通过后姓名随即更新",
            "A name is what the identity service proves: prove it anew, and it is changed at once",
        ),
    }[request.remedy]
