"""Audit words of grants to clients: why one ended."""

from collections.abc import Mapping
from typing import Final

GRANT_REASONS: Final[Mapping[str, str]] = {
    "account_closed": "账号注销",
    "account_unbound": "解除绑定账号",
    "code_reused": "授权码重复使用",
    "consent_expired": "授权到期",
    "consent_paused": "暂停授权",
    "consent_revoked": "撤回授权",
    "consent_superseded": "授权被替代",
    "device_code_reused": "设备码重复使用",
    "given_back_by_client": "接入系统交还授权",
    "logged_out": "退出登录",
    "logged_out_by_provider": "在本机构登录系统登出",
    "refresh_token_reused": "刷新令牌重复使用",
    "revoked_by_client": "接入系统撤销令牌",
    "taken_back_by_staff": "本人收回",
}
