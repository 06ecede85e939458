"""The word lists that synthetic names are put together from, and the names themselves with their pinyin."""

from functools import lru_cache
from typing import Final, NamedTuple

from suxin.kernel.pinyin import pinyin_of
from suxin_server.demo.dice import Dice

COUNTIES: Final = (
    ("321322", "沭阳", 30),
    ("321302", "宿城", 24),
    ("321323", "泗阳", 18),
    ("321324", "泗洪", 17),
    ("321311", "宿豫", 11),
)
"""Code, short name and weight of the five county-level areas."""

COUNTY_NAMES: Final = {code: name for code, name, _ in COUNTIES}


class Trade(NamedTuple):
    """One kind of business: its division in GB/T 4754, how firms of it call themselves, and how common it is."""

    industry: str
    words: tuple[str, ...]
    weight: int


FIRM_TRADES: Final = (
    Trade("C20", ("木业", "板材", "家居材料"), 14),
    Trade("C17", ("纺织", "化纤", "织造"), 9),
    Trade("C18", ("服饰", "制衣"), 6),
    Trade("C13", ("食品", "粮油", "饲料"), 7),
    Trade("C15", ("酒业", "饮品"), 5),
    Trade("C29", ("塑业", "包装材料"), 5),
    Trade("C30", ("玻璃", "新型建材"), 4),
    Trade("C33", ("金属制品", "五金"), 5),
    Trade("C35", ("机械", "智能装备"), 5),
    Trade("C38", ("光电", "新能源科技", "电气"), 5),
    Trade("C39", ("电子科技", "半导体材料"), 3),
    Trade("E50", ("装饰工程", "建筑劳务"), 6),
    Trade("F51", ("贸易", "商贸", "供应链管理"), 10),
    Trade("F52", ("电子商务", "农资经营"), 7),
    Trade("G54", ("运输", "物流"), 5),
    Trade("I65", ("软件", "信息科技"), 4),
    Trade("L72", ("企业管理咨询", "人力资源"), 3),
    Trade("M74", ("检测技术", "工程设计"), 2),
    Trade("N77", ("环保科技", "环境工程"), 2),
    Trade("O80", ("汽车服务", "家政服务"), 2),
    Trade("R88", ("文化传媒", "体育发展"), 2),
)
TRADER_TRADES: Final = (
    Trade("F52", ("百货店", "花木经营部", "水产经营部", "农资店"), 10),
    Trade("H62", ("饭店", "面馆", "早餐店"), 8),
    Trade("O80", ("汽修厂", "理发店"), 4),
    Trade("C18", ("服装加工厂",), 3),
    Trade("G54", ("运输户",), 2),
)
FARM_TRADES: Final = (
    Trade("A01", ("粮食种植", "蔬菜种植", "瓜果种植", "花木种植"), 12),
    Trade("A02", ("意杨种植", "苗木"), 4),
    Trade("A03", ("生猪养殖", "蛋禽养殖", "肉羊养殖"), 6),
    Trade("A04", ("螃蟹养殖", "龙虾养殖", "水产养殖"), 6),
    Trade("A05", ("农机服务", "植保服务"), 3),
)

_BRIGHT: Final = (
    "楚沭泗骆洋泽湖恒盛瑞丰泰嘉鑫润源达通宏兴华顺安康德信诚远博众联创新绿禾穗茂林森苏徐淮海"
)
_SECOND: Final = "辉宇成和利邦益隆昌永升荣景明阳春锦程腾飞航越峰岭川江河溪田园谷地金银玉宝祥福吉庆"
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰文辉玲红健建国志梅丹浩宇欣怡梓涵晓东海燕"
)
_LONG_NAMES: Final = (
    "现代农业产业化联合体综合开发有限责任公司",
    "高端智能装备制造与工业互联网技术研究院有限公司",
    "绿色循环经济再生资源综合利用科技股份有限公司",
)
_LONG_PERCENT: Final = 1


def brand(dice: Dice) -> str:
    """Return the two-character name of a business."""
    return dice.choice(_BRIGHT) + dice.choice(_SECOND)


def person_name(dice: Dice) -> str:
    """Return a person's name of two or three characters."""
    given = dice.choice(_GIVEN) + (dice.choice(_GIVEN) if dice.happens(70) else "")
    return dice.choice(_SURNAMES) + given


def firm_name(dice: Dice, county: str, trade: Trade) -> tuple[str, ...]:
    """Return a firm's name in its parts; now and then one too long for any column."""
    if dice.happens(_LONG_PERCENT):
        return (f"江苏{county}", brand(dice) + brand(dice), dice.choice(_LONG_NAMES))
    place = dice.pick(((f"宿迁{county}", 3), ("宿迁市", 4), (county, 3)))
    return (place, brand(dice), dice.choice(trade.words), "有限公司")


def trader_name(dice: Dice, county: str, trade: Trade) -> tuple[str, ...]:
    """Return a sole trader's name in its parts."""
    return (
        f"{county}区" if county.startswith("宿") else f"{county}县",
        brand(dice),
        dice.choice(trade.words),
    )


@lru_cache(maxsize=20_000)
def _part_pinyin(part: str) -> str:
    return pinyin_of(part)


def pinyin(parts: tuple[str, ...]) -> str:
    """Return the pinyin of a name; parts that many names share are looked up once."""
    return " ".join([_part_pinyin(part) for part in parts])
