"""The audit page's words: whatever the product writes into the stream is read in Chinese."""

import ast
import re
from pathlib import Path

import pytest

from suxin.kernel.audit import AuditEntry
from suxin.perks.scenarios import SCENARIOS
from suxin_web.audit_words.details import DETAILS
from suxin_web.audit_words.entries import (
    ACTIONS,
    OBJECTS,
    REASONS,
    actor_words,
    detail_words,
)

BACKEND = Path(__file__).parents[2] / "backend"
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("suxin", "suxin_server/demo")
    for path in sorted((BACKEND / folder).rglob("*.py"))
)


def test_every_kind_of_thing_has_a_name():
    written = set(re.findall(r'object_type="(\w+)"', SOURCE))
    written |= set(re.findall(r'\bof=\("(\w+)"', SOURCE))
    assert len(written) > 10
    assert written - set(OBJECTS) == set()


def test_every_reason_for_acting_for_another_has_words():
    calls = re.findall(r'act_for\(\s*session,[^)]*?reason="([^"]+)"', SOURCE)
    calls += re.findall(r'in_the_subjects_rows\(\s*session,[^)]*?reason="([^"]+)"', SOURCE)
    calls += re.findall(r'house\(session, actor, tenant_id, \w+, "([^"]+)"\)', SOURCE)
    assert len(calls) > 8
    assert set(calls) - set(REASONS) == set()


def test_every_reason_for_which_a_grant_ends_has_words():
    edges = (BACKEND / "suxin_oauth").rglob("*.py")
    written = SOURCE + "\n".join(path.read_text(encoding="utf-8") for path in edges)
    ends = re.findall(r'end_grants?\w*\([^)]*?reason="([a-z_]+)"', written)
    assert len(ends) > 8
    assert set(ends) - set(REASONS) == set()


def test_what_a_subject_was_put_right_in_is_told():
    told = {"columns": ["name"], "before": {"name": "甲"}, "after": {"name": "乙"}}
    assert detail_words(told) == "更改项目：名称；变更前：名称：甲；变更后：名称：乙"
    assert detail_words({"amount_fen": 5_000_00, "rate_bps": 435, "first": True}) == (
        "金额：5,000.00元；利率：4.35%；首次：是"
    )


TREES = [
    ast.parse(path.read_text(encoding="utf-8"))
    for folder in (BACKEND / "suxin", BACKEND.parent / "tenants")
    for path in sorted(folder.rglob("*.py"))
]
NODES = [node for tree in TREES for node in ast.walk(tree)]
FUNCTIONS = [node for node in NODES if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
RECORDERS = {
    function.name: {
        one.arg
        for other in FUNCTIONS
        if other.name == function.name
        for one in (*other.args.args, *other.args.kwonlyargs)
    }
    for function in FUNCTIONS
    if function.args.kwarg and function.args.kwarg.arg == "detail"
}
"""The functions that take an entry's details by their names, with what else those of that name take."""


def text_keys(value):
    if isinstance(value, ast.Dict):
        yield from (key.value for key in value.keys if isinstance(key, ast.Constant))


def detail_keys(node):
    """Return the keys that a command writes into the details of an entry here, where they stand as text."""
    if (isinstance(node, ast.keyword) and node.arg == "detail") or (
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "detail"
    ):
        yield from text_keys(node.value)
    elif isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called == "record_step":
            yield from (key for given in node.args for key in text_keys(given))
        if called in RECORDERS:
            named = {keyword.arg for keyword in node.keywords if keyword.arg}
            yield from named - RECORDERS[called] - {"detail"}


def test_every_detail_has_a_name():
    keys = {key for node in NODES for key in detail_keys(node)}
    assert len(keys) > 100
    assert keys - set(DETAILS) == set()
    said = {"scenario": "travel.bike", "uses": 0, "verdict": "for", "programme": ""}
    assert detail_words(said) == f"场景：{SCENARIOS['travel.bike'].zh}；已用次数：0；决定：同意"


def test_every_act_has_words():
    acts = set(re.findall(r'action="([a-z_]+\.[a-z_.]+)"', SOURCE))
    acts |= set(re.findall(r'record\(\s*session, "([a-z_.]+)"', SOURCE))
    chosen = r"""action=f"([a-z_.]+)\{'(\w+)' if [^}]+ else '(\w+)'\}\""""
    either = re.findall(chosen, SOURCE)
    assert len(either) > 1
    acts |= {f"{prefix}{step}" for prefix, *steps in either for step in steps}
    consents = "\n".join(path.read_text() for path in (BACKEND / "suxin/consent").glob("*.py"))
    steps = re.findall(r'record\(session, \w+, "([a-z]+)"|\bstep="([a-z]+)"', consents)
    assert len(steps) > 7
    acts |= {f"consent.consent.{one or other}" for one, other in steps}
    acts |= {
        f"counter.{step}"
        for step in re.findall(r'record\(\s*session, (?:visit|held), "([a-z_.]+)"', SOURCE)
    }
    assert len(acts) > 15
    assert acts - set(ACTIONS) == set()


@pytest.mark.parametrize(
    ("kind", "action", "words"),
    [
        ("anonymous", "tenancy.log_in.succeeded", "机构人员"),
        ("anonymous", "tenancy.log_in.locked", "机构人员"),
        ("anonymous", "subjects.account.rebound", "登录前"),
        ("system", "lending.referral.lapsed", "平台"),
    ],
)
def test_whoever_logs_in_is_named_for_what_he_is(kind, action, words):
    assert actor_words(AuditEntry(actor_kind=kind, action=action)) == words


def test_details_are_told_in_chinese():
    assert detail_words({"reason": "demo city"}) == "原因：载入演示城市"
    assert detail_words({"reason": "BUSINESS_TOO_YOUNG"}) == "原因：经营年限不足"
    assert detail_words({"step": "contact"}) == "时限：联系"
    assert detail_words({"kind": "bank", "override_reason": None}) == "类型：银行"
    assert detail_words({"decision": "refuse", "counter_office": "信用窗口"}) == (
        "本人决定：不同意授权；代办窗口：信用窗口"
    )
    assert detail_words({"reason": "整改", "areas": ["321322"]}) == "原因：整改；区域：321322"
