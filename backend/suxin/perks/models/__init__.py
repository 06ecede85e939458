"""The tables of programmes and redemptions."""

from suxin.perks.models.programmes import Programme
from suxin.perks.models.redemptions import PerkHandle, Redeemer, Redemption

__all__ = ["PerkHandle", "Programme", "Redeemer", "Redemption"]
