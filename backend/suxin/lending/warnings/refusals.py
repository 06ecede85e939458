"""Why a set of warning rules is not taken, or does not go on."""

from suxin.kernel.refusals import Refusal, RefusalKind


class RulesMalformed(Refusal):
    """The document is no set of rules: something is missing, unknown or of another kind."""

    code = "WARNING_RULES_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "预警规则格式不正确：{reason_zh}"
    en = "The document is no set of warning rules: {reason_en}"


class RuleIncoherent(Refusal):
    """A rule is neither about records nor about a grade, or a figure of it is out of bounds."""

    code = "WARNING_RULE_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "规则“{rule}”有误：{reason_zh}"
    en = "The rule {rule} is not coherent: {reason_en}"


class RuleRepeated(Refusal):
    """Two rules have the same code, or count the same item."""

    code = "WARNING_RULE_REPEATED"
    kind = RefusalKind.INVALID
    zh = "“{repeated}”在规则中重复"
    en = "{repeated} is in the rules twice"


class ItemNotWatched(Refusal):
    """An item is in no catalogue, or in a category that no borrower permits for this purpose: a lender's own data is in none."""

    code = "WARNING_ITEM_NOT_WATCHED"
    kind = RefusalKind.INVALID
    zh = "事项“{item}”不在可用于贷后预警的信息目录内"
    en = "The item {item} is none that may raise a warning"


class RulesNotAt(Refusal):
    """The set of rules is not where this step begins."""

    code = "WARNING_RULES_NOT_AT"
    zh = "该版本预警规则当前不能进行此操作"
    en = "This version of the rules is not where the step begins"


class ActivatorDrafted(Refusal):
    """Who drafted a set of rules does not put it in force."""

    code = "WARNING_RULES_SAME_PERSON"
    zh = "起草人不能启用自己起草的规则，须由另一人启用"
    en = "Somebody other than who drafted the rules puts them in force"
