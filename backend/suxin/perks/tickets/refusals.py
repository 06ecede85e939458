"""Why no ticket is issued, and why a gate is not heard."""

from suxin.kernel.refusals import Refusal, RefusalKind


class TicketsNotOffered(Refusal):
    """The programme is no attraction's, or has nothing to do with visiting one."""

    code = "PERK_TICKETS_NOT_OFFERED"
    zh = "该权益不出门票"
    en = "There are no tickets for this programme"


class TicketDaysWrong(Refusal):
    """The day is past, or too far ahead, or there are too many of them."""

    code = "PERK_TICKET_DAYS"
    kind = RefusalKind.INVALID
    zh = "请选择今日起 {ahead} 日内的日期，有效天数不超过 {days} 天"
    en = "Choose a day within {ahead} days from today, for {days} days at most"


class TicketUsed(Refusal):
    """Somebody was let in by it: it cannot be cancelled."""

    code = "PERK_TICKET_USED"
    zh = "该门票已有人入园，不能作废"
    en = "Somebody was let in by this ticket; it cannot be cancelled"


class TicketBegun(Refusal):
    """It is good already: a gate without a connection may have let somebody in by it, of which nobody knows yet."""

    code = "PERK_TICKET_BEGUN"
    zh = "门票已生效，不能自行退票，请到景区窗口办理"
    en = "The ticket is good already and cannot be given back; the attraction may cancel it"


class GateQueueOthers(Refusal):
    """What a gate recorded is told by whoever recorded it, and by nobody else in his name."""

    code = "PERK_GATE_QUEUE_OTHERS"
    zh = "这些记录由另一位检票员录入，请由其登录后上传"
    en = "Another person recorded these: let him log in and send them"
