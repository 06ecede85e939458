"""The organisations of the demo city and what its departments know about them.

Three thousand firms, six hundred sole traders and two thousand farm entities, each with a legal representative. Who
they are depends on the seed alone, so that the registry of representatives can be written without the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from suxin.lending.facts import EcoGrade, TaxGrade
from suxin.subjects.models import SubjectKind
from suxin_server.demo import cast, words
from suxin_server.demo.applicant import Applicant, Penalty
from suxin_server.demo.dice import Dice
from suxin_server.demo.numbers import PHONES, credit_code, phone, resident_id
from suxin_server.demo.words import (
    COUNTIES,
    COUNTY_NAMES,
    FARM_TRADES,
    FIRM_TRADES,
    TRADER_TRADES,
    Trade,
)

FIRMS: Final = 3_000
SOLE_TRADERS: Final = 600
FARM_ENTITIES: Final = 2_000

HONOURS: Final = (
    "守合同重信用企业",
    "专精特新中小企业",
    "高新技术企业",
    "科技型中小企业",
    "市级示范家庭农场",
    "示范合作社",
)

_REGISTRARS: Final = {
    SubjectKind.FIRM: "91",
    SubjectKind.SOLE_TRADER: "92",
    SubjectKind.FAMILY_FARM: "92",
    SubjectKind.COOPERATIVE: "93",
    SubjectKind.AGRI_ENTERPRISE: "91",
    # A household has no registration: it carries a number of the rural register.
    SubjectKind.HOUSEHOLD: "Y1",
}
_FARM_KINDS: Final = (
    (SubjectKind.FAMILY_FARM, 9),
    (SubjectKind.COOPERATIVE, 5),
    (SubjectKind.HOUSEHOLD, 5),
    (SubjectKind.AGRI_ENTERPRISE, 1),
)
_FARM_SUFFIX: Final = {
    SubjectKind.FAMILY_FARM: "家庭农场",
    SubjectKind.COOPERATIVE: "农民专业合作社",
    SubjectKind.AGRI_ENTERPRISE: "农业发展有限公司",
}
_OLDEST_BIRTH: Final = date(1962, 1, 1)
_BIRTH_SPAN_DAYS: Final = 13_500


class Person(NamedTuple):
    """A natural person with the three factors of his identity."""

    name: str
    resident_id: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the departments know of an organisation; nothing where they know nothing."""

    age_months: int
    staff: int
    tax_grade: TaxGrade | None = None
    annual_tax_fen: int | None = None
    insured: int | None = None
    honours: tuple[str, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    eco_grade: EcoGrade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One organisation; ``town_share``, between 0 and 1, settles which town of its county it is in."""

    kind: SubjectKind
    name_parts: tuple[str, ...]
    uscc: str
    county_code: str
    town_share: float
    industry: str
    representative: Person
    known: Known = field(repr=False)

    @property
    def name(self) -> str:
        """The name in full."""
        return "".join(self.name_parts)


_UNKNOWN: Final = Known(age_months=0, staff=0)


@cache
def organisations() -> tuple[Organisation, ...]:
    """Return every organisation of the city: first those of the cast, then the crowd."""
    maker = _Maker()
    crowd = (*maker.firms(), *maker.sole_traders(), *maker.farms())
    return (*map(_of_cast, cast.APPLICANTS), *crowd)


def _of_cast(applicant: Applicant) -> Organisation:
    return Organisation(
        kind=applicant.kind,
        name_parts=applicant.name_parts,
        uscc=applicant.uscc,
        county_code=applicant.county_code,
        town_share=0.0,
        industry=applicant.industry,
        representative=Person(applicant.name, applicant.resident_id, applicant.phone),
        known=Known(
            age_months=applicant.age_months,
            staff=applicant.staff,
            tax_grade=applicant.tax_grade,
            annual_tax_fen=applicant.annual_tax_fen,
            insured=applicant.insured,
            honours=applicant.honours,
            penalties=applicant.penalties,
            eco_grade=applicant.eco_grade,
        ),
    )


class _Maker:
    """Makes the crowd: each organisation with a serial number of its own and a representative nobody else has."""

    def __init__(self) -> None:
        self._serial = cast.FIRST_CROWD_SERIAL
        self._resident_ids: set[str] = set()

    def firms(self) -> Iterator[Organisation]:
        """Yield the firms, no two of one name."""
        dice, taken = Dice("firms"), set[str]()
        while len(taken) < FIRMS:
            county, trade = _place(dice), _trade(dice, FIRM_TRADES)
            parts = words.firm_name(dice, COUNTY_NAMES[county], trade)
            if "".join(parts) in taken:
                continue
            taken.add("".join(parts))
            made = self._made(dice, SubjectKind.FIRM, county, trade)
            yield replace(made, name_parts=parts, known=_of_firm(dice))

    def sole_traders(self) -> Iterator[Organisation]:
        """Yield the sole traders."""
        dice = Dice("sole traders")
        for _ in range(SOLE_TRADERS):
            county, trade = _place(dice), _trade(dice, TRADER_TRADES)
            parts = words.trader_name(dice, COUNTY_NAMES[county], trade)
            made = self._made(dice, SubjectKind.SOLE_TRADER, county, trade)
            yield replace(made, name_parts=parts, known=_of_trader(dice))

    def farms(self) -> Iterator[Organisation]:
        """Yield family farms, cooperatives, households and agricultural enterprises."""
        dice = Dice("farms")
        for _ in range(FARM_ENTITIES):
            county, trade = _place(dice), _trade(dice, FARM_TRADES)
            kind = dice.pick(_FARM_KINDS)
            made = self._made(dice, kind, county, trade)
            if kind is SubjectKind.HOUSEHOLD:
                # A household is known by its family name alone.
                parts: tuple[str, ...] = (made.representative.name[0], "家农户")
            else:
                place, word = COUNTY_NAMES[county], dice.choice(trade.words)
                parts = (place, words.brand(dice), word, _FARM_SUFFIX[kind])
            yield replace(made, name_parts=parts, known=_of_farm(dice, kind))

    def _made(self, dice: Dice, kind: SubjectKind, county: str, trade: Trade) -> Organisation:
        self._serial += 1
        return Organisation(
            kind=kind,
            name_parts=(),
            uscc=credit_code(_REGISTRARS[kind], self._serial),
            county_code=county,
            town_share=dice.random(),
            industry=trade.industry,
            representative=self._person(dice),
            known=_UNKNOWN,
        )

    def _person(self, dice: Dice) -> Person:
        while True:
            born = _OLDEST_BIRTH + timedelta(days=dice.randrange(_BIRTH_SPAN_DAYS))
            # Orders below 100 belong to the cast.
            number = resident_id(born, dice.randrange(100, 1_000))
            if number not in self._resident_ids:
                break
        self._resident_ids.add(number)
        serial = dice.randrange(cast.FIRST_CROWD_PHONE, PHONES)
        return Person(words.person_name(dice), number, phone(serial))


def _place(dice: Dice) -> str:
    return dice.pick([(code, weight) for code, _, weight in COUNTIES])


def _trade(dice: Dice, trades: tuple[Trade, ...]) -> Trade:
    return dice.pick([(trade, trade.weight) for trade in trades])


def _of_firm(dice: Dice) -> Known:
    age = int(dice.triangular(2, 240, 30))
    staff = max(2, int(dice.lognormvariate(2.8, 1.0)))
    grade = dice.pick(
        (
            (TaxGrade.A, 14),
            (TaxGrade.B, 38),
            (TaxGrade.M, 24),
            (TaxGrade.C, 8),
            (TaxGrade.D, 3),
            (None, 13),
        )
    )
    return Known(
        age_months=age,
        staff=staff,
        tax_grade=grade,
        annual_tax_fen=None if grade is None else staff * dice.randrange(150_000, 2_500_000, 100),
        insured=int(staff * dice.uniform(0.4, 1.0)) if dice.happens(80) else None,
        honours=tuple(sorted(dice.sample(HONOURS[:4], 1 + dice.happens(20))))
        if dice.happens(9)
        else (),
        penalties=_penalties(dice, 5),
        eco_grade=_eco_grade(dice, 30),
    )


def _of_trader(dice: Dice) -> Known:
    return Known(
        age_months=int(dice.triangular(1, 180, 24)),
        staff=dice.randrange(1, 9),
        tax_grade=TaxGrade.M if dice.happens(35) else None,
        annual_tax_fen=dice.randrange(50_000, 3_000_000, 100) if dice.happens(40) else None,
        penalties=_penalties(dice, 4),
    )


def _of_farm(dice: Dice, kind: SubjectKind) -> Known:
    honour = HONOURS[5] if kind is SubjectKind.COOPERATIVE else HONOURS[4]
    return Known(
        age_months=int(dice.triangular(3, 150, 48)),
        staff=dice.randrange(1, 30),
        honours=(honour,) if kind is not SubjectKind.HOUSEHOLD and dice.happens(12) else (),
        penalties=() if kind is SubjectKind.HOUSEHOLD else _penalties(dice, 2),
        eco_grade=None if kind is SubjectKind.HOUSEHOLD else _eco_grade(dice, 15),
    )


def _penalties(dice: Dice, percent: int) -> tuple[Penalty, ...]:
    if not dice.happens(percent):
        return ()
    severity = dice.pick((("轻微", 5), ("一般", 4), ("严重", 1)))
    authority = dice.choice(("宿迁市生态环境局", "宿迁市市场监督管理局", "宿迁市应急管理局"))
    return (Penalty(dice.randrange(1, 40), severity, authority),)


def _eco_grade(dice: Dice, percent: int) -> EcoGrade | None:
    if not dice.happens(percent):
        return None
    return dice.pick(
        (
            (EcoGrade.GREEN, 22),
            (EcoGrade.BLUE, 55),
            (EcoGrade.YELLOW, 16),
            (EcoGrade.RED, 5),
            (EcoGrade.BLACK, 2),
        )
    )
