"""What a person reads of what is held about him: every code that can stand there has a Chinese word, and every key a name."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect

from suxin.kernel.holdings import in_json
from suxin.lending.facts import ApplicantFacts
from suxin.rights.human_reviews import AutomatedOutcome
from suxin.rights.portions import PORTIONS
from suxin.rights.queries.holdings import Told
from suxin_mini_program.data_names import FACTS, NAMES
from suxin_mini_program.data_words import readable, shown_rows
from suxin_web.audit_words.entries import ACTIONS, OBJECTS

BACKEND = Path(__file__).parents[2] / "backend" / "suxin"
LATIN = re.compile(r"[A-Za-z]")


def shown_codes() -> Iterator[tuple[str, str, StrEnum]]:
    """Return every member of every enumerated column that is shown as it is."""
    for portion in PORTIONS:
        entity = portion.rows(uuid4()).column_descriptions[0]["entity"]
        columns = inspect(entity).columns
        for name in portion.fields.keys() - portion.values.keys():
            for member in getattr(columns[name].type, "enum_class", None) or ():
                yield portion.code, in_json(name), member


def test_every_code_of_a_column_reads_chinese() -> None:
    shown = list(shown_codes())
    assert len(shown) > 150
    raw = [(part, key, str(code)) for part, key, code in shown if LATIN.search(readable(key, code))]
    assert raw == []


def stated_keys() -> Iterator[str]:
    """Return the keys that cases keep of what was contested, as the commands write them."""
    for path in sorted((BACKEND / "rights").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.keyword | ast.AnnAssign):
                continue
            named = node.arg if isinstance(node, ast.keyword) else ast.unparse(node.target)
            if named == "stated" and isinstance(node.value, ast.Dict):
                yield from (
                    str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)
                )


def test_every_key_of_a_case_and_of_a_match_has_a_name() -> None:
    keys = set(stated_keys())
    assert {"reasons", "benefit", "owed", "year"} <= keys
    assert keys - set(NAMES) == set()
    assert set(FACTS) == set(ApplicantFacts.__struct_fields__)


def test_where_the_platform_made_a_record_itself_is_said_in_chinese() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in BACKEND.rglob("*.py"))
    sources = set(re.findall(r'^SOURCE: Final = "(\w+)"', written, re.MULTILINE))
    assert {"grid", "perks", "rural", "subject", "village"} <= sources
    assert [one for one in sources if LATIN.search(readable("source", one))] == []
    assert [readable("modelCode", one) for one in ("xichu", "rural_household")] == [
        "西楚分",
        "农户信用等级",
    ]


def test_every_act_and_every_kind_of_thing_reads_chinese() -> None:
    assert len(ACTIONS) > 300
    assert [one for one in ACTIONS if LATIN.search(readable("action", one))] == []
    assert [one for one in OBJECTS if LATIN.search(readable("objectType", one))] == []
    kinds = ("anonymous", "client", "operator", "staff", "subject", "system")
    assert [one for one in kinds if LATIN.search(readable("actorKind", one))] == []


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (
            {"purpose": "loan.match", "categories": ["tax", "penalties"]},
            "用途：审核贷款申请并报价；类别：纳税信息、行政处罚信息",
        ),
        ({"state": "REVOKED"}, "状态：已撤回"),
        (
            {"case": "correction", "item": "名称", "outcome": "GRANTED"},
            "事项类型：更正申请；事项：名称；结果：予以支持",
        ),
        ({"kind": "account_statement", "size_bytes": 5}, "类型：经营流水；大小（字节）：5"),
        (
            {"method": "three_factor", "first": True},
            "核验方式：姓名、身份证号、手机号三要素核验；首次：是",
        ),
        (
            {"until": "2026-11-30T20:05:00+00:00", "rate_bps": 340},
            "截止：2026-12-01 04:05；利率：3.40%",
        ),
        ({"amount_fen": 50_000_000, "reason": None}, "金额：500,000.00元"),
        ({"reason": "consent_revoked"}, "原因：撤回授权"),
    ],
)
def test_an_act_on_record_shows_no_code(detail: dict[str, object], words: str) -> None:
    (acts,) = (portion for portion in PORTIONS if portion.code == "acts")
    act = {
        "actorKind": "client",
        "action": "consent.consent.requested",
        "objectType": "consent",
        "detail": detail,
    }
    assert shown_rows(Told(acts, 1, [act], None)) == [
        [("办理方", "机构系统"), ("事项", "请求授权"), ("对象类型", "授权"), ("内容", words)]
    ]


@pytest.mark.parametrize("outcome", AutomatedOutcome)
def test_every_automated_outcome_is_named(outcome: AutomatedOutcome) -> None:
    assert not LATIN.search(readable("stated", {"automated": outcome.value}))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (
            "reasons",
            [{"en": "area", "zh": "服务区域：沭阳县", "code": "AREA_IN", "outcome": "failed"}],
            "服务区域：沭阳县",
        ),
        ("contributions", {"cost": 4815, "first_loan": 0}, "融资成本：4815，支持首贷：0"),
        (
            "facts",
            {"kind": "firm", "eco_grade": "green", "annual_tax_fen": 120_000_000},
            "主体类型：企业，环保信用等级：绿色，年纳税额：1,200,000.00元",
        ),
        ("stated", {"kind": "household", "tier": "C"}, "主体类型：农户，等级：C"),
        ("amountBand", "from_100_wan", "100万—300万元"),
        ("grade", "unrated", "未评级"),
        ("proofMethod", "registry_legal_representative", "登记机关核验法定代表人"),
        ("aspects", {"family": 42}, "家庭：42"),
        ("content", {"year": 2025, "grade": "A"}, "A 级，年度 2025"),
        (
            "content",
            [
                {
                    "item": "TAX-GRADE",
                    "status": "active",
                    "content": {"year": 2025},
                    "category": "tax",
                    "amountFen": None,
                    "selfDeclared": False,
                }
            ],
            "目录代码：TAX-GRADE，状态：有效，内容：年度 2025，信息类别：纳税信息，金额：—，本人申报：否",
        ),
        (
            "content",
            {"offer": {"rateBps": 340, "termMonths": 12}, "records": []},
            "报价：利率：3.40%，期限（月）：12，记录：—",
        ),
        (
            "items",
            [
                {
                    "kind": "account_statement",
                    "state": "supplied",
                    "at": "2026-11-30T20:05:00.5+00:00",
                }
            ],
            "材料：经营流水，状态：已提供，答复时间：2026-12-01 04:05",
        ),
    ],
)
def test_documents_within_a_row_read_chinese(key: str, value: object, words: str) -> None:
    assert readable(key, value) == words
