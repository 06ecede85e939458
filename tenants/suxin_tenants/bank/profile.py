"""The profile of a bank (银行): roles of its staff and what they read subjects' data for.

Quotas are proposed defaults (demo configuration); the operator sets a bank's own.
"""

from typing import Final

from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ, DOCUMENT_COMPOSE
from suxin.consent.requests import CONSENT_ASK
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.exports.policies import EXPORT_RUN
from suxin.lending.guarantees.policies import GUARANTEE_ASK, GUARANTEE_READ
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.policies import (
    LOAN_MANAGE,
    LOAN_READ,
    OFFER_MAKE,
    PRODUCT_EDIT,
    PRODUCT_PUBLISH,
    PRODUCT_READ,
    REFERRAL_ASSIGN,
    REFERRAL_READ,
    REFERRAL_WORK,
    REPAYMENT_REPORT,
    STATISTICS_READ,
)
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.claims.policies import CLAIM_MAKE, CLAIM_READ
from suxin.risk_pool.guarantor_parts.policies import PART_CONFIRM, PART_READ
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, FILING_MAKE, FILING_READ
from suxin.rural.policies import COVERAGE_READ
from suxin.sandboxes.policies import SANDBOX_PLAY
from suxin.scoring.policies import TIER_READ
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ
from suxin.tenancy.policies import BRANCH_MANAGE, LEAVE_RECORD, STAFF_MANAGE, STAFF_READ
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, TenantProfile, by_code
from suxin.village_credit.policies import LINE_DECIDE, ROUND_PROPOSE, ROUND_READ, ROUND_SIGN

_OFFICER: Final = frozenset(
    {
        PRODUCT_READ,
        REFERRAL_READ,
        REFERRAL_WORK,
        OFFER_MAKE,
        LOAN_READ,
        LOAN_MANAGE,
        REPAYMENT_REPORT,
        CLAIM_READ,
        CLAIM_MAKE,
        FILING_READ,
        FILING_MAKE,
        GUARANTEE_ASK,
        GUARANTEE_READ,
        PART_READ,
        PART_CONFIRM,
        RECORD_READ,
        IDENTITY_READ,
        TIER_READ,
        CONSENT_ASK,
        EXPORT_RUN,
        LEAGUE_READ,
        ROUND_READ,
        COVERAGE_READ,
        ROUND_PROPOSE,
        LINE_DECIDE,
    }
)

BANK: Final = TenantProfile(
    kind=TenantKind.BANK,
    zh="银行",
    first_role="bank_admin",
    purposes=("loan.match", "loan.contract", "loan.watch", "bank.credit"),
    quotas={
        QuotaName.STAFF: 500,
        QuotaName.BRANCHES: 200,
        QuotaName.PRODUCTS: 50,
        QuotaName.OPEN_CLAIMS: 200,
    },
    roles=by_code(
        Role(
            code="bank_admin",
            zh="银行管理员",
            second_factor=True,
            permissions=frozenset(
                {
                    CLIENT_MANAGE,
                    CLIENT_READ,
                    EVENT_READ,
                    WEBHOOK_MANAGE,
                    DOCUMENT_COMPOSE,
                    EXPORT_RUN,
                    SANDBOX_PLAY,
                    STAFF_MANAGE,
                    STAFF_READ,
                    BRANCH_MANAGE,
                    LEAVE_RECORD,
                    PRODUCT_READ,
                    PRODUCT_EDIT,
                    PRODUCT_PUBLISH,
                    STATISTICS_READ,
                    AGREEMENT_ACCEPT,
                    BANK_LEDGER_SEND,
                    FILING_READ,
                    LEAGUE_READ,
                }
            ),
        ),
        Role(
            code="product_manager",
            zh="产品经理",
            permissions=frozenset({PRODUCT_READ, PRODUCT_EDIT, STATISTICS_READ, LEAGUE_READ}),
        ),
        Role(
            code="loan_officer",
            zh="客户经理",
            second_factor=True,
            permissions=_OFFICER,
        ),
        Role(
            code="branch_head",
            zh="网点负责人",
            second_factor=True,
            permissions=_OFFICER | {ROUND_SIGN, REFERRAL_ASSIGN, LEAVE_RECORD, STAFF_READ},
        ),
        Role(
            code="viewer",
            zh="查看员",
            permissions=frozenset(
                {
                    PRODUCT_READ,
                    REFERRAL_READ,
                    LOAN_READ,
                    FILING_READ,
                    CLAIM_READ,
                    LEAGUE_READ,
                    GUARANTEE_READ,
                    PART_READ,
                    ROUND_READ,
                    COVERAGE_READ,
                }
            ),
        ),
    ),
)
