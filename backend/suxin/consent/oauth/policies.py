"""Who may do what about clients."""

from typing import Final

from suxin.kernel.actor import Permission

CLIENT_MANAGE: Final = Permission("consent.client.manage", "登记和停用接口客户端")
CLIENT_READ: Final = Permission("consent.client.read", "查看接口客户端")
