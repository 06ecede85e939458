"""For which facts a rating does not go on."""

from suxin.kernel.refusals import Refusal, RefusalKind


class CycleNotAt(Refusal):
    """The cycle does not stand where this step begins."""

    code = "RATING_CYCLE_NOT_AT"
    zh = "该评级批次的状态已变化，请刷新后重试"
    en = "The rating cycle does not stand where this step begins; read it anew"


class CycleOpenAlready(Refusal):
    """The village has a cycle of this kind and year already."""

    code = "RATING_CYCLE_EXISTS"
    zh = "本村居本年度已有该类主体的评级批次"
    en = "The village has a rating cycle of this kind and year already"


class RatingModelMissing(Refusal):
    """No model of this kind is in force."""

    code = "RATING_MODEL_MISSING"
    zh = "该类主体的评级模型尚未启用，请联系市信用办"
    en = "No rating model of this kind is in force; the credit office puts one in force"


class PanelSize(Refusal):
    """A panel has five to nine people who may vote, each once."""

    code = "RATING_PANEL_SIZE"
    kind = RefusalKind.INVALID
    zh = "评议小组应为 {least} 至 {most} 名有评议权限的人员，不得重复"
    en = "A panel has {least} to {most} people who may vote, each named once"


class VotesMissing(Refusal):
    """Some who entered have fewer votes than a rating needs."""

    code = "RATING_VOTES_MISSING"
    zh = "还有 {entries} 户不足 {least} 票，不能结束评议"
    en = "{entries} entries have fewer than {least} votes; the panel cannot be closed"


class NobodyEntered(Refusal):
    """Nobody has entered the cycle."""

    code = "RATING_NOBODY_ENTERED"
    zh = "还没有参评的主体"
    en = "Nobody has entered this rating cycle"


class EntryNotAt(Refusal):
    """The entry does not stand where this step begins."""

    code = "RATING_ENTRY_NOT_AT"
    zh = "该参评的状态已变化，请刷新后重试"
    en = "The entry does not stand where this step begins; read it anew"


class EnteredAlready(Refusal):
    """The subject has entered this cycle already."""

    code = "RATING_ENTERED_ALREADY"
    zh = "已参加本次评级"
    en = "The subject has entered this rating cycle already"


class NotOfThisCycle(Refusal):
    """The cycle rates entities of another kind or another place."""

    code = "RATING_NOT_OF_CYCLE"
    zh = "本次评级不适用于该主体：主体类型或所在村居不符"
    en = "The cycle rates entities of another kind, or of another village"


class SecondRaterNeeded(Refusal):
    """Whoever took the step before does not take this one."""

    code = "RATING_SECOND_PERSON"
    kind = RefusalKind.FORBIDDEN
    zh = "上一步由您办理，须由另一人办理"
    en = "You took the step before; another person takes this one"


class NotOnPanel(Refusal):
    """Whoever votes is not on the panel of this cycle."""

    code = "RATING_NOT_ON_PANEL"
    kind = RefusalKind.FORBIDDEN
    zh = "您不是本次评议小组成员"
    en = "You are not on the panel of this cycle"


class Recused(Refusal):
    """A panel member does not vote on his own household, nor on kin."""

    code = "RATING_RECUSED"
    kind = RefusalKind.FORBIDDEN
    zh = "您对该户已回避，不能评议"
    en = "You are recused from this entry: your own household, or kin"


class VotedAlready(Refusal):
    """A vote that was cast is not changed."""

    code = "RATING_VOTED_ALREADY"
    zh = "您已评议过该户，评议不能更改"
    en = "You have voted on this entry; a vote that was cast is not changed"


class MarkOutOfRange(Refusal):
    """A mark is one to five, for each aspect."""

    code = "RATING_MARK_OUT_OF_RANGE"
    kind = RefusalKind.INVALID
    zh = "每项评议应为 {least} 至 {most} 分"
    en = "Each mark is {least} to {most}"


class AppealTimeOver(Refusal):
    """A proposed grade is appealed against while its public notice runs."""

    code = "RATING_APPEAL_CLOSED"
    zh = "公示期内才能对拟定等级提出申诉"
    en = "A proposed grade is appealed against while its public notice runs"


class HearingRunning(Refusal):
    """The time to be heard is not over, and nothing was said yet."""

    code = "RATING_HEARING_RUNNING"
    zh = "陈述期未满且当事人尚未陈述，暂不能决定"
    en = "The subject has not been heard, and the time for it is not over"


class HearingOver(Refusal):
    """The hearing was decided, or its time is over."""

    code = "RATING_HEARING_OVER"
    zh = "陈述期已过或已作出决定"
    en = "The hearing was decided, or its time is over"


class FactNotStatable(Refusal):
    """The village attests no such fact, or not about this subject."""

    code = "RURAL_FACT_NOT_STATABLE"
    kind = RefusalKind.INVALID
    zh = "村居不能就该主体出具此项证明：事项不在范围内，或该主体未参评"
    en = "The village attests no such fact about this subject: the item is none of its, or the subject has not entered"


class StatementNotAt(Refusal):
    """The statement was verified or rejected already."""

    code = "RURAL_STATEMENT_NOT_AT"
    zh = "该证明已复核"
    en = "The statement was verified or rejected already"


class TitleNotAt(Refusal):
    """The title does not stand where this step begins."""

    code = "RURAL_TITLE_NOT_AT"
    zh = "该命名事项的状态已变化，请刷新后重试"
    en = "The title does not stand where this step begins; read it anew"


class TitleExists(Refusal):
    """The area has a title of the year, or one waits for its decision."""

    code = "RURAL_TITLE_EXISTS"
    zh = "该地区本年度已命名或正在审定"
    en = "The area has the title of this year, or one waits for its decision"


class TitleNotDue(Refusal):
    """The area does not meet every rule of the level."""

    code = "RURAL_TITLE_NOT_MET"
    zh = "尚不符合条件：{missing_zh}"
    en = "The rules of the level are not met: {missing_en}"


class GradeCertificateInvalid(Refusal):
    """What is shown as a certificate of a rural grade was not signed by this platform, or was changed since."""

    code = "RURAL_CERTIFICATE_INVALID"
    kind = RefusalKind.INVALID
    zh = "不是本平台签发的涉农主体信用等级证书，或内容不完整、已被改动"
    en = "This is no certificate of a rural grade signed by this platform, or it was changed or cut short"
