"""Why a rule is not taken, a claim not recorded, or a step of it not carried out."""

from suxin.kernel.refusals import Refusal, RefusalKind


class RuleTouchesRights(Refusal):
    """A rule subtracts for a lawful act, rewards refraining from one, or lets points touch what the law protects."""

    code = "GRID_RULE_TOUCHES_RIGHTS"
    kind = RefusalKind.INVALID
    zh = "“{words}”涉及{right_zh}：{how_zh}（{law_zh}）"
    en = "“{words}” concerns {right_en}: {how_en} ({law_zh})"


class RuleSetIncoherent(Refusal):
    """A rule set contradicts itself."""

    code = "GRID_RULE_SET_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "{reason_zh}"
    en = "{reason_en}"


class TemplateUnknown(Refusal):
    """There is no template of this code."""

    code = "GRID_TEMPLATE_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有“{template}”这一细则模板"
    en = "There is no template {template}"


class MinutesIncomplete(Refusal):
    """A rule set is adopted by an assembly of villagers: its minutes say when, how many came, and how many were for it."""

    code = "GRID_MINUTES_INCOMPLETE"
    kind = RefusalKind.INVALID
    zh = "会议记录不完整：{reason_zh}"
    en = "The minutes are incomplete: {reason_en}"


class ConfirmedByAnother(Refusal):
    """Whoever wrote a rule set or recorded its minutes does not confirm it."""

    code = "GRID_CONFIRMED_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "细则由起草人和记录人以外的人确认"
    en = "Whoever drafted a rule set or recorded its minutes does not confirm it"


class StartNotAhead(Refusal):
    """A rule set comes into force on a day to come, after those confirmed before."""

    code = "GRID_START_NOT_AHEAD"
    kind = RefusalKind.INVALID
    zh = "施行日期须晚于今天，且晚于已确认的其他版本（{latest}）"
    en = "It comes into force after today and after what was confirmed before ({latest})"


class NoRulesInForce(Refusal):
    """The village has no rules for the day on which something was done."""

    code = "GRID_NO_RULES_IN_FORCE"
    zh = "{day} 没有施行中的积分细则"
    en = "No rules were in force on {day}"
