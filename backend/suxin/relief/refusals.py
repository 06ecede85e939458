"""What is refused about notices of exemption."""

from suxin.kernel.refusals import Refusal


class NoticeNotHere(Refusal):
    """The notice does not stand where this step begins."""

    code = "DISASTER_NOTICE_NOT_HERE"
    zh = "该公告的状态已变化，请刷新后重试"
    en = "The notice does not stand where this step begins; read it anew"


class NoticeNotCounted(Refusal):
    """The platform has not counted yet whom the notice would concern."""

    code = "DISASTER_NOTICE_NOT_COUNTED"
    zh = "影响范围尚在统计，请稍后再审定"
    en = "Whom the notice would concern is not counted yet; decide a little later"


class SecondPersonNeeded(Refusal):
    """Whoever asked for it decides on it."""

    code = "DISASTER_NOTICE_SECOND_PERSON"
    zh = "提出人不能审定自己提出的事项，请由另一人办理"
    en = "Whoever asked for this does not decide on it; another person does"
