"""Where an authorisation stands, here and at its provider."""

from enum import Enum

from typing_extensions import override

from suxin.lending.models.steps import LabelledState


class AuthorisationState(LabelledState):
    """Where an authorisation stands. One that ends is good for nothing from the moment it was asked for."""

    APPLIED = "APPLIED", "申请中", "applied for"
    WAITING = "WAITING", "待用户开通", "waiting for its user"
    AVAILABLE = "AVAILABLE", "已开通", "given by its user"
    ENDING = "ENDING", "解除中", "being ended by the merchant"
    REFUSED = "REFUSED", "渠道未受理", "refused by the provider"
    ENDED = "ENDED", "已解除", "ended"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "免确认授权", "authorisation"


class Standing(Enum):
    """What a provider says of an authorisation."""

    NOT_YET = "its user has not given it"
    GIVEN = "its user has given it"
    ENDED = "it has ended"
