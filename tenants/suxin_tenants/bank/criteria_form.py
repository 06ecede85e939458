"""Criteria rows: each kind of eligibility criterion with its own inputs, in both directions.

A row's fields are prefixed with the row's name; the hidden fields ``row`` tell which rows there are, in order. What a row
cannot express is never stored: the core parses and checks every criterion again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from suxin.kernel.ids import new_id
from suxin.lending.criteria import AnyCriterion
from suxin.lending.facts import POINT_MONTHS, EcoGrade, RuralGradeFact, TaxGrade
from suxin.lending.industries import SECTIONS
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose
from suxin_tenants.forms import Form, listed, options, percent_text, wan_text, yuan_text

MAX_ROWS: Final = 40
ROW_FIELD: Final = "row"

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a row: its name within the row, its label and how it is shown."""

    name: str
    zh: str
    shape: str
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of criterion: its label, its inputs, and how they are read and filled.

    ``standing`` kinds follow from the product's own terms, so that a new row of them is not offered.
    """

    code: str
    zh: str
    inputs: tuple[Input, ...]
    read: Callable[[Form, str], Values]
    fill: Callable[[Any], Mapping[str, Any]]
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is shown."""

    name: str
    kind: Kind
    values: Mapping[str, Any]


def _several(name: str, zh: str, members: Iterable[Any]) -> Input:
    return Input(name, zh, "several", tuple(options(members)))


def _several_kind(
    code: str, zh: str, field: str, members: Iterable[Any], *, standing: bool = False
) -> Kind:
    return Kind(
        code,
        zh,
        (_several(field, "可以是", members),),
        lambda form, row: {field: list(form.texts(f"{row}.{field}"))},
        lambda item: {field: [member.value for member in getattr(item, field)]},
        standing,
    )


def _whole_kind(code: str, zh: str, label: str, field: str, unit: str) -> Kind:
    return Kind(
        code,
        zh,
        (Input(field, label, "whole", unit=unit),),
        lambda form, row: {field: form.whole(f"{row}.{field}")},
        lambda item: {field: getattr(item, field)},
    )


def _grade_kind(code: str, zh: str, members: Iterable[Any]) -> Kind:
    return Kind(
        code,
        zh,
        (Input("grade", "不低于", "one", tuple(options(members))),),
        lambda form, row: {"grade": form.text(f"{row}.grade")},
        lambda item: {"grade": item.grade.value},
    )


def _industry_kind(code: str, zh: str) -> Kind:
    sections = tuple((section.code, f"{section.code} {section.zh}") for section in SECTIONS)
    return Kind(
        code,
        zh,
        (
            Input("sections", "行业门类", "several", sections),
            Input("divisions", "行业大类代码", "text", hint="两位数字，如 13、20，可不填"),
        ),
        lambda form, row: {
            "codes": [*form.texts(f"{row}.sections"), *listed(form.text(f"{row}.divisions"))]
        },
        lambda item: {
            "sections": [code for code in item.codes if len(code) == 1],
            "divisions": "、".join(code for code in item.codes if len(code) > 1),
        },
    )


def _read_areas(form: Form, row: str) -> Values:
    return {"codes": [*form.texts(f"{row}.counties"), *listed(form.text(f"{row}.towns"))]}


def _fill_areas(item: Any) -> Values:  # noqa: ANN401 - a criterion of this kind
    return {
        "counties": [code for code in item.codes if len(code) == COUNTY_LENGTH],
        "towns": "、".join(code for code in item.codes if len(code) > COUNTY_LENGTH),
    }


def _read_fees(form: Form, row: str) -> Values:
    return {
        "fees": {
            "upfront_bps": form.percent(f"{row}.rate"),
            "upfront_fen": form.yuan(f"{row}.amount"),
            "monthly_bps": form.percent(f"{row}.monthly"),
        }
    }


def _fill_fees(item: Any) -> Values:  # noqa: ANN401 - a criterion of this kind
    return {
        "rate": percent_text(item.fees.upfront_bps),
        "amount": yuan_text(item.fees.upfront_fen),
        "monthly": percent_text(item.fees.monthly_bps),
    }


COUNTY_LENGTH: Final = 6
COUNTIES: Final = "counties"
"""The one input whose choices come from the database: the counties of the city."""

_ALL: Final[tuple[Kind, ...]] = (
    _several_kind("SUBJECT_KIND_IN", "申请主体类型", "kinds", ApplicantKind),
    Kind(
        "AREA_IN",
        "所在区域",
        (
            Input(COUNTIES, "县（区）", "several"),
            Input("towns", "乡镇代码", "text", hint="9 位数字，可不填"),
        ),
        _read_areas,
        _fill_areas,
    ),
    _industry_kind("INDUSTRY_IN", "限定行业"),
    _industry_kind("INDUSTRY_NOT_IN", "排除行业"),
    _whole_kind("MINIMUM_AGE_MONTHS", "成立时间", "满", "months", "个月"),
    _grade_kind("TAX_GRADE_AT_LEAST", "纳税信用级别", TaxGrade),
    Kind(
        "MINIMUM_ANNUAL_TAX_FEN",
        "年纳税额",
        (Input("tax", "不低于", "number", unit="万元"),),
        lambda form, row: {"tax_fen": form.wan(f"{row}.tax")},
        lambda item: {"tax": wan_text(item.tax_fen)},
    ),
    _whole_kind("SOCIAL_INSURANCE_AT_LEAST", "社保参保人数", "不少于", "headcount", "人"),
    _whole_kind("NO_OPEN_PENALTY_WITHIN", "近期无有效行政处罚", "最近", "months", "个月内"),
    _grade_kind("ECO_GRADE_AT_LEAST", "生态环境信用级别", EcoGrade),
    _grade_kind("RURAL_GRADE_AT_LEAST", "涉农主体信用等级", RuralGradeFact),
    _whole_kind(
        "VILLAGE_POINTS_AT_LEAST",
        "村级治理积分加分",
        f"近 {POINT_MONTHS} 个月内不少于",
        "months",
        "个月有加分",
    ),
    Kind("FIRST_LOAN_ONLY", "仅限首贷", (), lambda _form, _row: {}, lambda _item: {}),
    _several_kind("PURPOSE_IN", "贷款用途", "purposes", LoanPurpose),
    Kind(
        "HONOUR_ANY",
        "具有荣誉之一",
        (Input("honours", "荣誉名称", "text", hint="多项用顿号隔开"),),
        lambda form, row: {"honours": list(listed(form.text(f"{row}.honours")))},
        lambda item: {"honours": "、".join(item.honours)},
    ),
    Kind(
        "AMOUNT_WITHIN",
        "申请金额",
        (
            Input("minimum", "不低于", "number", unit="万元"),
            Input("maximum", "不超过", "number", unit="万元"),
        ),
        lambda form, row: {
            "minimum_fen": form.wan(f"{row}.minimum"),
            "maximum_fen": form.wan(f"{row}.maximum"),
        },
        lambda item: {
            "minimum": wan_text(item.minimum_fen),
            "maximum": wan_text(item.maximum_fen),
        },
        standing=True,
    ),
    Kind(
        "TERM_WITHIN",
        "贷款期限",
        (
            Input("minimum", "不短于", "whole", unit="个月"),
            Input("maximum", "不超过", "whole", unit="个月"),
        ),
        lambda form, row: {
            "minimum_months": form.whole(f"{row}.minimum"),
            "maximum_months": form.whole(f"{row}.maximum"),
        },
        lambda item: {"minimum": item.minimum_months, "maximum": item.maximum_months},
        standing=True,
    ),
    _several_kind("GUARANTEE_MODE_IN", "担保方式", "modes", GuaranteeMode, standing=True),
    Kind(
        "RATE_CEILING",
        "申请人可接受的利率",
        (Input("rate", "不低于", "number", unit="%"),),
        lambda form, row: {"lowest_rate_bps": form.percent(f"{row}.rate")},
        lambda item: {"rate": percent_text(item.lowest_rate_bps)},
        standing=True,
    ),
    Kind(
        "UPFRONT_FEES_BEARABLE",
        "一次性费用不超过申请金额的十分之一",
        (
            Input("rate", "一次性费率", "number", unit="%"),
            Input("amount", "一次性费用", "number", unit="元"),
            Input("monthly", "每月费率", "number", unit="%"),
        ),
        _read_fees,
        _fill_fees,
        standing=True,
    ),
)
KINDS: Final[Mapping[str, Kind]] = {kind.code: kind for kind in _ALL}
ADDABLE: Final = tuple(kind for kind in _ALL if not kind.standing)


def new_row(kind: Kind) -> Row:
    """Return an empty row of a kind."""
    return Row(_row_name(), kind, {})


def rows_stored(criteria: Iterable[AnyCriterion]) -> list[Row]:
    """Return the rows of criteria that are stored."""
    return [Row(_row_name(), KINDS[item.code], KINDS[item.code].fill(item)) for item in criteria]


def rows_typed(form: Form) -> list[Row]:
    """Return the rows as they were typed, to be shown again."""
    rows = []
    for name, kind in _rows(form):
        values: dict[str, Any] = {
            item.name: list(form.texts(f"{name}.{item.name}"))
            if item.shape == "several"
            else form.text(f"{name}.{item.name}")
            for item in kind.inputs
        }
        rows.append(Row(name, kind, values))
    return rows


def criteria_typed(form: Form, counties: Mapping[str, str]) -> tuple[Values, ...]:
    """Return the criteria that were typed, as the core parses them; errors are noted beside their inputs."""
    found = []
    for name, kind in _rows(form):
        _refuse_negative(form, name, kind)
        values = kind.read(form, name)
        _require_chosen(form, name, kind, values)
        if kind.code == "AREA_IN" and all(code in counties for code in values["codes"]):
            # The names are kept with the criterion, so that an applicant reads them and no codes.
            values["names"] = [counties[code] for code in values["codes"]]
        found.append({"criterion": kind.code, **values})
    return tuple(found)


def _refuse_negative(form: Form, name: str, kind: Kind) -> None:
    for item in kind.inputs:
        field = f"{name}.{item.name}"
        if item.shape in ("whole", "number") and form.text(field).startswith("-"):
            form.fail(field, "不能小于 0")


def _require_chosen(form: Form, name: str, kind: Kind, values: Values) -> None:
    for value in values.values():
        if value in ([], ""):
            form.fail(f"{name}.{kind.inputs[0].name}", "请至少填写或选择一项")


def _rows(form: Form) -> list[tuple[str, Kind]]:
    return [
        (name, KINDS[form.text(f"{name}.kind")])
        for name in form.texts(ROW_FIELD)[: MAX_ROWS + 1]
        if form.text(f"{name}.kind") in KINDS
    ]


def _row_name() -> str:
    return f"c{new_id().hex[-10:]}"
