"""The pages and static files of the mini program's package."""

from typing import Final

from suxin_web.assets import Assets
from suxin_web.pages import Pages

ASSETS: Final = Assets("suxin_mini_program", prefix="/preview/assets")
PAGES: Final = Pages("suxin_mini_program", assets=[ASSETS])
