"""Permissions in words, as people are told what an application or a role may do."""

from collections.abc import Iterable, Mapping
from typing import Final

from suxin.consent.oauth.scopes import DESK

_ZH: Final[Mapping[str, str]] = {
    DESK: "使用工作台的全部功能",
    "consent.client.manage": "登记和停用接口客户端",
    "consent.client.read": "查看接口客户端",
    "kernel.calendar.manage": "载入放假安排",
    "lending.offer.make": "向申请人报价、撤回报价",
    "lending.product.edit": "编辑贷款产品草稿",
    "lending.product.publish": "发布和下架贷款产品",
    "lending.product.read": "查看贷款产品",
    "lending.referral.read": "查看贷款申请线索与对接",
    "lending.referral.work": "受理、联系、婉拒贷款申请",
    "lending.statistics.read": "查看统计",
    "subjects.identity.read": "查看已授权申请人的身份信息",
    "subjects.record.read": "查看已授权申请人的信用记录",
    "tenancy.branch.manage": "管理网点",
    "tenancy.staff.manage": "管理工作人员与权限",
    "tenancy.staff.read": "查看工作人员",
    "tenancy.tenant.manage": "管理入驻机构",
    "tenancy.tenant.read": "查看入驻机构",
}


def permission_words(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Return each scope with what it means; one without words of its own is shown by its name."""
    return [(scope, _ZH.get(scope, scope)) for scope in scopes]
