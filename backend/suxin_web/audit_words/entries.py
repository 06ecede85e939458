"""Audit words: what was done, in Chinese; an act without words is shown by its own name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.consent.purposes import PURPOSES
from suxin.counter.jobs import DECIDED_ZH
from suxin.counter.models import EVIDENCE_KINDS_ZH, MATTERS_ZH
from suxin.kernel.audit import AuditEntry
from suxin.lending.models import Step
from suxin.lending.terms import DeclineReason
from suxin_web.audit_words import villages
from suxin_web.audit_words.cases import CASE_ACTIONS
from suxin_web.audit_words.claims import (
    CLAIM_ACTIONS,
    CLAIM_OBJECTS,
    CLAIM_REASONS,
)
from suxin_web.audit_words.counter import COUNTER_ACTIONS
from suxin_web.audit_words.details import CODED, COLUMNS, DETAILS
from suxin_web.audit_words.grants import GRANT_REASONS
from suxin_web.audit_words.guarantees import (
    GUARANTEE_ACTIONS,
    GUARANTEE_OBJECTS,
    GUARANTEE_REASONS,
)
from suxin_web.audit_words.guarantor_parts import PART_ACTIONS, PART_OBJECTS, PART_REASONS
from suxin_web.audit_words.incentives import INCENTIVE_ACTIONS, INCENTIVE_OBJECTS
from suxin_web.audit_words.lending import LENDING_ACTIONS
from suxin_web.audit_words.loan_warnings import WARNING_ACTIONS
from suxin_web.audit_words.office import OFFICE_ACTIONS, OFFICE_OBJECTS
from suxin_web.audit_words.orders import ORDER_ACTIONS, ORDER_OBJECTS
from suxin_web.audit_words.perks import PERK_ACTIONS, PERK_OBJECTS, PERK_REASONS
from suxin_web.audit_words.points import POINT_REASONS
from suxin_web.audit_words.pools import POOL_ACTIONS, POOL_OBJECTS
from suxin_web.formats import money, percent

ACTIONS: Final[Mapping[str, str]] = {
    "data.read": "查阅主体数据",
    "kernel.act_for": "代为操作",
    "demo.city.written": "写入演示城市",
    "kernel.calendar.loaded": "载入放假安排",
    "kernel.calendar.corrected": "更正放假安排",
    "kernel.keys.rotated": "轮换密钥",
    "tenancy.log_in.succeeded": "登录",
    "tenancy.log_in.locked": "登录锁定",
    "tenancy.tenant.created": "机构入驻",
    "tenancy.tenant.suspended": "暂停机构",
    "tenancy.tenant.resumed": "恢复机构",
    "tenancy.credit_licence.noted": "登记持牌征信渠道",
    "tenancy.credit_licence.ended": "终止持牌征信渠道",
    "tenancy.branch.added": "增加网点",
    "tenancy.staff.added": "增加人员",
    "tenancy.staff.ended": "停用人员",
    "tenancy.role.granted": "授予角色",
    "tenancy.role.revoked": "收回角色",
    "tenancy.password.changed": "修改密码",
    "tenancy.password.reset": "重置密码",
    "tenancy.second_factor.enrolled": "启用动态验证码",
    "tenancy.second_factor.shown": "出示动态验证码",
    "tenancy.second_factor.recovered": "使用恢复码登录",
    "tenancy.second_factor.moment_set": "设定动态验证码启用时间",
    "tenancy.identity.linked": "绑定统一登录账号",
    "tenancy.identity.unlinked": "解除统一登录绑定",
    "events.webhook.created": "添加事件推送地址",
    "events.webhook.changed": "修改事件推送地址",
    "events.webhook.paused": "暂停事件推送",
    "events.webhook.resumed": "恢复事件推送",
    "events.webhook.secret_rotated": "更换事件推送密钥",
    "events.webhook.removed": "删除事件推送地址",
    "events.webhook.replayed": "重新推送事件",
    "events.webhook.broken": "事件推送因连续失败而中断",
    "events.webhook.mended": "事件推送恢复正常",
    "events.webhook.gone": "接收方撤销推送地址，推送已暂停",
    "tenancy.identity_provider.set": "修改统一登录设置",
    "tenancy.identity_provider.tried": "试登录成功",
    "tenancy.identity_provider.activated": "启用统一登录",
    "tenancy.identity_provider.removed": "删除统一登录设置",
    "tenancy.identity_provider.suspended": "暂停统一登录",
    "tenancy.identity_provider.failed": "统一登录失败",
    "tenancy.log_in.by_provider": "统一登录",
    "tenancy.log_out.by_provider": "在本机构登录系统登出",
    "tenancy.quota.set": "调整额度",
    "ledger.account.opened": "开立账户",
    "ledger.account.limited": "调整账户限额",
    "ledger.account.closed": "注销账户",
    "ledger.transfers.posted": "手工记账",
    "ledger.period.closed": "账簿结账",
    "scoring.model.drafted": "起草评分模型",
    "scoring.model.simulated": "模拟评分模型",
    "scoring.model.approved": "批准评分模型",
    "scoring.model.activated": "启用评分模型",
    "scoring.model.retired": "评分模型被新版替代",
    "scoring.model.withdrawn": "撤回评分模型",
    "scoring.run.asked": "要求立即评分",
    "scoring.run.completed": "完成评分批次",
    "consent.client.registered": "登记接口客户端",
    "consent.client.keys_replaced": "更换客户端密钥",
    "consent.client.redirects_replaced": "更换回调地址",
    "consent.client.suspended": "暂停接口客户端",
    "consent.client.resumed": "恢复接口客户端",
    "consent.client.retired": "停用接口客户端",
    "consent.grant.replaced": "更新应用授权",
    "consent.grant.ended": "接口授权终止",
    "exports.export.started": "开始批量导出",
    "exports.export.cancelled": "取消批量导出",
    "exports.export.completed": "批量导出完成",
    "exports.export.failed": "批量导出失败",
    "exports.file.downloaded": "下载导出文件",
    "exports.file.erased": "删除导出文件",
    "exports.link.issued": "签发导出下载链接",
    "sandboxes.cast.entered": "沙箱申请人就绪",
    "sandboxes.event.triggered": "触发沙箱事件",
    "sandboxes.clock.moved": "拨动沙箱时钟",
    "tenancy.leave.recorded": "登记请假",
    "tenancy.leave.cancelled": "取消请假",
    "suxin.list.exported": "导出清单",
    "consent.consent.requested": "请求授权",
    **COUNTER_ACTIONS,
    "consent.consent.granted": "授权",
    "consent.consent.narrowed": "授权范围缩减",
    "consent.consent.rejected": "拒绝授权",
    "consent.consent.lapsed": "授权请求失效",
    "consent.consent.superseded": "授权被替代",
    "consent.consent.paused": "暂停授权",
    "consent.consent.resumed": "恢复授权",
    "consent.consent.revoked": "撤回授权",
    "consent.consent.expired": "授权到期",
    "consent.assessment.ended": "影响评估事项终止",
    "consent.assessment.filed": "备案影响评估",
    "consent.assessment.pruned": "删除期满影响评估",
    "consent.breach.reported": "查询泄露涉及的主体",
    "consent.received.erased": "删除到期资料",
    "consent.contract_basis.opened": "合同依据生效",
    "consent.notices.published": "发布告知文本",
    "subjects.ingestion.received": "接收归集批次",
    "subjects.ingestion.completed": "归集批次完成",
    "subjects.ingestion.failed": "归集批次失败",
    "subjects.ingestion.cancelled": "取消归集批次",
    "subjects.person.proved": "实名认证",
    "subjects.mandate.proved": "取得代表权",
    "subjects.mandate.ended": "结束代表权",
    "subjects.record.declared": "自行申报",
    "subjects.record.erased": "删除自主申报",
    "subjects.records.expired": "删除期满不良记录",
    "subjects.catalogue.drafted": "上传目录草稿",
    "subjects.catalogue.activated": "启用目录草稿",
    "subjects.catalogue.in_force": "目录新版本生效",
    "subjects.catalogue.failed": "目录未能启用",
    "subjects.catalogue.discarded": "作废目录草稿",
    "subjects.commitment.registered": "登记信用承诺",
    "subjects.commitment.kept": "认定承诺已履行",
    "subjects.commitment.broken": "认定承诺未履行",
    "subjects.commitment.returned": "退回自主申报",
    "rights.account.closed": "注销账号",
    **LENDING_ACTIONS,
    **OFFICE_ACTIONS,
    **POOL_ACTIONS,
    **WARNING_ACTIONS,
    **villages.ACTIONS,
    **CLAIM_ACTIONS,
    **GUARANTEE_ACTIONS,
    **PART_ACTIONS,
    **INCENTIVE_ACTIONS,
    **PERK_ACTIONS,
    **ORDER_ACTIONS,
    "consent.consent.forgotten": "删除期满授权",
    "consent.contract_basis.forgotten": "删除期满合同依据",
    "subjects.mandate.forgotten": "删除期满代理授权",
    **CASE_ACTIONS,
    "rights.data.downloaded": "下载本主体数据",
    "rights.data.erased": "申请删除数据",
    "rights.declaration.corrected": "更正自主申报",
    "rights.identity.erased": "删除实名信息",
    "subjects.subject.rectified": "更正登记资料",
    "subjects.account.rebound": "更换绑定账号",
}
ACTORS: Final[Mapping[str, str]] = {
    "anonymous": "登录前",
    "subject": "申请人",
    "staff": "机构人员",
    "client": "机构系统",
    "operator": "运营机构",
    "system": "平台",
}
OBJECTS: Final[Mapping[str, str]] = {
    "loan_warning": "风险预警",
    "warning_rule_set": "预警规则",
    **CLAIM_OBJECTS,
    **GUARANTEE_OBJECTS,
    **PART_OBJECTS,
    **INCENTIVE_OBJECTS,
    **PERK_OBJECTS,
    **ORDER_OBJECTS,
    **villages.OBJECTS,
    **OFFICE_OBJECTS,
    "access_basis": "查阅依据",
    "account_closure": "账号注销",
    "branch": "网点",
    "consent": "授权",
    "counter_evidence": "窗口凭据",
    "counter_visit": "窗口接待",
    "credit_record": "信用记录",
    "disaster_notice": "群体豁免公告",
    "decision_snapshot": "决策快照",
    "export": "导出任务",
    "sandbox_applicant": "沙箱申请人",
    "identity_provider": "统一登录",
    "ingestion_batch": "归集批次",
    "catalogue_draft": "目录草稿",
    "commitment": "信用承诺",
    "webhook_endpoint": "事件推送地址",
    "impact_assessment": "影响评估",
    "score_model": "评分模型",
    "league_table": "季度榜",
    "ledger_account": "账户",
    "ledger_transfer": "记账",
    "ledger_closing": "账期",
    "score_run": "评分批次",
    "score_tier": "信用等级",
    "lead": "线索",
    "loan_product": "产品",
    "loan_request": "贷款申请",
    "mandate": "代表权",
    "attachment": "申请材料",
    "material_request": "补充材料要求",
    "oauth_client": "接口客户端",
    "oauth_grant": "接口授权",
    "membership": "角色",
    "loan": "贷款",
    "repayment_file": "还款清单",
    "offer": "报价",
    "person_identity": "实名信息",
    "published_arrangement": "放假安排",
    "referral": "对接",
    "review_case": "申请事项",
    "case_document": "申请材料",
    "repair_application": "信用修复申请",
    "repair_document": "信用修复材料",
    "staff": "人员",
    "subject": "主体",
    "tenant": "机构",
    **POOL_OBJECTS,
}
REASONS: Final[Mapping[str, str]] = {
    **CLAIM_REASONS,
    **GRANT_REASONS,
    **GUARANTEE_REASONS,
    **PART_REASONS,
    **PERK_REASONS,
    **POINT_REASONS,
    "account closed": "账号注销",
    "add a branch": "增加网点",
    "add staff": "增加人员",
    "claim ended": "抢单结束",
    "consent artefact": "签发授权凭证",
    "consent asked": "告知授权请求",
    "consent expiry": "授权到期",
    "consent used": "一次性授权已使用",
    "consent lapse": "授权请求逾期",
    "credit repaired": "落实信用修复",
    "case settled": "办结申请事项",
    "correction answered": "答复更正申请",
    "commitment judged": "认定信用承诺",
    "commitment registered": "登记信用承诺",
    "demo city": "载入演示城市",
    "end staff": "停用人员",
    "grant a role": "授予角色",
    "last offer gone": "最后一份报价撤回",
    "offer received": "收到报价",
    "offer taken back": "报价撤回",
    "contract signed": "签订贷款合同",
    "contract cancelled": "撤销贷款合同",
    "loan paid out": "放款",
    "loan filed in a pool": "贷款备案",
    "product replayed": "回放产品草稿",
    "referral routed": "分派线索",
    "reset a password": "重置密码",
    "retention over": "保存期限届满",
    "revoke a role": "收回角色",
    "the operator's first administrator": "设立运营机构的首位管理员",
}
"""Why the platform acted for another, in the words of the commands that did."""

DECLINED: Final[Mapping[str, str]] = {reason.value: reason.zh for reason in DeclineReason}

_STEPS: Final[Mapping[str, str]] = {
    Step.ACCEPT.value: "受理",
    Step.CONTACT.value: "联系",
    Step.DECIDE.value: "答复",
}
_CODED: Final[Mapping[str, Mapping[str, str]]] = {
    **CODED,
    "step": _STEPS,
    "matter": {matter.value: zh for matter, zh in MATTERS_ZH.items()},
    "decision": {decision.value: zh for decision, zh in DECIDED_ZH.items()},
    "evidence_kind": {kind.value: zh for kind, zh in EVIDENCE_KINDS_ZH.items()},
}
_BEFORE_SESSION: Final = "tenancy.log_in."


def action_words(action: str) -> str:
    """Return what was done, in words."""
    return ACTIONS.get(action, action)


def actor_words(entry: AuditEntry) -> str:
    """Return who did it. Whoever logs in has no session yet, but is known by the entry itself."""
    if entry.actor_kind == "anonymous" and entry.action.startswith(_BEFORE_SESSION):
        return ACTORS["staff"]
    return ACTORS.get(entry.actor_kind, entry.actor_kind)


def object_words(object_type: str) -> str:
    """Return what kind of thing it was done to."""
    return OBJECTS.get(object_type, object_type)


def read_words(entry: AuditEntry) -> str:
    """Return what was read, in one line."""
    purpose = PURPOSES[entry.purpose].zh if entry.purpose in PURPOSES else entry.purpose
    ground = "授权" if entry.consent_id else "合同" if entry.contract_id else "法定"
    read = f"类别：{category_words(entry.categories)}；{entry.row_count} 条"
    return f"用途：{purpose}；依据：{ground}；{read}"


def category_words(names: Iterable[str]) -> str:
    """Return the names of categories in one line."""
    return "、".join(CATEGORY_ZH.get(name, name).partition("（")[0] for name in names)


def detail_words(
    detail: Mapping[str, Any], *, plain: Callable[[str, Any], str] | None = None
) -> str:
    """Return an entry's details in one line; ``plain`` writes values that are no code of the stream, by their names."""
    write = plain or _plain
    return "；".join(
        f"{DETAILS.get(name, name)}：{_shown(name, value, write)}"
        for name, value in detail.items()
        if value not in (None, "", [])
    )


def _shown(name: str, value: Any, plain: Callable[[str, Any], str]) -> str:  # noqa: ANN401 - whatever JSON holds
    if name == "categories":
        return category_words(value)
    if isinstance(value, list):
        return "、".join(_shown(name, one, plain) for one in value)
    if isinstance(value, Mapping):
        return "，".join(
            f"{COLUMNS.get(column, column)}：{_shown(column, one, plain)}"
            for column, one in value.items()
            if one is not None
        )
    return (_code_words(name, value) if isinstance(value, str) else None) or plain(name, value)


def _code_words(name: str, code: str) -> str | None:
    if name == "reason":
        return REASONS.get(code) or DECLINED.get(code)
    if name == "purpose" and code in PURPOSES:
        return PURPOSES[code].zh
    return _CODED.get(name, {}).get(code)


def _plain(name: str, value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        if name.endswith("_fen"):
            return money(value)
        return percent(value) if name.endswith("_bps") else str(value)
    return str(value)
