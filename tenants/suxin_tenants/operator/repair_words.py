"""How applications for credit repair read at the desk: their states in their colours."""

from collections.abc import Mapping
from typing import Final

from suxin.repair.models import STATES_ZH, RepairState

_TONES: Final[Mapping[RepairState, str]] = {
    RepairState.FILED: "warn",
    RepairState.RELAYED: "info",
    RepairState.RETURNED: "warn",
    RepairState.ACCEPTED: "info",
    RepairState.NOT_ACCEPTED: "plain",
    RepairState.REPAIRED: "good",
    RepairState.REFUSED: "plain",
    RepairState.WITHDRAWN: "plain",
}
REPAIR_STATES: Final = {state: (STATES_ZH[state], tone) for state, tone in _TONES.items()}
