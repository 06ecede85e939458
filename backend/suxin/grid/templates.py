"""Ready rule sets that a village begins with, each with where it was seen; what was not seen is 演示配置 (demo configuration).

No template has what its model had against the law: a public black list, or "priority" in what belongs to all.
"""

from dataclasses import dataclass
from typing import Final

from suxin.grid.refusals import TemplateUnknown
from suxin.grid.rules import Cap, Rule, RuleBook
from suxin.grid.states import CapScope, Claimant, Evidence, Period, RuleTopic

_WORKER: Final = (Claimant.WORKER,)
_T: Final = RuleTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A rule set to begin with; ``source`` says where its figures come from."""

    code: str
    zh: str
    en: str
    source_zh: str
    book: RuleBook


def _person(period: Period, times: int) -> Cap:
    return Cap(scope=CapScope.PERSON, period=period, times=times)


def _household(period: Period, times: int) -> Cap:
    return Cap(scope=CapScope.HOUSEHOLD, period=period, times=times)


def _plus(code: str, name: str, topic: RuleTopic, points: int, *caps: Cap, photo: Evidence = Evidence.OPTIONAL, claimants: tuple[Claimant, ...] = (Claimant.RESIDENT, Claimant.WORKER), max_times: int = 1, detail: str = "") -> Rule:  # fmt: skip
    return Rule(code=code, name=name, topic=topic, points=points, caps=caps, evidence=photo, claimants=claimants, max_times=max_times, detail=detail)  # fmt: skip


def _minus(code: str, name: str, topic: RuleTopic, points: int, *caps: Cap, detail: str = "") -> Rule:  # fmt: skip
    return Rule(code=code, name=name, topic=topic, points=-points, caps=caps, evidence=Evidence.REQUIRED, claimants=_WORKER, detail=detail)  # fmt: skip


_GOOD_FOR: Final = "积分可在积分超市兑换日用品；不影响村民依法享有的各项权利和待遇。"

TEMPLATES: Final = (
    Template(
        code="activity-star",
        zh="活动与环境之星",
        en="activities and tidy homes",
        source_zh="仪征白羊村公开做法（活动 1 分、文艺 20 分、好事 50 分、调解 20 分、环境之星月 50／季 80／年 100）；次数上限为演示配置",
        book=RuleBook(
            name="活动与环境之星积分细则",
            consequences=_GOOD_FOR,
            rules=(
                _plus("activity", "参加新时代文明实践活动", _T.AFFAIRS, 1, _person(Period.DAY, 1)),
                _plus("perform", "参加文艺演出", _T.COURTESY, 20, _person(Period.MONTH, 2)),
                _plus("good-deed", "好人好事", _T.COURTESY, 50, _person(Period.MONTH, 2), photo=Evidence.REQUIRED),
                _plus("mediate", "参与邻里纠纷调解", _T.ORDER, 20, _person(Period.MONTH, 4)),
                _plus("campaign", "参加政策宣传志愿服务", _T.VOLUNTEER, 20, _person(Period.MONTH, 4)),
                _plus("star-month", "月度环境之星", _T.ENVIRONMENT, 50, _household(Period.MONTH, 1), photo=Evidence.REQUIRED, claimants=_WORKER),
                _plus("star-quarter", "季度环境之星", _T.ENVIRONMENT, 80, _household(Period.QUARTER, 1), photo=Evidence.REQUIRED, claimants=_WORKER),
                _plus("star-year", "年度环境之星", _T.ENVIRONMENT, 100, _household(Period.YEAR, 1), photo=Evidence.REQUIRED, claimants=_WORKER),
            ),
        ),
    ),
    Template(
        code="yard",
        zh="庭院整治",
        en="tidy yards",
        source_zh="金山盛新村公开做法（庭院乱堆每处扣 5 分，此项每月至多 25 分）；其余为演示配置，原做法的月度基础分未采用",
        book=RuleBook(
            name="庭院整治积分细则",
            consequences=_GOOD_FOR,
            rules=(
                _plus("yard-tidy", "庭院整洁达标", _T.ENVIRONMENT, 25, _household(Period.MONTH, 1), photo=Evidence.REQUIRED, claimants=_WORKER),
                _plus("sorting", "垃圾分类达标", _T.ENVIRONMENT, 5, _household(Period.WEEK, 1), claimants=_WORKER),
                _minus("clutter", "庭院内外乱堆乱放", _T.ENVIRONMENT, 5, Cap(scope=CapScope.HOUSEHOLD, period=Period.MONTH, points=25), detail="每发现一处扣 5 分，整改后不再扣"),
                _minus("burning", "露天焚烧秸秆或垃圾", _T.ENVIRONMENT, 10, _household(Period.MONTH, 2)),
            ),
        ),
    ),
    Template(
        code="five-goods",
        zh="互助五兴",
        en="mutual help",
        source_zh="“互助五兴”爱心超市做法（1 分 1 元、不兑现金、结余累计、起兑 5 分）；各项分值为演示配置",
        book=RuleBook(
            name="互助五兴积分细则",
            consequences="1 积分可兑换约 1 元的日用品，不兑付现金，结余累计；不影响村民依法享有的各项权利和待遇。",
            notice_days=7,
            rules=(
                _plus("learn", "参加技能培训", _T.AFFAIRS, 5, _person(Period.WEEK, 2)),
                _plus("neighbours", "帮助邻里收种、照料老人", _T.COURTESY, 10, _person(Period.WEEK, 2)),
                _plus("escort", "陪同老人看病、代办医保", _T.VOLUNTEER, 10, _person(Period.WEEK, 2), detail="为行动不便的村民跑腿代办"),
                _plus("patrol", "参加平安巡逻", _T.ORDER, 5, _person(Period.WEEK, 3)),
                _plus("hazard", "报告安全隐患", _T.ORDER, 5, _person(Period.MONTH, 5), photo=Evidence.REQUIRED),
            ),
        ),
    ),
    Template(
        code="clean-friday",
        zh="周五清洁日",
        en="clean-up days",
        source_zh="十堰方滩村公开做法（庭院整洁 5 分、志愿服务 8 分、义务劳动 5 分、周五清扫）",
        book=RuleBook(
            name="周五清洁日积分细则",
            consequences=_GOOD_FOR,
            rules=(
                _plus("yard", "庭院整洁", _T.ENVIRONMENT, 5, _household(Period.WEEK, 1), photo=Evidence.REQUIRED),
                _plus("volunteer", "志愿服务", _T.VOLUNTEER, 8, _person(Period.WEEK, 2)),
                _plus("labour", "义务劳动", _T.VOLUNTEER, 5, _person(Period.WEEK, 2)),
                _plus("friday", "参加周五清扫", _T.ENVIRONMENT, 5, _person(Period.WEEK, 1)),
            ),
        ),
    ),
    Template(
        code="thrift",
        zh="移风易俗",
        en="plain weddings and funerals",
        source_zh="连江新洋村公开做法（铺张浪费扣分、荣誉加分）；分值为演示配置，原做法的每户基础分未采用",
        book=RuleBook(
            name="移风易俗积分细则",
            consequences=_GOOD_FOR,
            rules=(
                _plus("plain-feast", "红白喜事简办", _T.COURTESY, 30, _household(Period.YEAR, 2), photo=Evidence.REQUIRED),
                _plus("honour-city", "获市级以上荣誉", _T.HONOUR, 20, _person(Period.YEAR, 3), photo=Evidence.REQUIRED),
                _plus("meeting", "参加村民会议", _T.AFFAIRS, 2, _person(Period.MONTH, 4)),
                _minus("extravagance", "红白喜事大操大办", _T.COURTESY, 10, _household(Period.YEAR, 2)),
                _minus("gambling", "聚众赌博经公安机关查实", _T.ORDER, 20, _household(Period.YEAR, 2)),
            ),
        ),
    ),
    Template(
        code="hours",
        zh="志愿时长",
        en="hours of volunteering",
        source_zh="海林公开做法（1 小时 1 分，一次至多 2 小时）；枣庄郭洼志愿服务 3 分；周上限为演示配置",
        book=RuleBook(
            name="志愿时长积分细则",
            consequences=_GOOD_FOR,
            rules=(
                _plus("hour", "志愿服务每小时", _T.VOLUNTEER, 1, Cap(scope=CapScope.PERSON, period=Period.WEEK, points=10), max_times=2),
                _plus("event", "组织一次志愿活动", _T.VOLUNTEER, 3, _person(Period.WEEK, 1)),
            ),
        ),
    ),
)  # fmt: skip


def template_named(code: str) -> Template:
    """Return the template of this code.

    :raises TemplateUnknown: if there is none
    """
    for template in TEMPLATES:
        if template.code == code:
            return template
    raise TemplateUnknown(template=code)
