"""The kinds of case that subjects file about their data, with their times and what follows from them.

Times are *proposed* (demo configuration) by the shape that provinces' and cities' statutes share: marked within one working day, in
force seven working days at the most, extended once by three with a reason. What the platform itself holds is answered in three. All
of it lies within the twenty days of 征信业管理条例 art. 25. See ``docs/law.md``.
"""

from functools import partial
from typing import Final

from suxin.perks.limiting.settling import settle_limit_objection
from suxin.review.kinds import CaseKind, Kinds, by_code
from suxin.review.states import Outcome
from suxin.rights.policies import CASE_CHECK, CASE_DECIDE
from suxin.rights.remedies import correction_follows
from suxin.rights.settling import (
    DESK_PAGE,
    settle_correction,
    settle_dispute,
    settle_exemption,
    settle_human_review,
    settle_rating_appeal,
)
from suxin.rights.transfers import begin_transfer

ACCEPT_DAYS: Final = 1
OWN_DATA_DAYS: Final = 3
DISPUTE_DAYS: Final = 7
EXTEND_DAYS: Final = 3
PAGE: Final = "/pages/cases"

_of_rights = partial(
    CaseKind,
    decide=CASE_DECIDE,
    check=CASE_CHECK,
    accept_days=ACCEPT_DAYS,
    extend_days=EXTEND_DAYS,
    desk_page=DESK_PAGE,
    page=PAGE,
)

DISPUTE: Final = _of_rights(
    code="dispute",
    zh="异议申请",
    en="dispute",
    decide_days=DISPUTE_DAYS,
    source="征信业管理条例 art. 25; 上海市社会信用条例, 山东省社会信用条例; proposed",
    settle=settle_dispute,
    accepted=begin_transfer,
    follows=correction_follows,
    outcomes={
        Outcome.GRANTED: "予以更正",
        Outcome.DECLINED: "不予更正",
        Outcome.REFUSED: "不予受理",
    },
)
CORRECTION: Final = _of_rights(
    code="correction",
    zh="更正申请",
    en="correction",
    decide_days=OWN_DATA_DAYS,
    source="PIPL art. 46",
    settle=settle_correction,
    follows=correction_follows,
    outcomes={
        Outcome.GRANTED: "予以更正",
        Outcome.DECLINED: "不予更正",
        Outcome.REFUSED: "不予受理",
    },
)
EXEMPTION: Final = _of_rights(
    code="exemption",
    zh="信用豁免申请",
    en="exemption",
    decide_days=DISPUTE_DAYS,
    source="宿政办发〔2021〕62号; proposed",
    settle=settle_exemption,
    outcomes={
        Outcome.GRANTED: "予以豁免",
        Outcome.DECLINED: "不予豁免",
        Outcome.REFUSED: "不予受理",
    },
)
HUMAN_REVIEW: Final = _of_rights(
    code="human_review",
    zh="人工复核申请",
    en="human review",
    decide_days=DISPUTE_DAYS,
    source="PIPL art. 24",
    settle=settle_human_review,
    outcomes={
        Outcome.GRANTED: "改正结果",
        Outcome.DECLINED: "维持结果",
        Outcome.REFUSED: "不予受理",
    },
)

LIMIT_OBJECTION: Final = _of_rights(
    code="limit_objection",
    zh="权益限制申诉",
    en="objection to a limit",
    decide_days=DISPUTE_DAYS,
    source="国办发〔2020〕49号; proposed",
    settle=settle_limit_objection,
    outcomes={
        Outcome.GRANTED: "申诉成立，不限制",
        Outcome.DECLINED: "申诉不成立",
        Outcome.REFUSED: "不予受理",
    },
)

RATING_APPEAL: Final = _of_rights(
    code="rating_appeal",
    zh="信用评级申诉",
    en="appeal against a rural rating",
    decide_days=DISPUTE_DAYS,
    source="PIPL art. 24; plan §28; proposed",
    settle=settle_rating_appeal,
    outcomes={
        Outcome.GRANTED: "重新测算",
        Outcome.DECLINED: "维持拟定等级",
        Outcome.REFUSED: "不予受理",
    },
)

KINDS: Final[Kinds] = by_code(
    (DISPUTE, CORRECTION, EXEMPTION, HUMAN_REVIEW, LIMIT_OBJECTION, RATING_APPEAL)
)
CONTESTING: Final = (DISPUTE.code, CORRECTION.code)
"""What says that something is wrong."""
