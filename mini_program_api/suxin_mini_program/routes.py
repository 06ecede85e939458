"""Everything this package serves: the REST API, its documentation, and the phone preview."""

from typing import Final

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from suxin_mini_program.cautions import show_cautions_page
from suxin_mini_program.docs import show_docs
from suxin_mini_program.openapi import ENDPOINTS, PREFIX, show_openapi
from suxin_mini_program.preview import PREVIEW_ROUTES
from suxin_mini_program.rural_pages import RURAL_PAGES
from suxin_mini_program.shop_photos import SHOP_PHOTOS
from suxin_mini_program.village_credit import show_credit_notice
from suxin_web.applicants import applicant, visitor
from suxin_web.bodies import json_only
from suxin_web.callers import anyone
from suxin_web.nonces import NextNonce

API: Final = Router(
    path=PREFIX,
    route_handlers=[*ENDPOINTS, show_openapi, show_docs],
    dependencies={
        "actor": Provide(applicant),
        "visitor": Provide(visitor),
        "caller": Provide(anyone),
    },
    guards=[json_only],
    middleware=[NextNonce],
)

routes: Final[list[ControllerRouterHandler]] = [
    API,
    *PREVIEW_ROUTES,
    *RURAL_PAGES,
    *SHOP_PHOTOS,
    show_cautions_page,
    show_credit_notice,
]
