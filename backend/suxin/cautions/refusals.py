"""What is refused about public warnings."""

from suxin.kernel.refusals import Refusal, RefusalKind


class CautionNotHere(Refusal):
    """The warning does not stand where this step begins."""

    code = "CAUTION_NOT_HERE"
    zh = "该警示的状态已变化，请刷新后重试"
    en = "The warning does not stand where this step begins; read it anew"


class CautionSecondPerson(Refusal):
    """Whoever proposed the warning decides on it."""

    code = "CAUTION_SECOND_PERSON"
    zh = "提出人不能审定自己提出的警示，请由另一人办理"
    en = "Whoever proposed the warning does not decide on it; another person does"


class CautionOver(Refusal):
    """The warning's last day is over before anybody published it."""

    code = "CAUTION_OVER"
    zh = "该警示的有效期已过，不能公开"
    en = "The warning's time is over; it is not published"


class CautionNamesPerson(Refusal):
    """A text or a name seems to name a natural person."""

    code = "CAUTION_NAMES_PERSON"
    kind = RefusalKind.INVALID
    zh = "公开警示不得出现自然人的姓名、证件号码或手机号码：“{found}”"
    en = "A public warning names no natural person and has no number of one: “{found}”"


class CautionNotAnOrganisation(Refusal):
    """A name does not have the form of an organisation's."""

    code = "CAUTION_NOT_AN_ORGANISATION"
    kind = RefusalKind.INVALID
    zh = "“{found}”不是单位名称：请按原文填写单位全称，自然人和字号中的经营者姓名不得列入"
    en = "“{found}” is not the name of an organisation; write it in full as the notice has it"
