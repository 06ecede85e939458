"""What events refuse, by name."""

from suxin.events.models import EndpointState
from suxin.kernel.refusals import Refusal, RefusalKind

STATE_WORDS = {
    EndpointState.ACTIVE: ("推送中", "active"),
    EndpointState.PAUSED: ("已暂停", "paused"),
    EndpointState.BROKEN: ("连续失败，试探中", "broken and probed"),
}


class EndpointStateConflict(Refusal):
    """The endpoint is in a state from which this step does not lead."""

    code = "WEBHOOK_STATE_CONFLICT"
    zh = "推送地址当前状态为“{state_zh}”，不能执行该操作"
    en = "The endpoint is {state_en}; this step is not possible"

    def __init__(self, *, state: EndpointState) -> None:
        state_zh, state_en = STATE_WORDS[state]
        super().__init__(state_zh=state_zh, state_en=state_en)


class TooManyEndpoints(Refusal):
    """The tenant has as many endpoints as it may have."""

    code = "TOO_MANY_WEBHOOK_ENDPOINTS"
    zh = "最多 {limit} 个推送地址"
    en = "There may be at most {limit} endpoints"


class DeliveryPending(Refusal):
    """The delivery is on its way and needs no replay."""

    code = "WEBHOOK_DELIVERY_PENDING"
    zh = "该事件正在推送，无需重放"
    en = "The event is on its way and needs no replay"


class ReplayTooLarge(Refusal):
    """More events would be sent again than one request may ask for."""

    code = "WEBHOOK_REPLAY_TOO_LARGE"
    zh = "一次最多重放 {limit} 个事件，请选择更晚的时间"
    en = "At most {limit} events are replayed at once; choose a later time"


class EventsGone(Refusal):
    """Events after the cursor are no longer kept, so that reading on would leave a gap."""

    code = "EVENTS_GONE"
    kind = RefusalKind.INVALID
    zh = (
        "该游标之后的部分事件已超过 {days} 天保存期，请不带游标从最早的事件读起，并另行核对缺失部分"
    )
    en = (
        "Some events after this cursor are no longer kept after {days} days;"
        " read from the earliest without a cursor, and reconcile what is missing"
    )
