"""What is told of warnings to a bank's own systems: that there is one, that it is none any more, and that its time is over."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.lending.warnings.states import WarningState

_FIELDS: Final = {
    "loan": EventField(zh="贷款", en="the loan that it is about", of="Loan"),
    "rule": EventField(zh="规则代码", en="the code of the rule that it is raised by"),
    "severity": EventField(zh="严重程度", en="how severe it is: high, medium or low"),
    "dueAt": EventField(zh="处理期限", en="until when the bank says what it did"),
}


def _told(state: WarningState, zh: str, en: str) -> EventType:
    return EventType(
        name=f"lending.warning.{state.value.lower()}",
        zh=zh,
        en=en,
        object="LoanWarning",
        fields=_FIELDS,
    )


WARNING_STEPS: Final = {
    WarningState.RAISED: _told(
        WarningState.RAISED,
        "贷款有新的风险预警",
        "something came on record since the draw-down that a rule warns of",
    ),
    WarningState.WITHDRAWN: _told(
        WarningState.WITHDRAWN,
        "风险预警已撤销，请停止使用",
        "what the warning rested on counts no more, or the consent or the loan has ended: it is used no more",
    ),
    WarningState.LAPSED: _told(
        WarningState.LAPSED,
        "风险预警逾期未处理",
        "nobody has said in time what was done about it",
    ),
}
"""The kind of event of where a warning has come to stand without the bank."""

EVENT_TYPES: Final = tuple(WARNING_STEPS.values())
