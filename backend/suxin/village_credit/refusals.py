"""What is refused about whole-village credit."""

from suxin.kernel.refusals import Refusal, RefusalKind


class RoundNotAt(Refusal):
    """The round does not stand where this step begins."""

    code = "CREDIT_ROUND_NOT_AT"
    zh = "该整村授信的状态已变化，请刷新后重试"
    en = "The round does not stand where this step begins; read it anew"


class RoundSecondPerson(Refusal):
    """The same person takes two steps that belong to two: both signatures of a side, the rules and a batch, or a line and its review."""

    code = "CREDIT_ROUND_SECOND_PERSON"
    zh = "签署、测算与复核须由不同的人办理"
    en = "Signing, deciding on a batch and reviewing a line are steps of different people"


class RoundRunning(Refusal):
    """The bank has a round in this village with this product already."""

    code = "CREDIT_ROUND_RUNNING"
    zh = "本行在该村居已有同一产品的整村授信"
    en = "The bank has a round with this product in this village already"


class VillageUnknown(Refusal):
    """No village keeps a register under the code."""

    code = "CREDIT_ROUND_VILLAGE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "该编码没有已建立名册的村居"
    en = "No village keeps a register under this code"


class BankNotLicensed(Refusal):
    """A household's grade reaches a bank only by a licensed channel."""

    code = "CREDIT_ROUND_NOT_LICENSED"
    kind = RefusalKind.FORBIDDEN
    zh = "农户的信用等级只能提供给持有个人征信业务许可渠道的银行"
    en = "A household's grade reaches a bank by a licensed channel alone, and this bank has none"


class LineOutOfBounds(Refusal):
    """A line of the rules is outside what whole-village credit allows."""

    code = "CREDIT_LINE_OUT_OF_BOUNDS"
    kind = RefusalKind.INVALID
    zh = "额度应为 {least_wan}–{most_wan} 万元的整千元，且等级越低不得越高"
    en = "A line is {least_wan} to {most_wan} times ten thousand yuan, in whole thousands, and never higher for a lower grade"


class JoinedAlready(Refusal):
    """The household takes part in this round."""

    code = "CREDIT_ROUND_JOINED"
    zh = "本户已参加该整村授信"
    en = "The household takes part in this round already"


class NotOfThisVillage(Refusal):
    """The acting subject is no household of the round's village."""

    code = "CREDIT_ROUND_NOT_OF_VILLAGE"
    zh = "整村授信只面向该村居名册中的农户"
    en = "The round is for households of this village's register alone"


class MemberNotAt(Refusal):
    """The household does not stand where this step begins."""

    code = "CREDIT_MEMBER_NOT_AT"
    zh = "该户的状态已变化，请刷新后重试"
    en = "The household does not stand where this step begins; read it anew"


class ObjectedAlready(Refusal):
    """What the household had to say against its line was decided on by a second person already."""

    code = "CREDIT_LINE_OBJECTED"
    zh = "对同一额度只能提出一次异议，复核结果已告知；仍不同意的，可以退出或向银行投诉"
    en = "A line is objected to once, and a second person has decided; who does not agree may leave or complain to the bank"


class GradeMissing(Refusal):
    """A household of the batch has no grade in force that the bank may read."""

    code = "CREDIT_GRADE_MISSING"
    zh = "所选农户中有 {households} 户没有有效的信用等级，请等待村居评级后再办理"
    en = "{households} households of the batch have no grade in force yet"


class BatchEmpty(Refusal):
    """A batch names nobody, or more than one holds."""

    code = "CREDIT_BATCH_SIZE"
    kind = RefusalKind.INVALID
    zh = "每批 1 至 {most} 户"
    en = "A batch has 1 to {most} households"


class LineNotActive(Refusal):
    """The line is not in force."""

    code = "CREDIT_LINE_NOT_ACTIVE"
    zh = "额度尚未生效或已终止"
    en = "The line is not in force"


class LineExceeded(Refusal):
    """More is asked for than the line has left."""

    code = "CREDIT_LINE_EXCEEDED"
    zh = "可用额度为 {left_yuan} 元"
    en = "The line has {left_yuan} yuan left"


class LineMisfit(Refusal):
    """The round's product does not fit what is asked for."""

    code = "CREDIT_LINE_MISFIT"
    zh = "金额、期限或条件不符合该产品的要求，可在“我要贷款”中查看各产品的条件"
    en = "The round's product does not fit this amount, term or applicant"
