"""What lending tells a bank's own systems: each step of its referrals and offers, whoever took it."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.lending.models import DispatchMode, OfferState, ReferralState

_STATE: Final = EventField(
    zh="对接状态", en="where the referral stands: " + ", ".join(ReferralState)
)
_LEAD: Final = EventField(zh="线索", en="the lead", of="Lead")
_REFERRAL: Final = EventField(zh="对接", en="the referral", of="Referral")
_OFFER_STATE: Final = EventField(
    zh="报价状态", en="where the offer stands: " + ", ".join(OfferState)
)
_BY: Final = {
    "acceptBy": EventField(zh="受理时限", en="when the referral must be accepted"),
    "contactBy": EventField(zh="联系时限", en="when the applicant must be contacted"),
    "decideBy": EventField(zh="答复时限", en="when the bank must decide"),
}

REFERRAL_ARRIVED: Final = EventType(
    name="lending.referral.arrived",
    zh="收到新的线索",
    en="a lead was referred to the bank",
    object="Referral",
    fields={
        "lead": _LEAD,
        "mode": EventField(
            zh="分发方式",
            en="how it was referred: " + ", ".join(mode.name for mode in DispatchMode),
        ),
        **_BY,
    },
)
REFERRAL_CONSENTED: Final = EventType(
    name="lending.referral.consented",
    zh="申请人已授权",
    en="the applicant has consented, and may be contacted",
    object="Referral",
    fields={"consent": EventField(zh="授权", en="the consent", of="Consent")},
)
REFERRAL_REDATED: Final = EventType(
    name="lending.referral.redated",
    zh="办理时限已调整",
    en="its deadlines are others: a calendar was published, or a missed decision was given as long again",
    object="Referral",
    fields=_BY,
)

_REFERRAL_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("assigned", "已分派", "a branch or an officer of the bank has it now"),
    ("accepted", "已受理", "the bank has accepted the referral"),
    ("claimed", "已抢单", "the bank has claimed a lead of the open pool"),
    ("contacted", "已联系申请人", "the bank has contacted the applicant"),
    ("examined", "开始尽调", "the bank examines the application"),
    ("declined", "已婉拒", "the bank has declined"),
    ("lapsed", "超时退回", "a deadline has passed, and the lead went back"),
    ("passed", "已结束", "the request has ended, or the applicant has chosen another bank"),
)
REFERRAL_STEPS: Final = {
    step: EventType(
        name=f"lending.referral.{step}",
        zh=zh,
        en=en,
        object="Referral",
        fields={"lead": _LEAD, "state": _STATE},
    )
    for step, zh, en in _REFERRAL_STEPS
}
"""The kind of event of each step of a referral, by the word for it."""

_OFFER_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("made", "已报价", "the bank has made an offer"),
    ("withdrawn", "报价已撤回", "the bank has taken its offer back"),
    ("accepted", "报价已被接受", "the applicant has chosen the offer"),
    ("passed", "报价未被选择", "the request has ended, or the applicant has chosen another offer"),
    ("expired", "报价已过期", "nobody has chosen the offer in time"),
)
OFFER_STEPS: Final = {
    step: EventType(
        name=f"lending.offer.{step}",
        zh=zh,
        en=en,
        object="Offer",
        fields={"referral": _REFERRAL, "state": _OFFER_STATE},
    )
    for step, zh, en in _OFFER_STEPS
}
"""The kind of event of each step of an offer, by the word for it."""

SNAPSHOT_ERASED: Final = EventType(
    name="lending.snapshot.erased",
    zh="决策快照已到期删除，请同步删除自行留存的副本",
    en="what the offer was decided on is erased here; the bank erases its own copies (PIPL art. 47)",
    object="Offer",
)

EVENT_TYPES: Final = (
    REFERRAL_ARRIVED,
    REFERRAL_CONSENTED,
    REFERRAL_REDATED,
    *REFERRAL_STEPS.values(),
    *OFFER_STEPS.values(),
    SNAPSHOT_ERASED,
)
