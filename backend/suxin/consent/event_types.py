"""What consent tells a tenant's own systems: each step of a consent to it, and the erasure of what it received."""

from typing import Final

from suxin.consent.models import ConsentState
from suxin.events.catalogue import EventField, EventType

_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("requested", "已征求授权", "the tenant has asked for a consent"),
    ("granted", "授权已给予", "the subject has consented"),
    ("paused", "授权已暂停", "the subject has paused the consent"),
    ("resumed", "授权已恢复", "the subject has resumed the consent"),
    ("revoked", "授权已撤回", "the consent was taken back, or what it was for has ended"),
    ("expired", "授权已到期", "the consent's time is over"),
    ("superseded", "授权已被新授权替代", "another consent has taken its place"),
    ("rejected", "授权请求被拒绝", "the subject has said no"),
    ("lapsed", "授权请求已失效", "nobody has answered the request in time"),
)

CONSENT_STEPS: Final = {
    step: EventType(
        name=f"consent.consent.{step}",
        zh=zh,
        en=en,
        object="Consent",
        fields={
            "state": EventField(
                zh="授权状态", en="where the consent stands: " + ", ".join(ConsentState)
            ),
            "purpose": EventField(zh="用途代码", en="the code of the purpose"),
        },
    )
    for step, zh, en in _STEPS
}
"""The kind of event of each step, by the word for it."""

RECEIVED_ERASED: Final = EventType(
    name="consent.received.erased",
    zh="授权项下取得的数据已删除，请同步删除自行留存的副本",
    en="what the tenant received on the consent is erased here; it erases its own copies (PIPL art. 47)",
    object="Consent",
    fields={"deliveries": EventField(zh="删除的交付次数", en="of how many deliveries")},
)

EVENT_TYPES: Final = (*CONSENT_STEPS.values(), RECEIVED_ERASED)
