"""Everything the authorization server serves."""

from typing import Final

from litestar.types import ControllerRouterHandler

from suxin_oauth import (
    authorize_pages,
    device_pages,
    endpoints,
    grant_management,
    log_in_pages,
    metadata,
    password_pages,
    provider_log_outs,
    provider_pages,
    second_factor_pages,
    verify_pages,
)

routes: Final[list[ControllerRouterHandler]] = [
    metadata.show_metadata,
    metadata.show_keys,
    *endpoints.routes,
    *authorize_pages.routes,
    *log_in_pages.routes,
    *password_pages.routes,
    *provider_pages.routes,
    *provider_log_outs.routes,
    *second_factor_pages.routes,
    *device_pages.routes,
    *grant_management.routes,
    *verify_pages.routes,
]
"""What the server mounts."""
