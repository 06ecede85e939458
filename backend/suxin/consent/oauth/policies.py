"""Who may do what about clients, and with the documents that they send."""

from typing import Final

from suxin.kernel.actor import Permission

CLIENT_MANAGE: Final = Permission("consent.client.manage", "登记和停用接口客户端")
CLIENT_READ: Final = Permission("consent.client.read", "查看接口客户端")
DOCUMENT_COMPOSE: Final = Permission("consent.document.compose", "自拟接口文档")
"""To send GraphQL documents of one's own and to ask for the schema where neither is open to everyone."""
