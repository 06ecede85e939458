"""Steps of lending as they are named to people, and the refusal of one that the present state does not allow."""

from dataclasses import dataclass

from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import State, Step


class StepNotPossible(Refusal):
    """The thing is in a state from which this step does not lead."""

    code = "STEP_NOT_POSSIBLE"
    zh = "当前状态为“{state}”，不能{step_zh}"
    en = "It is {state}; it is not possible to {step_en}"

    def __init__(self, *, state: str, step_zh: str, step_en: str) -> None:
        super().__init__(state=state, step_zh=step_zh, step_en=step_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStep(Step[State]):
    """A step with the words for it where it is refused."""

    zh: str
    en: str

    def taken_from(self, state: State) -> State:
        """Return the state to which the step leads.

        :raises StepNotPossible: if it does not leave this state
        """
        if state not in self.leaves:
            raise StepNotPossible(state=state.value, step_zh=self.zh, step_en=self.en)
        return self.to
