"""What each route of the mini program takes, as something that it would take."""

from typing import Any
from uuid import uuid4

SOMEBODY: str = str(uuid4())
PDF = {"name": "凭证.pdf", "content": "JVBERi0x"}
BODIES: dict[str, dict[str, Any]] = {
    "/points/{village_id:str}/claims": {"ruleCode": "hour", "happenedOn": "2026-11-20"},
    "/points/{village_id:str}/claims/{claim_id:str}/appeal": {"reason": "不属实"},
    "/points/{village_id:str}/claims/{claim_id:str}/town": {"reason": "不服"},
    "/points/{village_id:str}/objections": {"noticeNumber": 1, "line": 1, "reason": "不属实"},
    "/points/{village_id:str}/agreements": {
        "use": "record",
        "agree": True,
        "textVersion": "2026-1",
    },
    "/village-credit/rounds/{round_id:str}/join": {"noticeVersion": "bank.credit/2026-11"},
    "/village-credit/memberships/{member_id:str}/objection": {"reason": "收入漏计"},
    "/village-credit/memberships/{member_id:str}/request": {
        "amountFen": 5_000_000,
        "termMonths": 12,
        "purpose": "working_capital",
        "noticeVersion": "loan.match/2026-11",
    },
    "/tickets": {"perkId": SOMEBODY, "day": "2026-12-01"},
    "/phone-codes": {"phone": "19900000001"},
    "/identity-proofs": {
        "name": "王小明",
        "residentId": "321302199001010012",
        "phone": "19900000001",
        "code": "000000",
    },
    "/household-links": {"villageCode": "321324102201", "householdNumber": "1"},
    "/households/{household_id:str}/subject": {"noticeVersion": "household/2026-11"},
    "/mandates": {"uscc": "91321302MATE5T017A"},
    "/subjects/current/declarations": {
        "itemCode": "VOL-HONOUR",
        "content": {"title": "诚信企业", "issuer": "商会"},
        "commitmentVersion": "declaration/2026-11",
    },
    "/loan-requests": {
        "amountFen": 50_000_000,
        "termMonths": 12,
        "purpose": "working_capital",
        "guarantee": "credit",
    },
    "/perks/{perk_id:str}/code": {"agree": False, "noticeVersion": "perk.redeem/2027-01"},
    "/consents": {
        "requestId": SOMEBODY,
        "tenantId": SOMEBODY,
        "categories": ["tax"],
        "lifeDays": 30,
        "noticeVersion": "loan.match/2026-11",
    },
    "/consents/{consent_id:str}/approval": {
        "categories": ["tax"],
        "lifeDays": 30,
        "noticeVersion": "loan.match/2026-11",
    },
    "/consents/{consent_id:str}/rejection": {"reason": "不需要"},
    "/consents/{consent_id:str}/revocation": {"reason": "不需要了"},
    "/notices/read": {"ids": [SOMEBODY]},
    "/my-data/declarations/{record_id:str}/correction": {"content": {"title": "诚信企业"}},
    "/my-data/corrections": {"about": "industry", "wanted": "C20", "reason": "登记有误"},
    "/repairs": {"recordId": SOMEBODY, "statement": "罚款已缴清", "documents": []},
    "/repairs/documents": {"kind": "proof", **PDF},
    "/repairs/{application_id:str}/supplement": {"statement": "已补充", "documents": []},
    "/loan-requests/{request_id:str}/attachments": {"kind": "other", **PDF},
    "/material-requests/{material_id:str}/supply": {"number": 1, **PDF},
    "/material-requests/{material_id:str}/decline": {"number": 1, "words": "没有"},
    "/referrals/{referral_id:str}/messages": {"text": "您好"},
    "/perk-limits/{limit_id:str}/objection": {"reason": "已付清"},
    "/rural/cycles/{cycle_id:str}/enter": {"noticeVersion": "rural.rating/2026-11"},
    "/rural/entries/{entry_id:str}/appeal": {"reason": "记录有误"},
    "/rural/entries/{entry_id:str}/hearing": {"statement": "当年受灾"},
    "/cases/documents": {"name": "灾情证明.pdf", "content": "JVBERi0x"},
    "/cases/exemptions": {"recordId": SOMEBODY, "reason": "不可抗力", "evidence": "灾情证明"},
    "/cases/human-reviews": {"about": "score", "wanted": "请人工核实", "reason": "记录有误"},
    "/cases/{case_id:str}/supplement": {"reason": "补充证明"},
    "/cases/{case_id:str}/appeal": {"reason": "未看证明"},
    "/my-data/deletions": {"parts": ["declarations"]},
    "/account/closure": {"confirmation": "确认注销"},
}
UPLOADS = {
    "/cases/documents",
    "/repairs/documents",
    "/loan-requests/{request_id:str}/attachments",
    "/material-requests/{material_id:str}/supply",
}
NEEDED: dict[str, dict[str, str]] = {
    "/consent-notices": {"tenantId": SOMEBODY, "requestId": SOMEBODY},
    "/my-data/rows": {"part": "records"},
}
