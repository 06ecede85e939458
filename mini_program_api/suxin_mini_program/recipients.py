"""Who receives data and for what, as an applicant reads it."""

from typing import Final
from uuid import UUID

from suxin.consent.purposes import PURPOSES
from suxin.tenancy.models import Tenant
from suxin_mini_program.labels import Label
from suxin_mini_program.reference import BankView, bank_view

SUSPENDED_NAME: Final = "（该机构已暂停服务）"


def purpose_label(code: str) -> Label:
    """Return a purpose with its words; one that is no longer known stands for itself."""
    known = PURPOSES.get(code)
    return Label(code, known.zh, known.en) if known else Label(code, code, code)


def recipient_view(tenant_id: UUID, tenant: Tenant | None) -> BankView:
    """Return who receives data, also when its name is not public because it is suspended."""
    if tenant is not None:
        return bank_view(tenant)
    return BankView(tenant_id=tenant_id, name=SUSPENDED_NAME, short_name=SUSPENDED_NAME)
