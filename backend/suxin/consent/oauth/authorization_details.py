"""Authorization details (RAR, RFC 9396): what a client asks a subject to permit, as the subject will read it.

A request asks for one purpose, because one consent is one subject, one tenant and one purpose (PIPL art. 23); its details
together are that consent. What a type does not know is refused, never passed over (RFC 9396 §5).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from suxin.consent.oauth.refusals import DetailsRefused
from suxin.consent.purposes import (
    LOAN_MATCH,
    PERK_REDEEM,
    POINTS_REDEEM,
    PURPOSES,
    RURAL_CREDIT,
    Purpose,
)
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Invalid
from suxin.subjects.models import DataCategory

MAX_CHARACTERS: Final = 8 * 1024
MAX_DETAILS: Final = 8
DEFAULT_LIFE_DAYS: Final = 30
_MEMBERS: Final = frozenset({"type", "purpose", "actions", "datatypes", "life_days", "identifier"})


@dataclass(frozen=True, slots=True)
class DetailType:
    """What a type may ask for: categories, for purposes; ``identified`` ones name the one matter they are about."""

    categories: frozenset[DataCategory]
    purposes: tuple[str, ...]
    identified: bool = False


DETAIL_TYPES: Final[Mapping[str, DetailType]] = {
    "credit_record": DetailType(
        LOAN_MATCH.categories - {DataCategory.LOAN_REQUEST}, (LOAN_MATCH.code,)
    ),
    "loan_request": DetailType(LOAN_MATCH.categories, (LOAN_MATCH.code,), identified=True),
    "score_tier": DetailType(PERK_REDEEM.required, (PERK_REDEEM.code,)),
    "perk_order": DetailType(PERK_REDEEM.categories, (PERK_REDEEM.code,), identified=True),
    "rural_rating": DetailType(RURAL_CREDIT.categories, (RURAL_CREDIT.code,)),
    "grid_points": DetailType(POINTS_REDEEM.categories, (POINTS_REDEEM.code,)),
}
"""The types that are known, by name."""


@dataclass(frozen=True, slots=True)
class AskedConsent:
    """The consent that a request's details ask for together."""

    purpose: Purpose
    categories: tuple[DataCategory, ...]
    life_days: int
    context_id: UUID | None


def parse_details(text: str | None) -> list[dict[str, Any]]:
    """Return the details of an ``authorization_details`` parameter, as they were given.

    :raises DetailsRefused: if it is no JSON array of up to eight objects
    """
    if text is None:
        return []
    if len(text) > MAX_CHARACTERS:
        raise _refused("过长", "they are too long")
    try:
        details = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("不是 JSON", "they are no JSON") from None
    if not isinstance(details, list) or not 1 <= len(details) <= MAX_DETAILS:
        raise _refused(f"应为 1 至 {MAX_DETAILS} 项的数组", f"an array of 1 to {MAX_DETAILS}")
    if not all(isinstance(detail, dict) for detail in details):
        raise _refused("每项应为对象", "each must be an object")
    return details


def asked_consent(details: Sequence[Mapping[str, Any]]) -> AskedConsent | None:
    """Return the consent that the details ask for; None where there are no details.

    Checked in the order syntax, then schema, then business.

    :raises DetailsRefused: if a detail is not of its type's form, or they are not of one purpose and matter
    """
    if not details:
        return None
    each = [_asked(detail) for detail in details]
    if len({(asked.purpose.code, asked.context_id) for asked in each}) != 1:
        raise _refused("一次请求只能有一个用途", "one request is for one purpose and matter")
    categories = sorted({category for asked in each for category in asked.categories})
    return AskedConsent(
        each[0].purpose,
        tuple(categories),
        max(asked.life_days for asked in each),
        each[0].context_id,
    )


def _asked(detail: Mapping[str, Any]) -> AskedConsent:
    name = detail.get("type")
    known = DETAIL_TYPES.get(name) if isinstance(name, str) else None
    if known is None:
        raise _refused("类型不存在", "a type is not known")
    strange = set(detail) - _MEMBERS
    if strange:
        raise _refused("含未知字段", "a member is not known")
    if detail.get("actions", ["read"]) != ["read"]:
        raise _refused("actions 只能为 read", "the only action is read")
    purpose = detail.get("purpose")
    if purpose not in known.purposes:
        raise _refused("用途不属于该类型", "the purpose is not one of the type's")
    return AskedConsent(
        PURPOSES[str(purpose)],
        _categories(detail, known),
        _life_days(detail.get("life_days", DEFAULT_LIFE_DAYS)),
        _identifier(detail, known),
    )


def _categories(detail: Mapping[str, Any], known: DetailType) -> tuple[DataCategory, ...]:
    given = detail.get("datatypes", sorted(known.categories))
    if not isinstance(given, list) or not given:
        raise _refused("datatypes 应为非空数组", "datatypes must be a non-empty array")
    try:
        categories = {DataCategory(category) for category in given}
    except (ValueError, TypeError):
        raise _refused("数据类别不存在", "a data category is not known") from None
    if not categories <= known.categories:
        raise _refused("数据类别不属于该类型", "a data category is not one of the type's")
    return tuple(sorted(categories))


def _life_days(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _refused("life_days 应为正整数", "life_days must be a positive integer")
    return value


def _identifier(detail: Mapping[str, Any], known: DetailType) -> UUID | None:
    given = detail.get("identifier")
    if (given is not None) != known.identified:
        raise _refused("identifier 与类型不符", "this type needs, or has no, identifier")
    if given is None:
        return None
    try:
        return parse_id(given, field="authorization_details")
    except Invalid:
        raise _refused("identifier 不是标识", "the identifier is no id") from None


def _refused(reason_zh: str, reason_en: str) -> DetailsRefused:
    return DetailsRefused(reason_zh=reason_zh, reason_en=reason_en)
