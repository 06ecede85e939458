"""The desks' own assets: the few styles that the shared sheet does not have."""

from typing import Final

from suxin_web.assets import Assets

DESK_ASSETS: Final = Assets("suxin_tenants", prefix="/desk-assets")
