"""Every state of a consent × every other: exactly the listed steps are possible."""

import pytest

from suxin.consent.models import Consent, ConsentState, ConsentStateConflict

STEPS = {
    "REQUESTED": {"ACTIVE", "REJECTED", "LAPSED"},
    "ACTIVE": {"PAUSED", "REVOKED", "EXPIRED", "SUPERSEDED"},
    "PAUSED": {"ACTIVE", "REVOKED", "EXPIRED", "SUPERSEDED"},
    "REVOKED": set(),
    "EXPIRED": set(),
    "SUPERSEDED": set(),
    "REJECTED": set(),
    "LAPSED": set(),
}


def test_every_state_is_listed_here() -> None:
    assert set(STEPS) == {state.value for state in ConsentState}


@pytest.mark.parametrize("state", ConsentState)
@pytest.mark.parametrize("to", ConsentState)
def test_a_consent_enters_exactly_the_states_it_may(state: ConsentState, to: ConsentState) -> None:
    consent = Consent(state=state)
    if to.value in STEPS[state.value]:
        consent.enter(to)
        assert consent.state is to
    else:
        with pytest.raises(ConsentStateConflict) as refused:
            consent.enter(to)
        assert state.value not in refused.value.zh_message + refused.value.en_message
        assert consent.state is state
