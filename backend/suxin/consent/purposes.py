"""Purposes: what data may be asked for, with the limits each consent must keep.

The limits on life and retention are proposed defaults (demo configuration), not official figures; that there must be
limits is law (PIPL art. 6, 17, 19: smallest scope, told retention, shortest period).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.models import DataCategory


class PurposeUnknown(Refusal):
    """No purpose of this code exists."""

    code = "PURPOSE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "没有“{purpose}”这一用途"
    en = "There is no purpose {purpose}"


class CategoriesOutsidePurpose(Refusal):
    """None of the categories asked for is needed for the purpose."""

    code = "CATEGORIES_OUTSIDE_PURPOSE"
    kind = RefusalKind.INVALID
    zh = "所选数据类别均不属于该用途"
    en = "None of the categories belongs to this purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose, and the widest consent it allows.

    ``required`` are the categories without which the purpose cannot be served at all; ``optional`` ones may be left
    out by the subject.
    """

    code: str
    zh: str
    en: str
    required: frozenset[DataCategory]
    optional: frozenset[DataCategory]
    max_life_days: int
    retention_days: int

    @property
    def categories(self) -> frozenset[DataCategory]:
        """Every category the purpose may ask for."""
        return self.required | self.optional


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left of a request after the purpose's limits, and in words what was cut."""

    categories: tuple[DataCategory, ...]
    life_days: int
    cuts: tuple[str, ...]


LOAN_MATCH: Final = Purpose(
    code="loan.match",
    zh="审核贷款申请并报价",
    en="assess a loan request and make an offer",
    required=frozenset(
        {
            DataCategory.LOAN_REQUEST,
            DataCategory.IDENTITY,
            DataCategory.CONTACT,
            DataCategory.REGISTRATION,
        }
    ),
    optional=frozenset(
        {
            DataCategory.TAX,
            DataCategory.SOCIAL_INSURANCE,
            DataCategory.HONOURS,
            DataCategory.PENALTIES,
            DataCategory.ENVIRONMENT,
        }
    ),
    max_life_days=90,
    retention_days=180,
)

LOAN_CONTRACT: Final = Purpose(
    code="loan.contract",
    zh="履行借款合同",
    en="perform a loan contract",
    required=frozenset({DataCategory.LOAN_REQUEST, DataCategory.IDENTITY, DataCategory.CONTACT}),
    optional=frozenset(),
    max_life_days=365 * 35,
    retention_days=365 * 5,
)

PURPOSES: Final = {purpose.code: purpose for purpose in (LOAN_MATCH, LOAN_CONTRACT)}


def purpose_named(code: str) -> Purpose:
    """Return the purpose of this code.

    :raises PurposeUnknown: if there is none
    """
    try:
        return PURPOSES[code]
    except KeyError:
        raise PurposeUnknown(field="purpose", purpose=code) from None


def narrow(purpose: Purpose, *, categories: Sequence[DataCategory], life_days: int) -> Narrowed:
    """Cut a request down to what the purpose allows, and say what was cut (PIPL art. 6).

    What the purpose cannot do without is always part of it: leaving it out would be no consent to this purpose.

    :raises CategoriesOutsidePurpose: if categories are named and none belongs to the purpose
    """
    asked = frozenset(categories)
    if asked and not asked & purpose.categories:
        raise CategoriesOutsidePurpose(field="categories")
    cuts = [
        f"数据类别 {category.value} 与用途无关" for category in sorted(asked - purpose.categories)
    ]
    kept = (asked & purpose.categories) | purpose.required
    days = max(1, min(life_days, purpose.max_life_days))
    if days != life_days:
        cuts.append(f"有效期由 {life_days} 天调整为 {days} 天")
    return Narrowed(tuple(sorted(kept)), days, tuple(cuts))
