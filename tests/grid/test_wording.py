"""The rule check refuses subtracting for lawful acts and touching livelihoods, however it is spelt, and says why."""

import pytest

from suxin.grid.protected import PROTECTED
from suxin.grid.refusals import RuleSetIncoherent, RuleTouchesRights
from suxin.grid.rules import Cap, Rule, RuleBook, check_book, findings_in, read_book
from suxin.grid.states import CapScope, Claimant, Evidence, Period, RuleTopic
from suxin.grid.templates import TEMPLATES
from suxin.grid.wording import check_consequence, check_minus, check_plus
from suxin.kernel.refusals import Invalid


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("越级上访", "petition"),
        ("到县里信 访", "petition"),
        ("信·访", "petition"),
        ("信\u200b访", "petition"),
        ("信訪、上訪", "petition"),
        ("無理缠访", "petition"),
        ("拨打１２３４５", "complaint"),
        ("恶意投——诉", "complaint"),
        ("舉報村幹部", "complaint"),
        ("向记者反 映 问 题", "complaint"),
        ("打官司告村委", "litigation"),
        ("申請行政复議", "litigation"),
        ("选举时投反对票", "voice"),
        ("在网上发帖", "voice"),
        ("拒绝捐款", "donation"),
        ("不參加集資修路", "donation"),
        ("超生二胎", "family"),
        ("扣养老金", "pension"),
        ("不交醫保", "medical"),
        ("取消低 保", "subsidy"),
        ("骗取补贴", "subsidy"),
        ("收回承包地", "land"),
        ("宅．基．地审批靠后", "land"),
        ("子女入學", "school"),
        ("暂停开具证明", "service"),
        ("列入黑名单", "punishment"),
        ("罚款二百元", "punishment"),
    ],
)
def test_a_minus_about_a_right_is_found(text: str, right: str) -> None:
    assert right in {one.right.code for one in check_minus(text, field="x")}


@pytest.mark.parametrize(
    "text",
    [
        "庭院内外乱堆乱放",
        "聚众赌博经公安机关查实",
        "组织参与邪教活动",
        "违法建设",
        "高价彩礼",
        "乱倒垃圾；不影响村民的养老金、医保和低保。",
        "露天焚烧秸秆，不得影响本人依法享有的信访、投诉权利",
    ],
)
def test_a_minus_about_conduct_is_none(text: str) -> None:
    assert list(check_minus(text, field="x")) == []


@pytest.mark.parametrize(
    "text", ["全年无信访", "零上访家庭", "不投诉不举报", "主动撤诉", "劝返上访人员", "息訪息訴", "未 越级 上访", "协助稳控", "放弃申诉"]
)  # fmt: skip
def test_a_reward_for_refraining_is_a_deduction_by_another_name(text: str) -> None:
    found = list(check_plus(text, field="x"))
    assert found
    assert all(one.right.act for one in found)


@pytest.mark.parametrize(
    "text", ["协助老人办理医保报销", "代办养老金认证", "举报安全隐患", "参与调解信访矛盾", "自愿捐款捐物", "帮助困难户申请低保", "参加义务教育宣传"]
)  # fmt: skip
def test_helping_somebody_to_a_right_may_be_rewarded(text: str) -> None:
    assert list(check_plus(text, field="x")) == []


def test_a_consequence_touches_no_right_for_better_or_worse() -> None:
    for text in ("积分高的优先享受集体分红", "低于六十分不予开具证明", "列入红黑榜"):
        assert list(check_consequence(text, field="x")), text


def test_only_a_clause_that_promises_nothing_else_is_a_promise() -> None:
    assert list(check_consequence("积分不与养老金、医保挂钩。", field="x")) == []
    for sly in (
        "不影响养老金但取消低保",
        "不影响养老金，低保往后排",
        "积分低的不得享受低保",
        "不影响环境者取消低保",
        "不影响积分的低保户停发",
    ):
        assert list(check_consequence(sly, field="x")), sly


def test_a_finding_names_the_words_the_right_and_the_law() -> None:
    with pytest.raises(RuleTouchesRights) as caught:
        check_book(_book(_minus("去京上 访", detail="或者信訪")))
    assert caught.value.field == "rules.0"
    assert caught.value.facts["words"] == "信访、上访"
    assert "信访工作条例" in caught.value.zh_message
    assert "petitions" in caught.value.en_message


def test_what_is_divided_between_name_and_detail_is_found() -> None:
    assert findings_in(_book(_minus("扣除养", detail="老金")))


def test_a_rules_own_consequence_and_the_books_are_read() -> None:
    fields = [
        one.field
        for one in findings_in(
            RuleBook(
                name="细则",
                rules=(_plus("好人好事", consequence="优先享受补贴"),),
                consequences="积分低者上黑名单",
            )
        )
    ]
    assert fields == ["rules.0.consequence", "rules.0.consequence", "consequences"]


def test_every_template_passes_its_own_check_and_says_where_it_is_from() -> None:
    for template in TEMPLATES:
        assert check_book(template.book) is template.book
        assert template.source_zh
        assert read_book(template.book.stored()) == template.book


def test_every_word_finds_its_own_right() -> None:
    for right in PROTECTED:
        for word in right.words:
            codes = {one.right.code for one in check_minus(word, field="x")}
            assert right.code in codes, word


def test_a_minus_is_a_workers_with_a_photo() -> None:
    bad = _minus("乱堆乱放", claimants=(Claimant.RESIDENT, Claimant.WORKER))
    with pytest.raises(RuleSetIncoherent):
        check_book(_book(bad))
    with pytest.raises(RuleSetIncoherent):
        check_book(_book(_minus("乱堆乱放", evidence=Evidence.OPTIONAL)))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"points": 0}, Invalid),
        ({"points": 1_001}, Invalid),
        ({"code": "中文"}, Invalid),
        ({"max_times": 0}, Invalid),
        ({"claimants": ()}, RuleSetIncoherent),
        ({"caps": (Cap(scope=CapScope.PERSON, period=Period.DAY),)}, RuleSetIncoherent),
        ({"caps": (Cap(scope=CapScope.PERSON, period=Period.DAY, points=4),)}, RuleSetIncoherent),
    ],
)
def test_a_rule_keeps_within_bounds(changes: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_book(_book(_plus("志愿服务", **changes)))


def test_a_notice_stands_five_to_seven_working_days() -> None:
    for days in (4, 8):
        with pytest.raises(Invalid):
            check_book(RuleBook(name="细则", rules=(_plus("志愿服务"),), notice_days=days))


def test_two_rules_have_two_codes() -> None:
    with pytest.raises(RuleSetIncoherent):
        check_book(_book(_plus("志愿服务"), _plus("义务劳动")))


def _book(*rules: Rule) -> RuleBook:
    return RuleBook(name="细则", rules=rules)


def _plus(name: str, **changes: object) -> Rule:
    values = {"code": "a", "topic": RuleTopic.VOLUNTEER, "points": 5, "name": name, **changes}
    return Rule(**values)  # type: ignore[arg-type]


def _minus(name: str, **changes: object) -> Rule:
    values = {
        "points": -5,
        "evidence": Evidence.REQUIRED,
        "claimants": (Claimant.WORKER,),
        **changes,
    }
    return _plus(name, **values)
