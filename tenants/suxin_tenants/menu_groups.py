"""How a long menu is divided: the headings of a desk's navigation, and which pages stand under each, in their order.

A kind of organisation without groups here has a menu that is short enough to be read at a glance.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from suxin.tenancy.profiles import TenantKind
from suxin_web.pages import NavItem

OWN_HOUSE: Final = "本机构"
"""Under this heading stand the pages that every organisation has, and whatever no other group names."""


class Group(NamedTuple):
    """A heading of a menu, and the addresses of the pages under it."""

    zh: str
    pages: tuple[str, ...]


_REDEEMING: Final = ("/desk", "/desk/redeem", "/desk/redemptions", "/desk/orders")
_OFFERED: Final = Group("权益", ("/desk/perks", "/desk/perk-settlements", "/desk/cover-claims"))

GROUPS: Final[Mapping[TenantKind, tuple[Group, ...]]] = {
    TenantKind.BANK: (
        Group(
            "贷款",
            (
                "/desk/referrals",
                "/desk/pool",
                "/desk/products",
                "/desk/loans",
                "/desk/warnings",
                "/desk/renewals",
                "/desk/own-league",
                "/desk/credit-rounds",
                "/desk/rural-coverage",
                "/desk/certificates",
            ),
        ),
        Group("风险补偿", ("/desk/pool-filings", "/desk/claims", "/desk/bank-ledgers")),
    ),
    TenantKind.OPERATOR: (
        Group(
            "窗口与机构",
            ("/desk/counter", "/desk/counter-evidence", "/desk/tenants", "/desk/guarantors"),
        ),
        Group(
            "信用信息",
            (
                "/desk/ingestion",
                "/desk/catalogue",
                "/desk/commitments",
                "/desk/cases",
                "/desk/repairs",
                "/desk/disasters",
                "/desk/relief-notices",
                "/desk/cautions",
                "/desk/score-models",
            ),
        ),
        Group(
            "宿易贷",
            (
                "/desk/service-levels",
                "/desk/league",
                "/desk/village-credit",
                "/desk/loan-figures",
                "/desk/warning-rules",
                "/desk/plan-targets",
            ),
        ),
        Group(
            "风险补偿",
            (
                "/desk/risk-pools",
                "/desk/pool-claims",
                "/desk/custody",
                "/desk/bank-reconciliation",
                "/desk/book",
            ),
        ),
        Group(
            "信易+",
            (
                "/desk/perk-approvals",
                "/desk/settlement-approvals",
                "/desk/order-bills",
                "/desk/cover-approvals",
                "/desk/perk-figures",
            ),
        ),
        Group(
            "信用乡村",
            (
                "/desk/villages",
                "/desk/point-appeals",
                "/desk/sheet-forms",
                "/desk/rural",
                "/desk/rural-coverage",
            ),
        ),
        Group("平台", ("/desk/audit", "/desk/breaches", "/desk/areas", "/desk/calendar")),
    ),
    TenantKind.MERCHANT: (Group("核销", _REDEEMING), _OFFERED),
    TenantKind.ATTRACTION: (
        Group("核销", (*_REDEEMING, "/desk/gate", "/desk/tickets")),
        _OFFERED,
    ),
    TenantKind.VILLAGE_GRID: (
        Group("积分", ("/desk", "/desk/points", "/desk/shop")),
        Group("采集", ("/desk/field", "/desk/field-conflicts", "/desk/field-devices")),
        Group("评级", ("/desk/ratings", "/desk/credit-rounds", "/desk/facts")),
        Group(
            "名册",
            (
                "/desk/village/households",
                "/desk/village/imports",
                "/desk/village/grids",
                "/desk/village/links",
            ),
        ),
    ),
}


def grouped(kind: TenantKind, items: Sequence[NavItem]) -> list[NavItem]:
    """Return a menu's entries under their headings, in the order of those; a short menu stays as it is."""
    groups = GROUPS.get(kind)
    if groups is None:
        return list(items)
    places = {
        href: (number, place, group.zh)
        for number, group in enumerate(groups)
        for place, href in enumerate(group.pages)
    }
    rest = (len(groups), 0, OWN_HOUSE)
    ordered = sorted(items, key=lambda item: places.get(item.href, rest)[:2])
    return [item.under(places.get(item.href, rest)[2]) for item in ordered]
