"""The cast: the people and organisations a newcomer meets by name, with their log-ins.

Everything here is made up. The one password is printed by ``suxin up`` and worth nothing outside a demo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from suxin.lending.facts import EcoGrade, TaxGrade
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RequestTerms
from suxin.subjects.models import SubjectKind
from suxin.tenancy.profiles import TenantKind
from suxin_server.demo.applicant import Applicant, Penalty
from suxin_server.demo.log_in import DemoLogIn
from suxin_server.demo.numbers import credit_code, phone, resident_id
from suxin_server.demo.village_people import VILLAGE_STAFF
from suxin_server.demo.visitor import COUNTER, COUNTER_OFFICE, COUNTER_VISITOR, TERMINAL_REF
from suxin_tenants import PROFILES

PASSWORD: Final = "Suqian-2026-demo"  # noqa: S105 - the password of synthetic accounts, printed for everyone

FIRST_CROWD_SERIAL: Final = 1_000
FIRST_CROWD_PHONE: Final = 100
"""Credit codes and phones below these belong to the cast."""

DESK: Final = "/desk/log-in"
PREVIEW: Final = "/preview"


ZHANG_WEI: Final = Applicant(
    wechat="demo-zhangwei",
    name="张伟",
    resident_id=resident_id(date(1984, 3, 12), 17),
    phone=phone(1),
    proved=False,
    kind=SubjectKind.FIRM,
    name_parts=("宿迁", "沭河", "木业", "有限公司"),
    uscc=credit_code("91", 1),
    county_code="321322",
    industry="C20",
    age_months=74,
    staff=46,
    tax_grade=TaxGrade.A,
    annual_tax_fen=68_000_000,
    insured=38,
    honours=("守合同重信用企业",),
    eco_grade=EcoGrade.BLUE,
    ask=RequestTerms(
        amount_fen=100_000_000,
        term_months=12,
        purpose=LoanPurpose.WORKING_CAPITAL,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="木材加工企业，纳税信用 A 级：多家银行的产品相符",
)
"""A wood-working firm with a good tax grade: several products fit, and nothing has happened yet."""

LI_XIUYING: Final = Applicant(
    wechat="demo-lixiuying",
    name="李秀英",
    resident_id=resident_id(date(1979, 10, 5), 28),
    phone=phone(2),
    proved=False,
    kind=SubjectKind.FAMILY_FARM,
    name_parts=("泗洪", "湖畔", "螃蟹养殖", "家庭农场"),
    uscc=credit_code("92", 2),
    county_code="321324",
    industry="A04",
    age_months=50,
    staff=6,
    honours=("市级示范家庭农场",),
    ask=RequestTerms(
        amount_fen=30_000_000,
        term_months=12,
        purpose=LoanPurpose.LIVESTOCK,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="洪泽湖畔的家庭农场，首次贷款：涉农产品相符",
)
"""A family farm that never had a loan: the products for agriculture fit."""

WANG_QIANG: Final = Applicant(
    wechat="demo-wangqiang",
    name="王强",
    resident_id=resident_id(date(1997, 6, 23), 33),
    phone=phone(3),
    proved=False,
    kind=SubjectKind.FIRM,
    name_parts=("宿迁", "新苗", "文化传媒", "有限公司"),
    uscc=credit_code("91", 3),
    county_code="321302",
    industry="R88",
    age_months=1,
    staff=3,
    penalties=(Penalty(0, "轻微", "市场监督管理局"),),
    ask=RequestTerms(
        amount_fen=50_000_000,
        term_months=24,
        purpose=LoanPurpose.WORKING_CAPITAL,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="成立一个月的新公司：暂无相符产品，逐项列出原因；有一条可申请修复的轻微处罚",
)
"""A firm of one month: no product fits, and each says all its reasons. Its small penalty may be repaired at once."""

CHEN_JING: Final = Applicant(
    wechat="demo-chenjing",
    name="陈静",
    resident_id=resident_id(date(1988, 1, 30), 46),
    phone=phone(4),
    proved=True,
    kind=SubjectKind.FIRM,
    name_parts=("泗阳", "恒源", "织造", "有限公司"),
    uscc=credit_code("91", 4),
    county_code="321323",
    industry="C17",
    age_months=96,
    staff=82,
    tax_grade=TaxGrade.B,
    annual_tax_fen=120_000_000,
    insured=70,
    eco_grade=EcoGrade.GREEN,
    ask=RequestTerms(
        amount_fen=150_000_000,
        term_months=24,
        purpose=LoanPurpose.EQUIPMENT,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="已实名，三家银行已报价：可直接比较并接受",
)
"""A weaving mill with offers of several banks on the table."""

ZHAO_MIN: Final = Applicant(
    wechat="demo-zhaomin",
    name="赵敏",
    resident_id=resident_id(date(1990, 8, 16), 62),
    phone=phone(5),
    proved=True,
    kind=SubjectKind.FIRM,
    name_parts=("宿迁市", "骆丰", "粮油", "有限公司"),
    uscc=credit_code("91", 5),
    county_code="321311",
    industry="C13",
    age_months=130,
    staff=25,
    tax_grade=TaxGrade.A,
    annual_tax_fen=45_000_000,
    insured=21,
    ask=RequestTerms(
        amount_fen=80_000_000,
        term_months=12,
        purpose=LoanPurpose.RAW_MATERIALS,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="已接受一家银行的报价：可查看授权、合同依据和谁看过资料",
)
"""A grain firm that has accepted an offer: what a consent and a contract leave behind."""

APPLICANTS: Final = (ZHANG_WEI, LI_XIUYING, WANG_QIANG, CHEN_JING, ZHAO_MIN)


ZHOU_GUILAN: Final = Applicant(
    wechat="demo-zhouguilan",
    name="周桂兰",
    resident_id=resident_id(date(1976, 5, 9), 96),
    phone=phone(6),
    proved=True,
    kind=SubjectKind.HOUSEHOLD,
    name_parts=("周", "家农户"),
    uscc="",
    county_code="321324",
    industry="A01",
    age_months=60,
    staff=0,
    ask=RequestTerms(
        amount_fen=1_000_000,
        term_months=12,
        purpose=LoanPurpose.AGRICULTURE_INPUTS,
        guarantee_mode=GuaranteeMode.CREDIT,
    ),
    story="垫湖村农户，已有等级和整村授信额度：可一键用款（启动后约一分钟可用）",
)
"""The head of a household with a grade and a line of whole-village credit. She comes with her village's register, which the worker
fills after the start; departments know her household by its number there."""

PHONES: Final = (*APPLICANTS, ZHOU_GUILAN)
"""Everybody whose phone the preview can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One who works for a tenant, bounded by a branch or by areas where his role is."""

    name: str
    login: str
    role: str
    branch: str | None = None
    area_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organiser:
    """A tenant, with its staff and its branches (name and the counties each serves)."""

    slug: str
    kind: TenantKind
    name: str
    short_name: str
    area_code: str = "321302"
    staff: tuple[Staff, ...]
    branches: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _bank_staff(slug: str, admin: str, product: str, officer: str) -> tuple[Staff, ...]:
    return (
        Staff(name=officer, login=f"{slug}.loan", role="loan_officer"),
        Staff(name=product, login=f"{slug}.product", role="product_manager"),
        Staff(name=admin, login=f"{slug}.admin", role="bank_admin"),
    )


CITY_BRANCHES: Final = (
    ("营业部", ()),
    ("沭阳支行", ("321322",)),
    ("泗阳支行", ("321323",)),
    ("泗洪支行", ("321324",)),
)

OPERATOR: Final = Organiser(
    slug="operator",
    kind=TenantKind.OPERATOR,
    name="宿迁市信用管理办公室（演示）",
    short_name="市信用办",
    staff=(
        Staff(name="孙立", login="operator.admin", role="operator_admin"),
        Staff(name="周颖", login="operator.credit", role="credit_office"),
        Staff(name="秦岚", login="operator.review", role="credit_office"),
        Staff(name="吴审", login="operator.audit", role="auditor"),
        Staff(name="郑基", login="operator.fund", role="fund_manager"),
        Staff(name="冯财", login="operator.bureau", role="finance_bureau"),
        Staff(
            name="蒋敏",
            login="operator.counter",
            role="counter_helper",
            branch=COUNTER_OFFICE,
        ),
        # The towns of the village with points and of the one with whole-village credit.
        Staff(
            name="庄洁",
            login="operator.town",
            role="town_reviewer",
            area_codes=("321322001", "321324102"),
        ),
    ),
    branches=((COUNTER_OFFICE, ()),),
)

SCORE_OFFICE: Final = ("operator.credit", "operator.admin", "operator.review")
"""Who drafts the city's score models, and who approve them."""

CHUFENG: Final = Organiser(
    slug="chufeng",
    kind=TenantKind.BANK,
    name="宿迁楚风农村商业银行（演示）",
    short_name="楚风农商行",
    staff=(
        *_bank_staff("chufeng", "陈建国", "何晓燕", "徐海燕"),
        Staff(
            name="许志明",
            login="chufeng.shuyang",
            role="loan_officer",
            branch="沭阳支行",
            area_codes=("321322",),
        ),
        Staff(name="罗静", login="chufeng.viewer", role="viewer"),
    ),
    branches=CITY_BRANCHES,
)

LUOMA: Final = Organiser(
    slug="luoma",
    kind=TenantKind.BANK,
    name="骆马湖城市商业银行宿迁分行（演示）",
    short_name="骆马湖银行",
    staff=_bank_staff("luoma", "高志强", "郭梅", "马文涛"),
    branches=CITY_BRANCHES,
)


def _bank(slug: str, name: str, short_name: str, people: tuple[str, str, str]) -> Organiser:
    return Organiser(
        slug=slug,
        kind=TenantKind.BANK,
        name=f"{name}（演示）",
        short_name=short_name,
        staff=_bank_staff(slug, *people),
        branches=(("宿迁营业部", ()),),
    )


_HONGZE: Final = _bank("hongze", "洪泽湖农村商业银行", "洪泽湖农商行", ("袁刚", "许红", "傅健"))
HONGZE: Final = replace(
    _HONGZE,
    staff=(*_HONGZE.staff, Staff(name="袁芳", login="hongze.head", role="branch_head")),
)
"""The bank of the whole-village credit: its officer proposes, the head of its branch signs and decides."""

BANKS: Final = (
    CHUFENG,
    LUOMA,
    _bank("shuhe", "沭河农村商业银行", "沭河农商行", ("宋平", "邓丽", "曹勇")),
    HONGZE,
    _bank("yanghe", "洋河实业银行宿迁分行", "洋河实业银行", ("沈浩", "曾怡", "彭超")),
    _bank("jiangzuo", "江左普惠银行宿迁分行", "江左普惠银行", ("吕军", "董娟", "程磊")),
    _bank("huaihai", "淮海兴业储蓄银行宿迁分行", "淮海储蓄银行", ("于东", "萧兰", "唐杰")),
    _bank("xichu", "西楚村镇银行", "西楚村镇银行", ("韩明", "冯玲", "谢伟")),
    _bank("yunhe", "大运河科技银行宿迁支行", "运河科技银行", ("梁宇", "郑欣", "宋涛")),
    _bank("lvsong", "绿松绿色银行宿迁分行", "绿松银行", ("林海", "何静", "罗强")),
    _bank("sunong", "苏北惠农银行宿迁分行", "苏北惠农银行", ("胡文", "朱秀", "高磊")),
    _bank("hengtong", "恒通小微企业银行宿迁分行", "恒通小微银行", ("黄辉", "周梅", "吴超")),
)

OTHERS: Final = (
    Organiser(
        slug="mall",
        kind=TenantKind.MERCHANT,
        name="宿迁水韵百货（演示）",
        short_name="水韵百货",
        staff=(Staff(name="钱红", login="mall.admin", role="merchant_admin"),),
    ),
    Organiser(
        slug="lake",
        kind=TenantKind.ATTRACTION,
        name="骆马湖云水景区（演示）",
        short_name="云水景区",
        area_code="321311",
        staff=(Staff(name="田宇", login="lake.admin", role="attraction_admin"),),
    ),
    Organiser(
        slug="village",
        kind=TenantKind.VILLAGE_GRID,
        name="沭阳县锦绣新村村民委员会（演示）",
        short_name="锦绣新村",
        area_code="321322",
        staff=tuple(Staff(name=n, login=f"village.{at}", role=r) for n, at, r in VILLAGE_STAFF),
    ),
    Organiser(
        slug="guarantor",
        kind=TenantKind.GUARANTOR,
        name="宿迁宿诚融资担保有限公司（演示）",
        short_name="宿诚担保",
        staff=(
            Staff(name="贾诚", login="guarantor.admin", role="guarantor_admin"),
            Staff(name="任慧", login="guarantor.review", role="underwriter"),
            Staff(name="施远", login="guarantor.approve", role="guarantee_approver"),
        ),
    ),
)

TENANTS: Final = (OPERATOR, *BANKS, *OTHERS)


def _role_zh(tenant: Organiser, person: Staff) -> str:
    return PROFILES[tenant.kind].roles[person.role].zh


def log_ins() -> Sequence[DemoLogIn]:
    """Return the log-ins worth showing: three banks in full, one of each other kind of tenant, and the applicants."""
    desks = [
        DemoLogIn(
            who=f"{tenant.short_name} {person.branch or ''}{_role_zh(tenant, person)}",
            where=DESK,
            login=person.login,
            password=PASSWORD,
            note=person.name,
        )
        for tenant in (OPERATOR, CHUFENG, LUOMA, HONGZE, *OTHERS)
        for person in tenant.staff
    ]
    phones = [
        DemoLogIn(
            who=f"{applicant.name} {applicant.subject_name}",
            where=PREVIEW,
            login=applicant.wechat,
            password=f"{applicant.resident_id}\n{applicant.phone}",
            note=applicant.story,
        )
        for applicant in PHONES
    ]
    visitor = COUNTER_VISITOR
    at_counter = DemoLogIn(
        who=f"窗口办事人 {visitor.name}",
        where=COUNTER,
        login="（由窗口帮办员接待）",
        password=f"{visitor.resident_id}\n{TERMINAL_REF}",
        note=visitor.story,
    )
    return (*desks, *phones, at_counter)
