"""Goods with which a village may begin. Prices that were seen somewhere say where; the others are 演示配置 (demo configuration)."""

from dataclasses import dataclass
from typing import Final

from suxin.shop.refusals import TemplateGoodUnknown

DEMO: Final = "演示配置"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodTemplate:
    """A good as it is first offered; ``seen`` says where its price was seen."""

    code: str
    name: str
    unit: str
    price_points: int
    month_limit: int | None
    seen: str


TEMPLATES: Final = (
    GoodTemplate(
        code="detergent",
        name="洗洁精",
        unit="瓶",
        price_points=2,
        month_limit=5,
        seen="仪征白羊村",
    ),
    GoodTemplate(
        code="bin", name="垃圾桶", unit="个", price_points=8, month_limit=2, seen="仪征白羊村"
    ),
    GoodTemplate(
        code="broom", name="扫帚", unit="把", price_points=18, month_limit=2, seen="仪征白羊村"
    ),
    GoodTemplate(
        code="soap", name="肥皂", unit="块", price_points=3, month_limit=5, seen="枣庄郭洼"
    ),
    GoodTemplate(
        code="oil",
        name="食用油 5 升",
        unit="桶",
        price_points=200,
        month_limit=1,
        seen="金山盛新村",
    ),
    GoodTemplate(
        code="rice", name="大米 5 公斤", unit="袋", price_points=30, month_limit=2, seen=DEMO
    ),
    GoodTemplate(code="towel", name="毛巾", unit="条", price_points=10, month_limit=3, seen=DEMO),
    GoodTemplate(code="noodles", name="挂面", unit="包", price_points=5, month_limit=5, seen=DEMO),
)


def template_named(code: str) -> GoodTemplate:
    """Return the template of a code.

    :raises TemplateGoodUnknown: if there is none
    """
    for template in TEMPLATES:
        if template.code == code:
            return template
    raise TemplateGoodUnknown(template=code)
