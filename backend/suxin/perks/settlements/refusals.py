"""What is refused about statements."""

from suxin.kernel.refusals import Refusal


class SettlementSecondPerson(Refusal):
    """The city's money takes two people of the operator."""

    code = "PERK_SETTLEMENT_SECOND_PERSON"
    zh = "动用市级资金须两人审批，请由另一人再次审批"
    en = "The city's money takes two people; another one approves it next"
