"""Navigation: which pages a staff member's desk has, by the kind of his organisation and by his rights."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_READ
from suxin.cautions.queries import cautions_waiting
from suxin.consent.breaches import BREACH_REPORT
from suxin.consent.oauth.policies import CLIENT_READ, DOCUMENT_COMPOSE
from suxin.counter.policies import COUNTER_SERVE, EVIDENCE_READ
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_READ
from suxin.disasters.queries import disasters_waiting, renewal_counts
from suxin.disasters.states import RenewalState
from suxin.events.policies import EVENT_READ
from suxin.grid.field.queries import conflicts_waiting
from suxin.grid.policies import CLAIM_CHECK, CLAIM_RECORD, POINT_READ, SHEET_FORM, TOWN_DECIDE
from suxin.kernel.actor import Actor, Permission
from suxin.kernel.queries import inbox_of_staff, unread_count
from suxin.ledger.policies import BOOK_READ
from suxin.lending.guarantees.policies import GUARANTEE_READ, GUARANTOR_OVERSEE
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.policies import (
    LOAN_MANAGE,
    LOAN_READ,
    PRODUCT_READ,
    REFERRAL_READ,
    STATISTICS_READ,
)
from suxin.lending.queries.referrals import inbox_counts
from suxin.lending.warnings.policies import WARNING_RULE_READ
from suxin.perks.covers.policies import COVER_DECIDE, COVER_READ
from suxin.perks.covers.queries import claims_waiting
from suxin.perks.orders.bills.policies import BILL_OVERSEE
from suxin.perks.orders.policies import ORDER_READ
from suxin.perks.policies import (
    PROGRAMME_APPROVE,
    PROGRAMME_READ,
    REDEMPTION_GRANT,
    REDEMPTION_READ,
)
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE, SETTLEMENT_READ
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_READ
from suxin.relief.queries import notices_waiting
from suxin.repair.policies import REPAIR_READ
from suxin.review.queries import cases_waiting
from suxin.rights.kinds import KINDS
from suxin.rights.policies import CASE_READ
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.claims.policies import CLAIM_READ, STATEMENT_READ
from suxin.risk_pool.guarantor_parts.policies import PART_READ
from suxin.risk_pool.policies import FILING_READ, POOL_READ
from suxin.rural.policies import COVERAGE_READ, RATING_READ, RURAL_OVERSEE
from suxin.sandboxes.policies import SANDBOX_PLAY
from suxin.scoring.policies import MODEL_READ, TIER_READ
from suxin.shop.policies import SHOP_READ
from suxin.subjects.commitments.policies import COMMITMENT_READ
from suxin.subjects.commitments.queries import commitments_waiting
from suxin.subjects.ingestion.policies import INGESTION_READ
from suxin.tenancy.policies import STAFF_MANAGE, STAFF_READ, TENANT_READ
from suxin.tenancy.profiles import TenantKind
from suxin.village_credit.policies import ROUND_OVERSEE, ROUND_READ
from suxin.villages.policies import COUNT_READ, LINK_DECIDE, REGISTER_MANAGE, REGISTER_READ
from suxin_tenants.menu_groups import grouped
from suxin_web.desk_paths import ACCOUNT_PATH, EXPLORER_PATH, IDENTITY_PROVIDER_PATH, SANDBOX_PATH
from suxin_web.pages import NavItem

DESK_NAMES: Final[Mapping[TenantKind, str]] = {
    TenantKind.BANK: "银行工作台",
    TenantKind.OPERATOR: "运营工作台",
    TenantKind.MERCHANT: "商户工作台",
    TenantKind.ATTRACTION: "景区工作台",
    TenantKind.VILLAGE_GRID: "村居工作台",
    TenantKind.GUARANTOR: "担保工作台",
}
_SETTLED: Final = (
    SETTLEMENT_READ,
    NavItem(zh="结算单", href="/desk/perk-settlements", icon="book"),
)
_COVERED: Final = (COVER_READ, NavItem(zh="先行赔付", href="/desk/cover-claims", icon="shield"))
_PERKS: Final = (PROGRAMME_READ, NavItem(zh="信易+ 权益", href="/desk/perks", icon="offer"))
_HOME: Final = (None, NavItem(zh="首页", href="/desk", icon="home", exact=True))
_STAFF: Final = (STAFF_READ, NavItem(zh="人员", href="/desk/staff", icon="people"))
_CLIENTS: Final = (CLIENT_READ, NavItem(zh="接口客户端", href="/desk/clients", icon="link"))
_WEBHOOKS: Final = (EVENT_READ, NavItem(zh="事件推送", href="/desk/webhooks", icon="pulse"))
_EXPLORER: Final = (DOCUMENT_COMPOSE, NavItem(zh="接口调试", href=EXPLORER_PATH, icon="search"))
_PROVIDER: Final = (
    STAFF_MANAGE,
    NavItem(zh="统一登录", href=IDENTITY_PROVIDER_PATH, icon="shield"),
)
_NOTICES: Final = (None, NavItem(zh="消息", href="/desk/notices", icon="bell"))
_ACCOUNT: Final = (None, NavItem(zh="我的账号", href=ACCOUNT_PATH, icon="person"))
_ORDERS: Final = (ORDER_READ, NavItem(zh="今日订单", href="/desk/orders", icon="log"))
_BRANCHES: Final = (STAFF_READ, NavItem(zh="网点", href="/desk/branches", icon="building"))
_REDEEM: Final = (REDEMPTION_GRANT, NavItem(zh="核销", href="/desk/redeem", icon="check"))
_REDEEMED: Final = (
    REDEMPTION_READ,
    NavItem(zh="核销记录", href="/desk/redemptions", icon="log"),
)
_GATE: Final = (REDEMPTION_GRANT, NavItem(zh="检票", href="/desk/gate", icon="phone"))
_TICKETS: Final = (REDEMPTION_READ, NavItem(zh="门票", href="/desk/tickets", icon="offer"))
_VILLAGE: Final = (
    (REGISTER_READ, NavItem(zh="村户名册", href="/desk/village/households", icon="people")),
    (REGISTER_MANAGE, NavItem(zh="导入名册", href="/desk/village/imports", icon="inbox")),
    (REGISTER_READ, NavItem(zh="网格", href="/desk/village/grids", icon="building")),
    (LINK_DECIDE, NavItem(zh="村民关联", href="/desk/village/links", icon="check")),
)
# What every organisation has, whatever its business.
_HOUSE: Final = (_STAFF, _BRANCHES, _CLIENTS, _WEBHOOKS, _EXPLORER, _PROVIDER, _NOTICES, _ACCOUNT)


def kind_of(actor: Actor) -> TenantKind:
    """Return the kind of organisation a staff member works for."""
    return TenantKind(actor.tenant_kind or "")


Entry = tuple[Permission | None, NavItem]
_COVERED_TOWNS: Final[Entry] = (
    COVERAGE_READ,
    NavItem(zh="信用乡村覆盖", href="/desk/rural-coverage", icon="chart"),
)

ENTRIES: Final[Mapping[TenantKind, tuple[Entry, ...]]] = {
    TenantKind.BANK: (
        (REFERRAL_READ, NavItem(zh="贷款对接", href="/desk/referrals", icon="inbox")),
        (REFERRAL_READ, NavItem(zh="抢单大厅", href="/desk/pool", icon="leads")),
        (PRODUCT_READ, NavItem(zh="贷款产品", href="/desk/products", icon="product")),
        (LOAN_READ, NavItem(zh="贷款", href="/desk/loans", icon="log")),
        (LOAN_READ, NavItem(zh="风险预警", href="/desk/warnings", icon="bell")),
        (LOAN_READ, NavItem(zh="受灾续贷", href="/desk/renewals", icon="bell")),
        (FILING_READ, NavItem(zh="风险补偿", href="/desk/pool-filings", icon="shield")),
        (CLAIM_READ, NavItem(zh="代偿申请", href="/desk/claims", icon="shield")),
        (BANK_LEDGER_SEND, NavItem(zh="台账对账", href="/desk/bank-ledgers", icon="book")),
        (LEAGUE_READ, NavItem(zh="银行排行", href="/desk/own-league", icon="chart")),
        (TIER_READ, NavItem(zh="核验等级证明", href="/desk/certificates", icon="check")),
        (None, NavItem(zh="请假与代办", href="/desk/leaves", icon="people")),
        (SANDBOX_PLAY, NavItem(zh="沙箱", href=SANDBOX_PATH, icon="settings")),
        *_HOUSE,
        (ROUND_READ, NavItem(zh="整村授信", href="/desk/credit-rounds", icon="chart")),
        _COVERED_TOWNS,
    ),
    TenantKind.OPERATOR: (
        (COUNTER_SERVE, NavItem(zh="窗口帮办", href="/desk/counter", icon="people")),
        (TENANT_READ, NavItem(zh="入驻机构", href="/desk/tenants", icon="building")),
        (INGESTION_READ, NavItem(zh="信息归集", href="/desk/ingestion", icon="inbox")),
        (INGESTION_READ, NavItem(zh="信息目录", href="/desk/catalogue", icon="book")),
        (COMMITMENT_READ, NavItem(zh="信用承诺", href="/desk/commitments", icon="check")),
        (STATISTICS_READ, NavItem(zh="办理时效", href="/desk/service-levels", icon="chart")),
        (LEAGUE_READ, NavItem(zh="银行排行", href="/desk/league", icon="chart")),
        (STATISTICS_READ, NavItem(zh="贷款月报", href="/desk/loan-figures", icon="chart")),
        (STATISTICS_READ, NavItem(zh="信易+ 统计", href="/desk/perk-figures", icon="chart")),
        (STATISTICS_READ, NavItem(zh="规划目标", href="/desk/plan-targets", icon="check")),
        (REPAIR_READ, NavItem(zh="信用修复", href="/desk/repairs", icon="shield")),
        (CASE_READ, NavItem(zh="异议与申请", href="/desk/cases", icon="inbox")),
        (DISASTER_READ, NavItem(zh="灾情认定", href="/desk/disasters", icon="alert")),
        (NOTICE_READ, NavItem(zh="群体豁免", href="/desk/relief-notices", icon="shield")),
        (ROUND_OVERSEE, NavItem(zh="整村授信进度", href="/desk/village-credit", icon="chart")),
        (CAUTION_READ, NavItem(zh="公开警示", href="/desk/cautions", icon="alert")),
        (RURAL_OVERSEE, NavItem(zh="信用乡村", href="/desk/rural", icon="chart")),
        _COVERED_TOWNS,
        (CLAIM_READ, NavItem(zh="代偿审批", href="/desk/pool-claims", icon="shield")),
        (STATEMENT_READ, NavItem(zh="托管对账单", href="/desk/custody", icon="log")),
        (STATEMENT_READ, NavItem(zh="银行台账对账", href="/desk/bank-reconciliation", icon="book")),
        (POOL_READ, NavItem(zh="风险补偿资金池", href="/desk/risk-pools", icon="shield")),
        (GUARANTOR_OVERSEE, NavItem(zh="担保机构", href="/desk/guarantors", icon="shield")),
        (PROGRAMME_APPROVE, NavItem(zh="权益审批", href="/desk/perk-approvals", icon="offer")),
        (
            SETTLEMENT_APPROVE,
            NavItem(zh="结算审批", href="/desk/settlement-approvals", icon="check"),
        ),
        (BILL_OVERSEE, NavItem(zh="支付对账", href="/desk/order-bills", icon="log")),
        (COVER_DECIDE, NavItem(zh="赔付审核", href="/desk/cover-approvals", icon="shield")),
        (TOWN_DECIDE, NavItem(zh="积分异议", href="/desk/point-appeals", icon="inbox")),
        (SHEET_FORM, NavItem(zh="台账格式", href="/desk/sheet-forms", icon="book")),
        (BOOK_READ, NavItem(zh="账簿", href="/desk/book", icon="book")),
        (MODEL_READ, NavItem(zh="评分模型", href="/desk/score-models", icon="chart")),
        (WARNING_RULE_READ, NavItem(zh="预警规则", href="/desk/warning-rules", icon="bell")),
        (EVIDENCE_READ, NavItem(zh="窗口凭据", href="/desk/counter-evidence", icon="shield")),
        (TENANT_READ, NavItem(zh="审计记录", href="/desk/audit", icon="log")),
        (BREACH_REPORT, NavItem(zh="泄露范围", href="/desk/breaches", icon="shield")),
        (COUNT_READ, NavItem(zh="村居", href="/desk/villages", icon="people")),
        (TENANT_READ, NavItem(zh="行政区划", href="/desk/areas", icon="book")),
        (TENANT_READ, NavItem(zh="工作日历", href="/desk/calendar", icon="clock")),
        *_HOUSE,
    ),
    TenantKind.MERCHANT: (
        _HOME,
        _REDEEM,
        _REDEEMED,
        _PERKS,
        _SETTLED,
        _COVERED,
        _ORDERS,
        *_HOUSE,
    ),
    TenantKind.ATTRACTION: (
        _HOME,
        _REDEEM,
        _REDEEMED,
        _GATE,
        _TICKETS,
        _PERKS,
        _SETTLED,
        _COVERED,
        _ORDERS,
        *_HOUSE,
    ),
    TenantKind.VILLAGE_GRID: (
        (None, NavItem(zh="今日", href="/desk", icon="home", exact=True)),
        (POINT_READ, NavItem(zh="积分", href="/desk/points", icon="offer")),
        (SHOP_READ, NavItem(zh="积分超市", href="/desk/shop", icon="product")),
        (CLAIM_RECORD, NavItem(zh="离线采集", href="/desk/field", icon="inbox")),
        (CLAIM_CHECK, NavItem(zh="采集冲突", href="/desk/field-conflicts", icon="alert")),
        (CLAIM_RECORD, NavItem(zh="采集设备", href="/desk/field-devices", icon="phone")),
        (RATING_READ, NavItem(zh="信用评级", href="/desk/ratings", icon="chart")),
        (RATING_READ, NavItem(zh="情况证明", href="/desk/facts", icon="check")),
        *_VILLAGE,
        *_HOUSE,
        (ROUND_READ, NavItem(zh="整村授信", href="/desk/credit-rounds", icon="chart")),
    ),
    TenantKind.GUARANTOR: (
        (GUARANTEE_READ, NavItem(zh="担保申请", href="/desk/guarantees", icon="inbox")),
        (GUARANTEE_READ, NavItem(zh="在保责任", href="/desk/commitments-held", icon="shield")),
        (PART_READ, NavItem(zh="代偿分担", href="/desk/guarantor-parts", icon="log")),
        *_HOUSE,
    ),
}


async def nav_of(
    session: AsyncSession, actor: Actor, *, explorer: bool, now: datetime
) -> list[NavItem]:
    """Return the entries the staff member may open, with how much waits behind each.

    ``explorer`` is whether this installation has one.
    """
    waiting = {"/desk/notices": await unread_count(session, inbox_of_staff(actor))}
    if actor.tenant_kind == TenantKind.BANK:
        waiting |= await _at_a_bank(session, actor, now=now)
    if actor.tenant_kind == TenantKind.OPERATOR:
        waiting |= await _at_the_office(session, actor)
    if actor.tenant_kind == TenantKind.VILLAGE_GRID and actor.may(CLAIM_CHECK):
        waiting["/desk/field-conflicts"] = await conflicts_waiting(session, actor)
    shown = [
        NavItem(
            zh=item.zh,
            href=item.href,
            icon=item.icon,
            exact=item.exact,
            count=waiting.get(item.href),
        )
        for permission, item in ENTRIES[kind_of(actor)]
        if (permission is None or actor.may(permission))
        and (explorer or item.href != EXPLORER_PATH)
        and (item.href != SANDBOX_PATH or actor.sandbox_id is not None)
    ]
    return grouped(kind_of(actor), shown)


async def _at_a_bank(session: AsyncSession, actor: Actor, *, now: datetime) -> dict[str, int]:
    waiting: dict[str, int] = {}
    if actor.may(REFERRAL_READ):
        counts = await inbox_counts(session, actor, now=now)
        waiting |= {"/desk/referrals": counts.dispatched, "/desk/pool": counts.pool}
    if actor.may(LOAN_MANAGE):
        renewals = await renewal_counts(session, actor)
        waiting["/desk/renewals"] = renewals.get(RenewalState.PROPOSED.value, 0)
    return waiting


async def _at_the_office(session: AsyncSession, actor: Actor) -> dict[str, int]:
    waiting: dict[str, int] = {}
    if actor.may(DISASTER_CONFIRM):
        waiting["/desk/disasters"] = await disasters_waiting(session, actor)
    if actor.may(COMMITMENT_READ):
        waiting["/desk/commitments"] = await commitments_waiting(session)
    if actor.may(CASE_READ):
        kinds = tuple(KINDS)
        waiting["/desk/cases"] = await cases_waiting(session, actor.own_tenant, kinds=kinds)
    if actor.may(COVER_DECIDE):
        waiting["/desk/cover-approvals"] = await claims_waiting(session, actor)
    if actor.may(NOTICE_DECIDE):
        waiting["/desk/relief-notices"] = await notices_waiting(session, actor)
    if actor.may(CAUTION_DECIDE):
        waiting["/desk/cautions"] = await cautions_waiting(session, actor)
    return waiting


def front_page(actor: Actor) -> str | None:
    """Return where a desk's front page leads; nothing where the desk has a front page of its own."""
    entries = ENTRIES[kind_of(actor)]
    if entries[0][1].href == _HOME[1].href:
        return None
    return next(item.href for need, item in entries if need is None or actor.may(need))
