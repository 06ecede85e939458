"""What is refused about declared disasters and the renewals that they propose."""

from suxin.kernel.refusals import Refusal


class DisasterNotHere(Refusal):
    """The declaration does not stand where this step begins."""

    code = "DISASTER_NOT_HERE"
    zh = "该灾情认定的状态已变化，请刷新后重试"
    en = "The declaration does not stand where this step begins; read it anew"


class DisasterSecondPerson(Refusal):
    """Whoever declared the disaster confirms it."""

    code = "DISASTER_SECOND_PERSON"
    zh = "录入人不能确认自己录入的灾情，请由另一人办理"
    en = "Whoever declared the disaster does not confirm it; another person does"


class RenewalNotHere(Refusal):
    """The proposed renewal was decided on, withdrawn with its disaster, or its loan has ended."""

    code = "RENEWAL_NOT_HERE"
    zh = "该续贷建议已办理、已撤销，或贷款已结束"
    en = "The proposed renewal was decided on or withdrawn, or its loan has ended"
