"""A sandbox in words, in Chinese and in English: how applicants behave, what they do, and what is known of a client."""

from collections.abc import Mapping
from typing import Final

Pairs = Mapping[str, tuple[str, str]]

OUTCOMES: Final[Pairs] = {
    "ACCEPTS_AT_ONCE": ("授权并接受报价", "consents, and accepts the offer"),
    "FIRST_LOAN": ("首贷户", "has never had a loan"),
    "RECORDS_WITH_PENALTY": ("有公示期内的行政处罚", "has a penalty that is still published"),
    "ASKS_THE_POOL": ("投入公开线索池", "asks the open pool"),
    "REFUSES_CONSENT": ("拒绝授权", "refuses to consent"),
    "REVOKES_AFTER_OFFER": ("报价后撤回授权", "takes the consent back after the offer"),
    "WITHDRAWS": ("撤回申请", "takes the request back"),
    "LETS_OFFER_LAPSE": ("任报价过期", "lets the offer's time run out"),
    "NEVER_ANSWERS": ("始终不回应", "never answers"),
    "MATCHES_NOTHING": ("无产品可配", "fits no product"),
}
EVENTS: Final[Pairs] = {
    "SUBMIT_REQUEST": ("提交贷款申请", "submits a loan request"),
    "GIVE_CONSENT": ("授权本行", "consents to this bank"),
    "REFUSE_CONSENT": ("拒绝授权", "refuses to consent"),
    "REVOKE_CONSENT": ("撤回授权", "takes the consent back"),
    "ACCEPT_OFFER": ("接受报价", "accepts the cheapest open offer"),
    "WITHDRAW_REQUEST": ("撤回申请", "takes the request back"),
    "LET_DEADLINE_LAPSE": (
        "不作为，时钟拨过下一时限",
        "does nothing; the clock goes past the next deadline",
    ),
    "MISS_INSTALMENT": (
        "不还本期，时钟拨过还款日",
        "pays nothing; the clock goes past the next due day, and the loan is overdue",
    ),
}
VERDICTS: Final[Pairs] = {
    "PASSED": ("通过", "seen, and nothing against it"),
    "FAILED": ("未通过", "something speaks against it"),
    "NOT_SEEN": ("未见", "nothing tells either way"),
}
