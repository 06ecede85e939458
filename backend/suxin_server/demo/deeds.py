"""What else departments have on record in the demo city, so that scores and grades there differ: made up from a seed of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from suxin_server.demo.dice import Dice


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One record to be: its item, day and source, with what it holds."""

    item_code: str
    source: str
    on: date
    content: dict[str, Any]
    amount_fen: int | None = None


Make = Callable[[Dice, date], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedKind:
    """One kind of deed: in how many cases of a hundred it is on record, how old it may be, and what it holds."""

    item_code: str
    source: str
    percent: int
    within_days: int
    make: Make
    amounts_fen: tuple[int, int] | None = None


def _numbered(prefix: str, **fixed: str) -> Make:
    return lambda dice, day: {"number": f"{prefix}{day.year}-{dice.randrange(10_000):04}", **fixed}


def _fixed(**content: str) -> Make:
    return lambda _dice, _day: dict(content)


def _of_year(**content: str) -> Make:
    return lambda _dice, day: {"year": day.year, **content}


def _level(title: str, *levels: str) -> Make:
    return lambda dice, _day: {"title": title, "level": dice.choice(levels)}


OF_PERSONS: Final = (
    DeedKind(item_code="VOLUNTEER-SERVICE", source="团市委（演示）", percent=46, within_days=700,
          make=lambda dice, _: {"organisation": "宿迁市志愿者协会", "hours": dice.randrange(4, 60)}),
    DeedKind(item_code="BLOOD-DONATION", source="市卫生健康委员会（演示）", percent=14, within_days=1000,
          make=_fixed(organisation="宿迁市中心血站")),
    DeedKind(item_code="CHARITY-DONATION", source="市民政局（演示）", percent=18, within_days=700,
          make=_fixed(organisation="宿迁市慈善总会"), amounts_fen=(5_000, 800_000)),
    DeedKind(item_code="HONOUR", source="市文明办（演示）", percent=12, within_days=1500,
          make=_level("先进个人", "市级", "县级", "镇街级", "村居级")),
    DeedKind(item_code="UTILITY-PAID", source="市水务公司（演示）", percent=55, within_days=700,
          make=_of_year(service="水费")),
    DeedKind(item_code="SI-PAID", source="市人力资源和社会保障局（演示）", percent=62, within_days=700,
          make=_of_year()),
    DeedKind(item_code="QUALIFICATION", source="市人力资源和社会保障局（演示）", percent=24, within_days=2000,
          make=_level("专业技术资格", "中级", "初级")),
    DeedKind(item_code="TRAFFIC-BREACH", source="市公安局（演示）", percent=9, within_days=600,
          make=lambda dice, day: _numbered("JT")(dice, day) | {"breach": dice.choice(("闯红灯", "未处理"))}),
    DeedKind(item_code="UTILITY-ARREARS", source="市供电公司（演示）", percent=6, within_days=600,
          make=_fixed(service="电费"), amounts_fen=(8_000, 90_000)),
    DeedKind(item_code="DISHONEST-DEBTOR", source="市中级人民法院（演示）", percent=1, within_days=900,
          make=lambda dice, day: {"court": "宿迁市中级人民法院", **_numbered("苏13执")(dice, day)}),
)  # fmt: skip
OF_ORGANISATIONS: Final = (
    DeedKind(item_code="FUND-PAID", source="市住房公积金管理中心（演示）", percent=30, within_days=700,
          make=_of_year()),
    DeedKind(item_code="UTILITY-PAID", source="市水务公司（演示）", percent=26, within_days=700,
          make=_of_year(service="水费")),
    DeedKind(item_code="CONTRACT-KEPT", source="市公共资源交易中心（演示）", percent=16, within_days=700,
          make=_numbered("HT", title="政府采购合同")),
    DeedKind(item_code="PATENT", source="市知识产权局（演示）", percent=4, within_days=2500,
          make=_numbered("ZL", title="生产工艺改进方法")),
    DeedKind(item_code="TRADEMARK", source="市知识产权局（演示）", percent=6, within_days=3000,
          make=_numbered("TM", title="图形商标")),
    DeedKind(item_code="PROPERTY-REGISTERED", source="市自然资源和规划局（演示）", percent=7, within_days=3000,
          make=_numbered("苏（2024）宿迁市不动产权第", use="工业")),
    DeedKind(item_code="CONTRACT-BREACH", source="市公共资源交易中心（演示）", percent=2, within_days=900,
          make=_numbered("HT", title="政府采购合同")),
    DeedKind(item_code="UTILITY-ARREARS", source="市供电公司（演示）", percent=2, within_days=600,
          make=_fixed(service="电费"), amounts_fen=(50_000, 900_000)),
    DeedKind(item_code="TAX-ARREARS", source="国家税务总局宿迁市税务局", percent=1, within_days=900,
          make=_of_year(kind="增值税"), amounts_fen=(100_000, 5_000_000)),
)  # fmt: skip


def deeds(dice: Dice, kinds: tuple[DeedKind, ...], *, today: date) -> Iterator[Deed]:
    """Yield what one subject has on record besides, each kind once at most."""
    for kind in kinds:
        if not dice.happens(kind.percent):
            continue
        on = today - timedelta(days=dice.randrange(5, kind.within_days))
        yield Deed(
            item_code=kind.item_code,
            source=kind.source,
            on=on,
            content=kind.make(dice, on),
            amount_fen=None if kind.amounts_fen is None else dice.randrange(*kind.amounts_fen, 100),
        )
