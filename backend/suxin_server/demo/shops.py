"""Invented merchants and attractions of the demo city that offer something by 信易+, besides the two in the cast."""

from typing import Final

from suxin.tenancy.profiles import TenantKind
from suxin_server.demo.cast import Organiser, Staff


def _shop(
    slug: str, name: str, short_name: str, admin: str, *, area_code: str = "321302"
) -> Organiser:
    return Organiser(
        slug=slug,
        kind=TenantKind.MERCHANT,
        name=f"{name}（演示）",
        short_name=short_name,
        area_code=area_code,
        staff=(Staff(name=admin, login=f"{slug}.admin", role="merchant_admin"),),
    )


SHOPS: Final = (
    _shop("bikes", "宿迁绿波公共自行车服务有限公司", "绿波单车", "段飞"),
    _shop("library", "宿迁市书香图书馆", "书香图书馆", "薛文"),
    _shop("hospital", "宿迁康宁综合医院", "康宁医院", "姚静"),
    _shop("gym", "宿迁跃动健身有限公司", "跃动健身", "贺强", area_code="321322"),
    _shop("care", "泗阳县安颐养老服务中心", "安颐养老", "孟兰", area_code="321323"),
    Organiser(
        slug="wetland",
        kind=TenantKind.ATTRACTION,
        name="洪泽湖芦荡湿地景区（演示）",
        short_name="芦荡湿地",
        area_code="321324",
        staff=(Staff(name="乔松", login="wetland.admin", role="attraction_admin"),),
    ),
)

OFFERED: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "mall.admin",
        ("eat.discount", "eat.pay_later", "shop.coupon", "shop.umbrella", "shop.try_first", "stay.hotel_deposit", "travel.free_minutes"),
    ),
    ("lake.admin", ("tour.ticket", "tour.pay_later", "tour.fast_gate", "travel.parking")),
    ("bikes.admin", ("travel.bike", "travel.transit")),
    ("library.admin", ("leisure.library", "school.course", "work.job_fair")),
    ("hospital.admin", ("medical.pay_later", "medical.admission")),
    ("gym.admin", ("leisure.gym", "leisure.venue")),
    ("care.admin", ("elderly.equipment", "elderly.home_care")),
    ("wetland.admin", ("tour.ticket", "tour.pay_later", "travel.parking")),
)  # fmt: skip
"""Which templates each of them publishes, by the log-in of who does."""
