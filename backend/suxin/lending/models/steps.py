"""The refusal of a step that the present state does not allow."""

from suxin.kernel.refusals import Refusal


class StepNotPossible(Refusal):
    """The thing is in a state from which this step does not lead."""

    code = "STEP_NOT_POSSIBLE"
    zh = "当前状态为“{state}”，不能{step_zh}"
    en = "It is {state}; it is not possible to {step_en}"

    def __init__(self, *, state: str, step_zh: str, step_en: str) -> None:
        super().__init__(state=state, step_zh=step_zh, step_en=step_en)
