"""Where a case may stand, what may be decided on it, and which of its times runs."""

from enum import StrEnum
from typing import Final

from suxin.kernel.refusals import Refusal


class CaseState(StrEnum):
    """Where a case stands."""

    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"
    DECIDED = "DECIDED"
    NOTICED = "NOTICED"
    APPEALED = "APPEALED"
    EFFECTIVE = "EFFECTIVE"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


STATES_ZH: Final[dict[CaseState, str]] = {
    CaseState.SUBMITTED: "待受理",
    CaseState.RETURNED: "待补正",
    CaseState.ACCEPTED: "办理中",
    CaseState.DECIDED: "待复核",
    CaseState.NOTICED: "已答复，可申诉",
    CaseState.APPEALED: "申诉办理中",
    CaseState.EFFECTIVE: "已办结",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.LAPSED: "逾期未补正，已终止",
}

ENDED: Final = frozenset({CaseState.EFFECTIVE, CaseState.WITHDRAWN, CaseState.LAPSED})
AT_OFFICE: Final = frozenset(
    {CaseState.SUBMITTED, CaseState.ACCEPTED, CaseState.DECIDED, CaseState.APPEALED}
)
"""Where the office is to act next."""

WITHDRAWABLE: Final = AT_OFFICE | {CaseState.RETURNED}


class CaseElsewhere(Refusal):
    """The step does not lead on from where the case stands: somebody took another meanwhile, or it has ended."""

    code = "CASE_ELSEWHERE"
    zh = "该事项现为“{state_zh}”，不能这样办理"
    en = "The case is {state_en}; this step does not lead on from there"

    def __init__(self, *, state: CaseState) -> None:
        super().__init__(state_zh=STATES_ZH[state], state_en=state.value.lower())


class Outcome(StrEnum):
    """What was decided: as asked, not as asked, or that the case is not one to be decided at all."""

    GRANTED = "GRANTED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"


OUTCOMES_ZH: Final[dict[Outcome, str]] = {
    Outcome.GRANTED: "予以支持",
    Outcome.DECLINED: "不予支持",
    Outcome.REFUSED: "不予受理",
}


class Clock(StrEnum):
    """Which time of a case runs."""

    ACCEPT = "ACCEPT"
    SUPPLEMENT = "SUPPLEMENT"
    DECIDE = "DECIDE"
    APPEAL = "APPEAL"
