"""Words of official papers: where one stands, in the words of its kind and with the tones that all kinds have."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from suxin.kernel.official_papers import PaperStates
from suxin_tenants.words import Said

State = TypeVar("State", bound=StrEnum)


def paper_states(states: PaperStates[StrEnum], zh: Mapping[State, str]) -> dict[State, Said]:
    """Return a kind's states as they are said, each with its tone."""
    tones: dict[StrEnum, str] = {
        states.put_in: "warn",
        states.withdrawn: "plain",
        states.rejected: "bad",
        states.in_force: "good",
        states.over: "plain",
    }
    return {state: (word, tones[state]) for state, word in zh.items()}
