"""The desks' routes: every page a tenant's staff work with, under ``/desk``."""

from typing import Final

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from suxin_tenants import (
    account_pages,
    branch_pages,
    client_pages,
    home_pages,
    identity_provider_pages,
    member_pages,
    notice_pages,
    staff_pages,
)
from suxin_tenants.bank import inbox_pages, offer_pages, product_pages, referral_pages
from suxin_tenants.desk_assets import DESK_ASSETS
from suxin_tenants.operator import (
    area_pages,
    audit_pages,
    breach_pages,
    calendar_pages,
    correction_pages,
    second_factor_pages,
    service_level_pages,
    tenant_pages,
)
from suxin_tenants.visits import provide_visit
from suxin_web.desk_paths import DESK_PATH

_HANDLERS: Final[list[ControllerRouterHandler]] = [
    home_pages.show_home,
    staff_pages.show_staff,
    staff_pages.send_new_staff,
    member_pages.show_member,
    member_pages.send_grant,
    member_pages.send_revoke,
    member_pages.send_reset,
    member_pages.send_end_staff,
    branch_pages.show_branches,
    branch_pages.send_new_branch,
    account_pages.show_account,
    account_pages.send_new_password,
    account_pages.send_end_grant,
    *client_pages.HANDLERS,
    *identity_provider_pages.HANDLERS,
    notice_pages.show_notices,
    notice_pages.send_read,
    inbox_pages.show_inbox,
    inbox_pages.show_counts,
    inbox_pages.show_pool,
    inbox_pages.send_claim,
    referral_pages.show_referral,
    referral_pages.send_accept,
    referral_pages.send_contact,
    referral_pages.send_examine,
    referral_pages.send_decline,
    referral_pages.show_identity,
    referral_pages.send_withdraw_offer,
    offer_pages.show_offer_form,
    offer_pages.show_offer_preview,
    offer_pages.send_offer,
    product_pages.show_products,
    product_pages.show_new_product,
    product_pages.show_product,
    product_pages.show_edit_product,
    product_pages.send_new_product,
    product_pages.send_edit_product,
    product_pages.show_product_preview,
    product_pages.show_criterion_row,
    product_pages.send_publish,
    product_pages.send_retire,
    tenant_pages.show_tenants,
    tenant_pages.show_new_tenant,
    tenant_pages.send_new_tenant,
    tenant_pages.show_tenant,
    tenant_pages.send_suspend,
    tenant_pages.send_resume,
    tenant_pages.send_quotas,
    second_factor_pages.send_second_factor,
    audit_pages.show_audit,
    service_level_pages.show_service_levels,
    service_level_pages.show_escalations,
    area_pages.show_areas,
    breach_pages.show_breaches,
    breach_pages.send_breach,
    calendar_pages.show_calendar,
    calendar_pages.send_arrangement,
    calendar_pages.show_year,
    correction_pages.show_corrections,
    correction_pages.show_correction,
    correction_pages.send_correct,
    correction_pages.send_decline,
]

routes: Final[list[ControllerRouterHandler]] = [
    DESK_ASSETS.route(),
    Router(
        DESK_PATH,
        route_handlers=_HANDLERS,
        dependencies={"visit": Provide(provide_visit)},
        include_in_schema=False,
    ),
]
