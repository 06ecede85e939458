"""Who keeps the rules, records claims, sits on them, puts them on notice, and decides appeals."""

from typing import Final

from suxin.kernel.actor import Permission

POINT_READ: Final = Permission("grid.point.read", "查看积分和公示")
RULE_MANAGE: Final = Permission("grid.rule.manage", "起草和修改积分细则")
RULE_CONFIRM: Final = Permission("grid.rule.confirm", "确认积分细则")
CLAIM_RECORD: Final = Permission("grid.claim.record", "登记积分申报")
CLAIM_CHECK: Final = Permission("grid.claim.check", "初审积分申报")
CLAIM_DECIDE: Final = Permission("grid.claim.decide", "评议积分申报")
NOTICE_PUBLISH: Final = Permission("grid.notice.publish", "发布积分公示")
APPEAL_DECIDE: Final = Permission("grid.appeal.decide", "决定积分异议（村监委）")
TOWN_DECIDE: Final = Permission("grid.appeal.town", "决定积分异议（乡镇）")
SHEET_FORM: Final = Permission("grid.sheet.form", "设定乡镇台账格式")
SHEET_MAKE: Final = Permission("grid.sheet.make", "生成月度积分台账")
SHEET_SIGN: Final = Permission("grid.sheet.sign", "签署月度积分台账")
POINT_REVERSE: Final = Permission("grid.point.reverse", "冲正已入账积分")
