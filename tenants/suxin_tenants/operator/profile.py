"""The profile of the city's operator (运营机构): it runs the tenants and reads statistics, never a subject's data.

At its counters a helper sees, of whoever stands there, what he is asked for and what he permitted; nothing that is on record
about him. Whoever may open what was signed there is nobody who helps.

Quotas are proposed defaults (demo configuration).
"""

from typing import Final

from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE, CAUTION_READ
from suxin.consent.assessments import ASSESSMENT_FILE
from suxin.consent.breaches import BREACH_REPORT
from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ, DOCUMENT_COMPOSE
from suxin.counter.policies import COUNTER_SERVE, EVIDENCE_READ
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE, DISASTER_READ
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.grid.policies import SHEET_FORM, TOWN_DECIDE
from suxin.kernel.calendars import CALENDAR_MANAGE
from suxin.ledger.policies import ACCOUNT_MANAGE, BOOK_READ, PERIOD_CLOSE, TRANSFER_POST
from suxin.lending.guarantees.policies import GUARANTOR_LIMIT, GUARANTOR_OVERSEE
from suxin.lending.league.policies import LEAGUE_KEEP, LEAGUE_READ
from suxin.lending.policies import STATISTICS_READ
from suxin.lending.warnings.policies import (
    WARNING_RULE_ACTIVATE,
    WARNING_RULE_DRAFT,
    WARNING_RULE_READ,
)
from suxin.perks.covers.policies import COVER_DECIDE, COVER_MANAGE
from suxin.perks.orders.bills.policies import BILL_OVERSEE
from suxin.perks.policies import PROGRAMME_APPROVE
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_FILE, NOTICE_READ
from suxin.repair.policies import REPAIR_READ
from suxin.rights.policies import CASE_CHECK, CASE_DECIDE, CASE_READ
from suxin.risk_pool.claims.policies import (
    CLAIM_APPROVE_BUREAU,
    CLAIM_APPROVE_FUND,
    CLAIM_CHECK,
    CLAIM_READ,
    STATEMENT_IMPORT,
    STATEMENT_READ,
)
from suxin.risk_pool.incentives.policies import (
    INCENTIVE_CHECK,
    INCENTIVE_PROPOSE,
    INCENTIVE_READ,
)
from suxin.risk_pool.policies import (
    AGREEMENT_SIGN,
    FUNDING_RECORD,
    POOL_MANAGE,
    POOL_READ,
    STOP_LOSS_LIFT,
)
from suxin.rural.policies import (
    COVERAGE_READ,
    HEARING_DECIDE,
    RURAL_OVERSEE,
    TITLE_DECIDE,
    TITLE_FILE,
)
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ
from suxin.subjects.catalogue_drafts import CATALOGUE_LOAD
from suxin.subjects.commitments.policies import COMMITMENT_JUDGE, COMMITMENT_READ
from suxin.subjects.ingestion.policies import INGESTION_READ, RECORD_INGEST
from suxin.tenancy.policies import (
    BRANCH_MANAGE,
    STAFF_MANAGE,
    STAFF_READ,
    TENANT_MANAGE,
    TENANT_READ,
)
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, TenantProfile, by_code
from suxin.village_credit.policies import ROUND_OVERSEE
from suxin.villages.policies import AREA_ADD, COUNT_READ, MERGER_DECIDE, MERGER_PROPOSE

OPERATOR: Final = TenantProfile(
    kind=TenantKind.OPERATOR,
    zh="运营机构",
    first_role="operator_admin",
    quotas={QuotaName.STAFF: 200, QuotaName.BRANCHES: 20},
    roles=by_code(
        Role(
            code="operator_admin",
            zh="平台管理员",
            second_factor=True,
            permissions=frozenset(
                {
                    ASSESSMENT_FILE,
                    BREACH_REPORT,
                    CALENDAR_MANAGE,
                    CASE_CHECK,
                    CASE_DECIDE,
                    CASE_READ,
                    REPAIR_READ,
                    CAUTION_DECIDE,
                    CAUTION_FILE,
                    CAUTION_READ,
                    DISASTER_CONFIRM,
                    DISASTER_DECLARE,
                    DISASTER_READ,
                    NOTICE_DECIDE,
                    NOTICE_FILE,
                    NOTICE_READ,
                    HEARING_DECIDE,
                    RURAL_OVERSEE,
                    ROUND_OVERSEE,
                    COVERAGE_READ,
                    TITLE_DECIDE,
                    TITLE_FILE,
                    TENANT_MANAGE,
                    TENANT_READ,
                    BRANCH_MANAGE,
                    CLIENT_MANAGE,
                    CLIENT_READ,
                    EVENT_READ,
                    WEBHOOK_MANAGE,
                    DOCUMENT_COMPOSE,
                    STAFF_MANAGE,
                    STAFF_READ,
                    STATISTICS_READ,
                    LEAGUE_KEEP,
                    INCENTIVE_CHECK,
                    INCENTIVE_PROPOSE,
                    INCENTIVE_READ,
                    LEAGUE_READ,
                    CATALOGUE_LOAD,
                    COMMITMENT_JUDGE,
                    COMMITMENT_READ,
                    INGESTION_READ,
                    RECORD_INGEST,
                    MODEL_ACTIVATE,
                    MODEL_APPROVE,
                    MODEL_DRAFT,
                    MODEL_READ,
                    PROGRAMME_APPROVE,
                    SETTLEMENT_APPROVE,
                    BILL_OVERSEE,
                    COVER_DECIDE,
                    COVER_MANAGE,
                    WARNING_RULE_ACTIVATE,
                    WARNING_RULE_DRAFT,
                    WARNING_RULE_READ,
                    ACCOUNT_MANAGE,
                    BOOK_READ,
                    PERIOD_CLOSE,
                    TRANSFER_POST,
                    CLAIM_CHECK,
                    CLAIM_READ,
                    STATEMENT_IMPORT,
                    STATEMENT_READ,
                    POOL_READ,
                    GUARANTOR_OVERSEE,
                    POOL_MANAGE,
                    GUARANTOR_LIMIT,
                    FUNDING_RECORD,
                    AGREEMENT_SIGN,
                    STOP_LOSS_LIFT,
                    AREA_ADD,
                    COUNT_READ,
                    MERGER_DECIDE,
                    MERGER_PROPOSE,
                }
            ),
        ),
        Role(
            code="credit_office",
            zh="信用办工作人员",
            second_factor=True,
            permissions=frozenset(
                {
                    TENANT_READ,
                    STATISTICS_READ,
                    LEAGUE_KEEP,
                    INCENTIVE_CHECK,
                    INCENTIVE_PROPOSE,
                    INCENTIVE_READ,
                    LEAGUE_READ,
                    CALENDAR_MANAGE,
                    CASE_CHECK,
                    CASE_DECIDE,
                    CASE_READ,
                    REPAIR_READ,
                    CAUTION_DECIDE,
                    CAUTION_FILE,
                    CAUTION_READ,
                    DISASTER_CONFIRM,
                    DISASTER_DECLARE,
                    DISASTER_READ,
                    NOTICE_DECIDE,
                    NOTICE_FILE,
                    NOTICE_READ,
                    HEARING_DECIDE,
                    RURAL_OVERSEE,
                    ROUND_OVERSEE,
                    COVERAGE_READ,
                    TITLE_DECIDE,
                    TITLE_FILE,
                    EVIDENCE_READ,
                    CATALOGUE_LOAD,
                    COMMITMENT_JUDGE,
                    COMMITMENT_READ,
                    INGESTION_READ,
                    RECORD_INGEST,
                    MODEL_ACTIVATE,
                    MODEL_APPROVE,
                    MODEL_DRAFT,
                    MODEL_READ,
                    PROGRAMME_APPROVE,
                    SETTLEMENT_APPROVE,
                    BILL_OVERSEE,
                    COVER_DECIDE,
                    COVER_MANAGE,
                    WARNING_RULE_ACTIVATE,
                    WARNING_RULE_DRAFT,
                    WARNING_RULE_READ,
                    AREA_ADD,
                    COUNT_READ,
                    MERGER_DECIDE,
                    MERGER_PROPOSE,
                }
            ),
        ),
        Role(
            code="pool_manager",
            zh="资金池管理员",
            second_factor=True,
            permissions=frozenset(
                {
                    TENANT_READ,
                    CLAIM_CHECK,
                    CLAIM_READ,
                    STATEMENT_IMPORT,
                    STATEMENT_READ,
                    BOOK_READ,
                    POOL_READ,
                    GUARANTOR_OVERSEE,
                    POOL_MANAGE,
                    GUARANTOR_LIMIT,
                    FUNDING_RECORD,
                    AGREEMENT_SIGN,
                    STOP_LOSS_LIFT,
                }
            ),
        ),
        Role(
            code="fund_manager",
            zh="基金管理机构审批员",
            second_factor=True,
            permissions=frozenset(
                {
                    BOOK_READ,
                    GUARANTOR_OVERSEE,
                    POOL_READ,
                    CLAIM_READ,
                    CLAIM_APPROVE_FUND,
                    STATEMENT_READ,
                }
            ),
        ),
        Role(
            code="finance_bureau",
            zh="财政（金融）主管部门审批员",
            second_factor=True,
            permissions=frozenset(
                {
                    BOOK_READ,
                    GUARANTOR_OVERSEE,
                    POOL_READ,
                    CLAIM_READ,
                    CLAIM_APPROVE_BUREAU,
                    STATEMENT_READ,
                }
            ),
        ),
        Role(
            code="counter_helper",
            zh="窗口帮办员",
            permissions=frozenset({COUNTER_SERVE}),
        ),
        # The town decides last on objections to village points: somebody outside the village, and nobody else.
        Role(
            code="town_reviewer",
            zh="乡镇积分复核员",
            second_factor=True,
            permissions=frozenset({TOWN_DECIDE, SHEET_FORM, ROUND_OVERSEE, COVERAGE_READ}),
        ),
        Role(
            code="auditor",
            zh="审计员（只读）",
            permissions=frozenset(
                {
                    TENANT_READ,
                    STAFF_READ,
                    CLIENT_READ,
                    EVENT_READ,
                    STATISTICS_READ,
                    LEAGUE_READ,
                    INCENTIVE_READ,
                    CASE_READ,
                    REPAIR_READ,
                    DISASTER_READ,
                    CAUTION_READ,
                    NOTICE_READ,
                    RURAL_OVERSEE,
                    ROUND_OVERSEE,
                    COVERAGE_READ,
                    EVIDENCE_READ,
                    COMMITMENT_READ,
                    INGESTION_READ,
                    MODEL_READ,
                    WARNING_RULE_READ,
                    CLAIM_READ,
                    STATEMENT_READ,
                    BOOK_READ,
                    POOL_READ,
                    GUARANTOR_OVERSEE,
                    BILL_OVERSEE,
                    COUNT_READ,
                }
            ),
        ),
    ),
)
