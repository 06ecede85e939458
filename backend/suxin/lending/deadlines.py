"""The clocks of a referral: accept within 1, make contact within 3, decide within 5 working days (the “135” rule).

The three figures are those that provincial platforms publish for online loan matching (贷款码“135”); how a missed one
is answered is a proposed default (demo configuration): a lead nobody accepted or whose applicant nobody called goes
back; a missed decision is escalated and given as long again, once. A claim of the open pool ends when contact is due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from suxin.kernel.working_days import Calendar, add_working_days

ACCEPT_WITHIN_DAYS: Final = 1
CONTACT_WITHIN_DAYS: Final = 3
DECIDE_WITHIN_DAYS: Final = 5
REMIND_BEFORE: Final = timedelta(hours=4)
REQUEST_LIFE: Final = timedelta(days=30)
CLAIM_WITHIN_DAYS: Final = CONTACT_WITHIN_DAYS


@dataclass(frozen=True, slots=True)
class Clocks:
    """When each step of a referral is due; ``provisional`` while the year's holidays are not published."""

    accept_by: datetime
    contact_by: datetime
    decide_by: datetime
    provisional: bool


def clocks_from(
    start: datetime,
    *,
    calendar: Calendar,
    decide_from: datetime | None = None,
    extra_days: int = 0,
) -> Clocks:
    """Return the deadlines of a referral dispatched at ``start``, whose time to decide may have begun anew or stood still since.

    ``extra_days`` are the working days for which the bank waited for more material.
    """
    accept = add_working_days(start, ACCEPT_WITHIN_DAYS, calendar=calendar)
    contact = add_working_days(start, CONTACT_WITHIN_DAYS, calendar=calendar)
    days = DECIDE_WITHIN_DAYS + extra_days
    decide = add_working_days(decide_from or start, days, calendar=calendar)
    provisional = accept.provisional or contact.provisional or decide.provisional
    return Clocks(accept.at, contact.at, decide.at, provisional)
