"""Who may do what about clients."""

from typing import Final

from suxin.kernel.actor import Permission

CLIENT_MANAGE: Final = Permission("consent.client.manage")
CLIENT_READ: Final = Permission("consent.client.read")
