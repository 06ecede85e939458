"""Reading forms: what people type, and what is not a number, a choice or an id."""

from uuid import UUID

import pytest

from suxin.kernel.identifiers import UsccChecksum
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending.models import ReferralState, StepNotPossible
from suxin.lending.samples import SAMPLES
from suxin.lending.terms import GuaranteeMode, LoanTermOutOfRange, check_amount_fen, check_rate_bps
from suxin_tenants.forms import Form, listed, percent_text, wan_text, yuan_text
from suxin_tenants.words import said


class Sent:
    """A parsed form of the framework."""

    def __init__(self, *pairs: tuple[str, object]) -> None:
        self.pairs = pairs

    def multi_items(self) -> list[tuple[str, object]]:
        return list(self.pairs)


def typed(text: str) -> Form:
    return Form({"x": (text,)})


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("50", 50_000_000),
        ("12.3456", 12_345_600),
        ("0.000001", 1),
        (" 1,000 ", 1_000_000_000),
        ("５０", 50_000_000),
        ("0", 0),
        ("-1", -1_000_000),
    ],
)
def test_wan_is_exact_to_the_fen(text, fen):
    form = typed(text)
    assert (form.wan("x"), form.errors) == (fen, {})


@pytest.mark.parametrize(
    "text",
    ["", "--1", "-", "1e3", "1.2.3", "0.0000001", "一", "NaN", "inf", "9" * 13, "+1", ".5", "٣"],
)
def test_what_is_no_wan_is_noted(text):
    form = typed(text)
    assert form.wan("x") == 0
    assert set(form.errors) == {"x"}


@pytest.mark.parametrize(
    ("text", "bps"),
    [("4.35", 435), ("4.35%", 435), ("4.3", 430), ("24", 2400), ("0", 0), ("-1", -100)],
)
def test_rates_are_whole_basis_points(text, bps):
    form = typed(text)
    assert (form.percent("x"), form.errors) == (bps, {})


@pytest.mark.parametrize("text", ["4.355", "--1", "a", ""])
def test_what_is_no_rate_is_noted(text):
    form = typed(text)
    assert (form.percent("x"), set(form.errors)) == (0, {"x"})


def test_figures_come_back_as_they_went():
    for fen in (1, 100, 12_345_600, 50_000_000, 99_999_999):
        assert typed(wan_text(fen)).wan("x") == fen
        assert typed(yuan_text(fen)).yuan("x") == fen
    for bps in (0, 5, 435, 2400):
        assert typed(percent_text(bps)).percent("x") == bps


def test_choices_and_ids_outside_the_offer_are_noted():
    form = Form({"a": ("credit", "magic"), "b": ("magic",), "c": ("nonsense",), "d": ("",)})
    assert form.choices("a", GuaranteeMode) == (GuaranteeMode.CREDIT,)
    assert form.choice("b", GuaranteeMode) is None
    assert (form.id("c"), form.id("d")) == (None, None)
    assert form.errors == dict.fromkeys("abc", "不在可选范围内")
    some = "0190163d-8694-739b-aea5-966c26f8ad91"
    assert Form({"e": (some,)}).id("e") == UUID(some)


def test_control_characters_and_files_are_left_out():
    form = Form.of(Sent(("x", "a\x00b\x1b\nc\ud800"), ("file", object()), ("y", "1"), ("y", "2")))
    assert form.text("x") == "ab\nc"
    assert form.texts("y") == ("1", "2")
    assert form.texts("file") == ()


def test_tokens_and_passwords_are_never_shown_again():
    form = Form({"_csrf": ("t",), "idempotencyKey": ("k",), "password": ("p",), "name": ("n",)})
    assert form.shown() == {"name": ["n"]}
    assert form.secret("password") == "p"


def test_lists_are_split_at_every_mark_people_use():
    assert listed("甲、乙，丙,丁；戊\n乙") == ("甲", "乙", "丙", "丁", "戊")
    assert listed(" ，、 ") == ()


def test_refusals_are_said_in_the_desks_own_words():
    step = StepNotPossible(
        state=ReferralState.DISPATCHED,
        step_zh="报价",
        step_en="offer",
    )
    assert said(step) == "对接当前状态为“待受理”，不能报价"
    assert said(Forbidden(permission="a.b.c")) == "您的角色没有这项操作的权限"
    wrong = Invalid(field="note", reason_zh="太长", reason_en="too long")
    assert said(wrong, beside=True) == "太长"
    assert said(NotFound(thing_zh="报价", thing_en="offer")) == "找不到该报价"
    checksum = UsccChecksum(field="uscc", expected="3", actual="4")
    assert said(checksum, beside=True).endswith("这里是 4。如证照确系如此，请填写校验例外原因")
    with pytest.raises(LoanTermOutOfRange) as amount:
        check_amount_fen(1)
    assert said(amount.value) == "贷款金额应为 1,000元 至 10,000万元"
    with pytest.raises(LoanTermOutOfRange) as rate:
        check_rate_bps(2_401)
    assert said(rate.value, beside=True) == "应为 0.00% 至 24.00%"


def test_the_samples_are_twelve_and_differ():
    assert len(SAMPLES) == 12
    assert len({sample.name for sample in SAMPLES}) == 12
    assert len({sample.facts.kind for sample in SAMPLES}) == 6
