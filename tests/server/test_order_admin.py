"""The command that opens a service: it knows the sectors without loading them."""

from suxin.perks.states import Sector
from suxin_server.cli import SECTORS


def test_the_command_knows_every_sector() -> None:
    assert list(Sector) == SECTORS
