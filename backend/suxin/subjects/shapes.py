"""The shapes of what a record holds: for each item of the packaged catalogue its keys, its amount and what it speaks for.

Whoever builds facts from records (matching, scoring) relies on them. A positive or negative polarity is the item's own, and a
source may leave it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from suxin.subjects.models import Polarity

MAX_TEXT_CHARACTERS: Final = 200
MAX_COUNT: Final = 10_000_000
FIRST_YEAR: Final = 1978

PENALTY_PUBLISHED_MONTHS: Final[Mapping[str, int]] = {"轻微": 3, "一般": 12, "严重": 36}
LEVELS: Final = ("国家级", "省级", "市级", "县级", "镇街级", "村居级")
"""By whom an honour was conferred, the highest first."""

Check = Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT_CHARACTERS and not value.isspace()


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_COUNT


def _year(value: object) -> bool:
    return type(value) is int and FIRST_YEAR <= value <= date.max.year


@dataclass(frozen=True, slots=True)
class OneOf:
    """Accepts one of some words, which a form can then offer."""

    options: tuple[str, ...]

    def __call__(self, value: object) -> bool:
        """Return whether the value is one of them."""
        return isinstance(value, str) and value in self.options


def _one_of(*options: str) -> Check:
    return OneOf(options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The content of one item: its keys with what each accepts, and what goes beside it."""

    keys: Mapping[str, Check]
    with_amount: bool = False
    polarity: Polarity = Polarity.NEUTRAL
    declarable: bool = field(default=False)

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The words from which a key's value is chosen, for the keys that have them."""
        return {key: check.options for key, check in self.keys.items() if isinstance(check, OneOf)}


def _against(*keys: str, with_amount: bool = False, **checked: Check) -> Shape:
    return Shape(
        keys={**dict.fromkeys(keys, _text), **checked},
        polarity=Polarity.NEGATIVE,
        with_amount=with_amount,
    )


def _in_favour(*keys: str, with_amount: bool = False, **checked: Check) -> Shape:
    return Shape(
        keys={**dict.fromkeys(keys, _text), **checked},
        polarity=Polarity.POSITIVE,
        with_amount=with_amount,
    )


_REGISTERED: Final[Mapping[str, Shape]] = {
    "REG-BASIC": Shape(keys={"industry": _text, "staff": _count}),
    "PROPERTY-REGISTERED": Shape(keys={"number": _text, "use": _text}),
    "LICENCE": Shape(keys={"authority": _text, "number": _text, "title": _text}),
    "MILITARY-SERVICE": _in_favour("standing"),
    "QUALIFICATION": _in_favour("title", level=_one_of("高级", "中级", "初级")),
    "PATENT": _in_favour("number", "title"),
    "TRADEMARK": _in_favour("number", "title"),
    "COPYRIGHT": _in_favour("number", "title"),
    "COMPLIANCE": Shape(
        keys={"authority": _text, "finding": _one_of("good", "bad"), "year": _year}
    ),
    "TAX-GRADE": Shape(keys={"grade": _one_of("A", "B", "M", "C", "D"), "year": _year}),
    "ECO-GRADE": Shape(
        keys={"grade": _one_of("green", "blue", "yellow", "red", "black"), "year": _year}
    ),
}

_PAID: Final[Mapping[str, Shape]] = {
    "TAX-PAID": Shape(keys={"year": _year}, with_amount=True),
    "TAX-ARREARS": _against("kind", with_amount=True, year=_year),
    "SI-HEADCOUNT": Shape(keys={"headcount": _count}),
    "SI-PAID": _in_favour(year=_year),
    "SI-ARREARS": _against("kind", with_amount=True, year=_year),
    "FUND-PAID": _in_favour(year=_year),
    "FUND-ARREARS": _against(with_amount=True, year=_year),
    "UTILITY-PAID": _in_favour("service", year=_year),
    "UTILITY-ARREARS": _against("service", with_amount=True),
    "FUND-LOAN-REPAID": _in_favour(year=_year),
    "FUND-LOAN-ARREARS": _against(with_amount=True, year=_year),
    "POLICY-LOAN-REPAID": _in_favour("programme"),
    "POLICY-LOAN-ARREARS": _against("programme", with_amount=True),
    "STUDENT-LOAN-ARREARS": _against(with_amount=True, year=_year),
}

_PROMISED: Final[Mapping[str, Shape]] = {
    "CONTRACT-KEPT": _in_favour("number", "title"),
    "CONTRACT-BREACH": _against("number", "title"),
    "STORAGE-KEPT": _in_favour("number", "title"),
    "STORAGE-BREACH": _against("number", "title"),
    "PERK-KEPT": _in_favour("programme"),
    "PERK-BREACH": _against("programme"),
    "LIBRARY-OVERDUE": _against("library"),
    # A commitment, and what became of it with the document that shows so, are records each (plan §15).
    "COMMITMENT": Shape(keys={"number": _text, "title": _text, "authority": _text}),
    "COMMITMENT-KEPT": _in_favour("commitment", "document"),
    "COMMITMENT-BROKEN": _against("commitment", "document"),
    "FALSE-COMMITMENT": _against("commitment", "document"),
}

_FOUND: Final[Mapping[str, Shape]] = {
    "PENALTY": Shape(
        keys={"authority": _text, "number": _text, "class": _one_of(*PENALTY_PUBLISHED_MONTHS)},
        polarity=Polarity.NEGATIVE,
    ),
    "JUD-EXECUTED": _against("court", "number"),
    "DISHONEST-DEBTOR": _against("court", "number"),
    "CONTRACT-JUDGMENT": _against("court", "number"),
    "CONVICTION": _against("court", "number", kind=_one_of("过失", "故意")),
    "ABNORMAL-LIST": _against("authority", "reason"),
    "SERIOUS-LIST": _against("authority", "number", "list"),
    "WAGE-ARREARS": _against("authority", "number", with_amount=True),
    "TRAFFIC-BREACH": _against(
        "number", breach=_one_of("酒驾", "闯红灯", "逆行", "占用应急车道", "未处理")
    ),
    "BENEFIT-FRAUD": _against("authority", "number"),
    "FAKE-GOODS": _against("authority", "number"),
    "EXAM-CHEATING": _against("authority", "exam"),
    "FARE-EVASION": _against("carrier"),
    "UTILITY-THEFT": _against("service", "number"),
    "UTILITY-DAMAGE": _against("service", "number"),
    "IP-INFRINGEMENT": _against("authority", "number"),
}

_HONOURED: Final[Mapping[str, Shape]] = {
    "HONOUR": _in_favour("title", "level"),
    "MODEL-WORKER": _in_favour("title", level=_one_of(*LEVELS)),
    "GOOD-PERSON": _in_favour("title", level=_one_of(*LEVELS)),
    "CREDIT-MODEL": _in_favour("title", level=_one_of(*LEVELS)),
    "FAMILY-HONOUR": _in_favour("title"),
    "BRAVERY": _in_favour("number"),
    "VOLUNTEER-SERVICE": _in_favour("organisation", hours=_count),
    "GRID-SERVICE": _in_favour("organisation"),
    "RELIEF-SERVICE": _in_favour("organisation"),
    "MEDIATION-SERVICE": _in_favour("organisation", year=_year),
    "CHARITY-DONATION": _in_favour("organisation", with_amount=True),
    "BLOOD-DONATION": _in_favour("organisation"),
    "MARROW-DONATION": _in_favour("organisation"),
    "DONOR-REGISTRATION": _in_favour("organisation"),
}

_DECLARED: Final[Mapping[str, Shape]] = {
    "VOL-HONOUR": Shape(
        keys={"title": _text, "issuer": _text}, polarity=Polarity.POSITIVE, declarable=True
    ),
    "VOL-LICENCE": Shape(keys={"title": _text, "number": _text, "issuer": _text}, declarable=True),
    "VOL-CONTRACT": Shape(
        keys={"title": _text, "counterparty": _text, "year": _year}, declarable=True
    ),
    "VOL-OPERATION": Shape(keys={"title": _text, "year": _year}, declarable=True),
    "VOL-CHARITY": Shape(
        keys={"title": _text, "organisation": _text, "year": _year}, declarable=True
    ),
}

LAND_BANDS: Final = ("不足30亩", "30至100亩", "100至300亩", "300亩以上")
LEASE_BANDS: Final = ("不足3年", "3至5年", "5年以上")
HERD_BANDS: Final = ("散养", "规模养殖", "大型规模养殖")
MEMBER_BANDS: Final = ("不足20户", "20至100户", "100户以上")
RESIDENCE_BANDS: Final = ("不足3年", "3年以上")
LABOUR_BANDS: Final = ("1人", "2人", "3人以上")
HARVEST_BANDS: Final = ("不足5万元", "5万至20万元", "20万至100万元", "100万元以上")
DEBT_BANDS: Final = ("无负债", "不足年收入的一半", "年收入的一半以上")
"""What a rating of farms asks by bands, so that no more is told than it counts (PIPL art. 6)."""

RURAL_GRADES: Final = ("AAA", "AA", "A", "B", "C")

_RURAL: Final[Mapping[str, Shape]] = {
    "FARM-LAND": Shape(keys={"number": _text, "band": _one_of(*LAND_BANDS)}),
    "FARM-LEASE": Shape(keys={"number": _text, "left": _one_of(*LEASE_BANDS)}),
    "FARM-HERD": Shape(keys={"species": _text, "band": _one_of(*HERD_BANDS)}),
    "FARM-MACHINE": Shape(keys={"title": _text, "number": _text}),
    "FARM-FOREST": Shape(keys={"number": _text}),
    "COOP-MEMBERS": Shape(keys={"year": _year, "band": _one_of(*MEMBER_BANDS)}),
    "VILLAGE-RESIDENCE": Shape(keys={"band": _one_of(*RESIDENCE_BANDS)}),
    "FARM-INSURED": _in_favour("crop", year=_year),
    "FARM-SUBSIDY": Shape(keys={"programme": _text, "year": _year}, with_amount=True),
    "FARM-WEATHER": Shape(keys={"event": _text}),
    "INPUT-LICENCE": Shape(keys={"authority": _text, "number": _text, "title": _text}),
    "FARM-TRAINING": _in_favour("title", year=_year),
    "FARM-LINKED": Shape(keys={"year": _year, "band": _one_of(*MEMBER_BANDS)}),
    "FARM-CERTIFIED": _in_favour("title", "number"),
    "FARM-MODEL": _in_favour("title", level=_one_of(*LEVELS)),
    "COOP-SURPLUS": Shape(keys={"year": _year, "finding": _one_of("达标", "未达标")}),
    "COOP-LEDGER": Shape(keys={"year": _year, "finding": _one_of("规范", "待整改")}),
    "INPUT-TRACE": _in_favour(year=_year),
    "FOOD-SAFETY": _against("authority", "number"),
    "FARM-POLLUTION": _against("authority", "number"),
    "FARM-BRAND": _in_favour("title", level=_one_of(*LEVELS)),
    "RURAL-GRADE": Shape(keys={"grade": _one_of(*RURAL_GRADES), "year": _year}),
    "VOL-LAND": Shape(keys={"band": _one_of(*LAND_BANDS)}, declarable=True),
    "VOL-HERD": Shape(keys={"species": _text, "band": _one_of(*HERD_BANDS)}, declarable=True),
    "VOL-MACHINE": Shape(keys={"title": _text}, declarable=True),
    "VOL-LABOUR": Shape(keys={"band": _one_of(*LABOUR_BANDS)}, declarable=True),
    "VOL-HARVEST": Shape(keys={"year": _year, "band": _one_of(*HARVEST_BANDS)}, declarable=True),
    "VOL-DEBT": Shape(keys={"year": _year, "band": _one_of(*DEBT_BANDS)}, declarable=True),
}

SHAPES: Final[Mapping[str, Shape]] = {
    **_REGISTERED,
    **_PAID,
    **_PROMISED,
    **_FOUND,
    **_HONOURED,
    **_DECLARED,
    **_RURAL,
}
"""What each item of the packaged catalogue holds; an item that a later release adds is bounded in size only."""
