"""Steps of lending as they are named to people, and the refusal of one that the present state does not allow."""

from dataclasses import dataclass
from typing import TypeVar

from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import Step
from suxin.lending.terms import LabelledEnum


class LabelledState(LabelledEnum):
    """Where a thing of lending stands, as people call it; ``thing`` is the thing, in Chinese and in English."""

    @property
    def thing(self) -> tuple[str, str]:
        """What stands there."""
        raise NotImplementedError


class StepNotPossible(Refusal):
    """The thing is in a state from which this step does not lead."""

    code = "STEP_NOT_POSSIBLE"
    zh = "{thing_zh}当前状态为“{state_zh}”，不能{step_zh}"
    en = "The {thing_en} is {state_en}; it is not possible to {step_en}"

    def __init__(self, *, state: LabelledState, step_zh: str, step_en: str) -> None:
        thing_zh, thing_en = state.thing
        super().__init__(
            thing_zh=thing_zh,
            thing_en=thing_en,
            state_zh=state.zh,
            state_en=state.en,
            step_zh=step_zh,
            step_en=step_en,
        )


State = TypeVar("State", bound=LabelledState)


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
            raise StepNotPossible(state=state, step_zh=self.zh, step_en=self.en)
        return self.to
