"""The profile of a guarantor (担保机构): who underwrites, who approves, and what its people read subjects' data for.

Quotas are proposed defaults (demo configuration). Who commits the guarantor's money, and who decides who may, needs a second factor.
"""

from typing import Final

from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ, DOCUMENT_COMPOSE
from suxin.consent.requests import CONSENT_ASK
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.lending.guarantees.policies import (
    GUARANTEE_APPROVE,
    GUARANTEE_READ,
    GUARANTEE_UNDERWRITE,
)
from suxin.risk_pool.guarantor_parts.policies import (
    PART_ANSWER,
    PART_CONFIRM,
    PART_PAY,
    PART_READ,
)
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, FILING_READ
from suxin.subjects.policies import RECORD_READ
from suxin.tenancy.policies import BRANCH_MANAGE, STAFF_MANAGE, STAFF_READ
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, TenantProfile, by_code

GUARANTOR: Final = TenantProfile(
    kind=TenantKind.GUARANTOR,
    zh="担保机构",
    first_role="guarantor_admin",
    purposes=("guarantee.assess",),
    quotas={QuotaName.STAFF: 100, QuotaName.BRANCHES: 20},
    roles=by_code(
        Role(
            code="guarantor_admin",
            zh="担保机构管理员",
            second_factor=True,
            permissions=frozenset(
                {
                    CLIENT_MANAGE,
                    CLIENT_READ,
                    EVENT_READ,
                    WEBHOOK_MANAGE,
                    DOCUMENT_COMPOSE,
                    STAFF_MANAGE,
                    STAFF_READ,
                    BRANCH_MANAGE,
                    GUARANTEE_READ,
                    AGREEMENT_ACCEPT,
                    FILING_READ,
                    PART_READ,
                }
            ),
        ),
        Role(
            code="underwriter",
            zh="担保审查员",
            permissions=frozenset(
                {
                    GUARANTEE_READ,
                    GUARANTEE_UNDERWRITE,
                    RECORD_READ,
                    CONSENT_ASK,
                    PART_READ,
                    PART_PAY,
                    PART_CONFIRM,
                }
            ),
        ),
        Role(
            code="guarantee_approver",
            zh="担保审批员",
            second_factor=True,
            permissions=frozenset(
                {GUARANTEE_READ, GUARANTEE_APPROVE, RECORD_READ, PART_READ, PART_ANSWER}
            ),
        ),
        Role(code="viewer", zh="查看员", permissions=frozenset({GUARANTEE_READ, PART_READ})),
    ),
)
