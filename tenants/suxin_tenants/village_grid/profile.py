"""The profile of a village with its grids (村居网格). Quotas are proposed defaults (demo configuration)."""

from typing import Final

from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ, DOCUMENT_COMPOSE
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.grid.policies import (
    APPEAL_DECIDE,
    CLAIM_CHECK,
    CLAIM_DECIDE,
    CLAIM_RECORD,
    NOTICE_PUBLISH,
    POINT_READ,
    POINT_REVERSE,
    RULE_CONFIRM,
    RULE_MANAGE,
    SHEET_MAKE,
    SHEET_SIGN,
)
from suxin.rural.policies import (
    FACT_STATE,
    FACT_VERIFY,
    RATING_CHECK,
    RATING_MANAGE,
    RATING_READ,
    RATING_VOTE,
)
from suxin.shop.policies import (
    BUDGET_CONFIRM,
    BUDGET_PROPOSE,
    CARD_ISSUE,
    GOODS_MANAGE,
    MONTH_CLOSE,
    REDEMPTION_HELP,
    REDEMPTION_RETURN,
    REDEMPTION_SELL,
    SHOP_READ,
    TERMS_SET,
)
from suxin.tenancy.policies import BRANCH_MANAGE, STAFF_MANAGE, STAFF_READ
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, TenantProfile, by_code
from suxin.village_credit.policies import ROUND_ACCEPT, ROUND_CONFIRM, ROUND_READ
from suxin.villages.policies import (
    GRID_MANAGE,
    LINK_DECIDE,
    PERSON_READ,
    REGISTER_MANAGE,
    REGISTER_READ,
)

VILLAGE_GRID: Final = TenantProfile(
    kind=TenantKind.VILLAGE_GRID,
    zh="村居网格",
    first_role="village_admin",
    quotas={QuotaName.STAFF: 50, QuotaName.BRANCHES: 30},
    roles=by_code(
        Role(
            code="village_admin",
            zh="村居管理员",
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
                    REGISTER_READ,
                    REGISTER_MANAGE,
                    PERSON_READ,
                    GRID_MANAGE,
                    LINK_DECIDE,
                    POINT_READ,
                    RULE_MANAGE,
                    RULE_CONFIRM,
                    CLAIM_RECORD,
                    CLAIM_CHECK,
                    NOTICE_PUBLISH,
                    POINT_REVERSE,
                    SHEET_MAKE,
                    SHEET_SIGN,
                    RATING_READ,
                    RATING_MANAGE,
                    ROUND_READ,
                    ROUND_ACCEPT,
                    FACT_STATE,
                    SHOP_READ,
                    GOODS_MANAGE,
                    TERMS_SET,
                    BUDGET_PROPOSE,
                    CARD_ISSUE,
                    REDEMPTION_HELP,
                    REDEMPTION_RETURN,
                    MONTH_CLOSE,
                }
            ),
        ),
        Role(
            code="grid_worker",
            zh="网格员",
            permissions=frozenset(
                {
                    REGISTER_READ,
                    PERSON_READ,
                    LINK_DECIDE,
                    POINT_READ,
                    CLAIM_RECORD,
                    CLAIM_CHECK,
                    SHEET_MAKE,
                    RATING_READ,
                    FACT_STATE,
                    SHOP_READ,
                    REDEMPTION_HELP,
                }
            ),
        ),
        # Who weighs, oversees or hands out goods needs no more than whom it is about, masked.
        Role(
            code="committee",
            zh="评议小组成员",
            permissions=frozenset(
                {REGISTER_READ, POINT_READ, CLAIM_DECIDE, RATING_READ, RATING_VOTE, SHOP_READ}
            ),
        ),
        Role(
            code="supervisor",
            zh="村务监督员",
            permissions=frozenset(
                {
                    REGISTER_READ,
                    POINT_READ,
                    APPEAL_DECIDE,
                    RULE_CONFIRM,
                    POINT_REVERSE,
                    SHEET_SIGN,
                    RATING_READ,
                    RATING_CHECK,
                    ROUND_READ,
                    ROUND_CONFIRM,
                    FACT_VERIFY,
                    SHOP_READ,
                    BUDGET_CONFIRM,
                    REDEMPTION_RETURN,
                }
            ),
        ),
        Role(
            code="shop_keeper",
            zh="积分超市管理员",
            permissions=frozenset({REGISTER_READ, SHOP_READ, GOODS_MANAGE, REDEMPTION_SELL}),
        ),
        Role(
            code="viewer",
            zh="查看员",
            permissions=frozenset(
                {STAFF_READ, REGISTER_READ, POINT_READ, RATING_READ, SHOP_READ, ROUND_READ}
            ),
        ),
    ),
)
