"""Ready templates of programmes, in one version at a time: what a merchant begins with, and may change within the platform's bounds."""

from typing import Final

from suxin.perks.refusals import ScenarioUnknown
from suxin.perks.scenarios.everyday import EVERYDAY
from suxin.perks.scenarios.public import PUBLIC
from suxin.perks.scenarios.templates import Scenario
from suxin.perks.states import Sector

__all__ = ["SCENARIOS", "SCENARIOS_VERSION", "Scenario", "scenario_named", "scenarios_of"]

SCENARIOS_VERSION: Final = 1
"""Which edition of the templates these are; a programme keeps what it was made with."""

SCENARIOS: Final = {one.code: one for one in (*EVERYDAY, *PUBLIC)}


def scenario_named(code: str) -> Scenario:
    """Return the template of a code.

    :raises ScenarioUnknown: if there is none
    """
    try:
        return SCENARIOS[code]
    except KeyError:
        raise ScenarioUnknown(field="scenarioCode", scenario=code) from None


def scenarios_of(sector: Sector | None = None) -> list[Scenario]:
    """Return the templates, perhaps of one sector, in their own order."""
    return [one for one in SCENARIOS.values() if sector is None or one.sector is sector]
