"""Lawful channels (合法渠道): which categories of a natural person's data may reach a bank at all, whoever consents.

A bank reads a natural person's credit data only when it holds a licence for personal credit reporting or the person filed
it himself: the platform is no unlicensed credit bureau (征信业管理条例 art. 7, 13; 征信业务管理办法 art. 12). What a category
holds of both channels is told apart record by record, by the row policy of ``credit_records``.
"""

from collections.abc import Iterable
from typing import Final

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

FILED_BY_THE_PERSON: Final = frozenset(
    {
        DataCategory.IDENTITY,
        DataCategory.CONTACT,
        DataCategory.LOAN_REQUEST,
        DataCategory.REGISTRATION,
        DataCategory.HONOURS,
    }
)
"""Categories that hold what a person files himself: his proved identity and phone, his request, what he declares."""


class LicensedChannelRequired(Refusal):
    """A natural person's data of this category reaches a bank only through a licensed channel, and this is none."""

    code = "LICENSED_CHANNEL_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "自然人的“{category_zh}”须经持牌个人征信渠道提供，平台不能直接提供给该银行"
    en = "A natural person's {category} reaches a bank only through a licensed credit reporting channel"

    def __init__(self, *, field: str, category: DataCategory) -> None:
        super().__init__(
            field=field, category=category.value, category_zh=CATEGORY_ZH[category.value]
        )


def barred(
    categories: Iterable[DataCategory], *, natural_person: bool, recipient: Tenant
) -> list[DataCategory]:
    """Return the categories that may not reach this recipient, in the order of their names."""
    if not natural_person or recipient.kind is not TenantKind.BANK or recipient.credit_licensed:
        return []
    return sorted(frozenset(categories) - FILED_BY_THE_PERSON)


def require_lawful_channel(
    categories: Iterable[DataCategory], *, natural_person: bool, recipient: Tenant
) -> None:
    """Refuse if a category may not reach this recipient.

    :raises LicensedChannelRequired: naming the first that may not
    """
    for category in barred(categories, natural_person=natural_person, recipient=recipient):
        raise LicensedChannelRequired(field="categories", category=category)
