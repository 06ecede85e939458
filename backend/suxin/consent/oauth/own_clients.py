"""The platform's own clients. They are part of the product, not rows: nobody registers, suspends or rotates them."""

from typing import Final

from suxin.consent.oauth.clients import CODE, REFRESH
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.scopes import DESK, MINI_PROGRAM

DESK_CLIENT: Final = "suxin-desk"
MINI_PROGRAM_CLIENT: Final = "suxin-mini-program"
OWN_CLIENTS: Final = (DESK_CLIENT, MINI_PROGRAM_CLIENT)

WECHAT: Final = "urn:suxin:params:oauth:grant-type:wechat"
"""The extension grant (RFC 6749 §4.5) by which the mini program trades the code of ``wx.login`` for tokens."""

CALLBACK_PATH: Final = "/desk/callback"


def own_client(client_id: str, *, issuer: str) -> Client | None:
    """Return one of our own clients by its id."""
    if client_id == DESK_CLIENT:
        return desk_client(issuer=issuer)
    if client_id == MINI_PROGRAM_CLIENT:
        return Client(
            client_id=MINI_PROGRAM_CLIENT,
            tenant_id=None,
            name="我要贷款小程序",
            confidential=False,
            redirect_uris=(),
            grant_types=(WECHAT, REFRESH),
            scopes=(MINI_PROGRAM,),
        )
    return None


def desk_client(*, issuer: str) -> Client:
    """Return the desk as a client: its pages are this server's own, so that it holds no key and no token."""
    return Client(
        client_id=DESK_CLIENT,
        tenant_id=None,
        name="宿信工作台",
        confidential=False,
        redirect_uris=(f"{issuer}{CALLBACK_PATH}",),
        grant_types=(CODE,),
        scopes=(DESK,),
    )
