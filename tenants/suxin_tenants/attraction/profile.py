"""The profile of an attraction (景区). Quotas are proposed defaults (demo configuration)."""

from typing import Final

from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ, DOCUMENT_COMPOSE
from suxin.consent.purposes import PERK_REDEEM
from suxin.events.policies import EVENT_READ, WEBHOOK_MANAGE
from suxin.perks.covers.policies import COVER_CLAIM, COVER_READ
from suxin.perks.limiting.policies import LIMIT_PROPOSE
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ, ORDER_REFUND
from suxin.perks.policies import (
    PROGRAMME_MANAGE,
    PROGRAMME_READ,
    REDEMPTION_GRANT,
    REDEMPTION_READ,
)
from suxin.perks.settlements.policies import SETTLEMENT_CONFIRM, SETTLEMENT_READ
from suxin.tenancy.policies import BRANCH_MANAGE, STAFF_MANAGE, STAFF_READ
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, TenantProfile, by_code

ATTRACTION: Final = TenantProfile(
    kind=TenantKind.ATTRACTION,
    zh="景区",
    first_role="attraction_admin",
    purposes=(PERK_REDEEM.code,),
    quotas={QuotaName.STAFF: 100, QuotaName.BRANCHES: 20},
    roles=by_code(
        Role(
            code="attraction_admin",
            zh="景区管理员",
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
                    PROGRAMME_READ,
                    PROGRAMME_MANAGE,
                    COVER_CLAIM,
                    COVER_READ,
                    LIMIT_PROPOSE,
                    SETTLEMENT_CONFIRM,
                    SETTLEMENT_READ,
                    REDEMPTION_READ,
                    REDEMPTION_GRANT,
                    ORDER_READ,
                    ORDER_MANAGE,
                    ORDER_REFUND,
                }
            ),
        ),
        Role(
            code="gate",
            zh="检票员",
            permissions=frozenset({PROGRAMME_READ, REDEMPTION_READ, REDEMPTION_GRANT}),
        ),
        Role(code="order_clerk", zh="收银员", permissions=frozenset({ORDER_READ, ORDER_MANAGE})),
        Role(code="viewer", zh="查看员", permissions=frozenset({STAFF_READ, ORDER_READ})),
    ),
)
