"""Whom a notice concerns: one condition over records and their subjects, for counting and for exempting alike."""

from typing import Any, Final

from suxin.places.models import CITY_CODE
from suxin.relief.models import DisasterNotice

WITHIN: Final = """r.polarity = 'negative' and not r.self_declared and r.category = any (cast(:categories as text[]))
      and r.occurred_on between :from_on and :to_on and s.sandbox_id is null
      and (:whole_city or s.county_code = any (cast(:areas as text[])) or s.town_code = any (cast(:areas as text[])))"""
"""Of a record ``r`` and its subject ``s``. Where a subject is, its own row says; a sandbox's invented subjects are nobody."""


def of_notice(notice: DisasterNotice) -> dict[str, Any]:
    """Return the parameters of ``WITHIN`` for a notice."""
    return {
        "categories": notice.categories,
        "from_on": notice.from_on,
        "to_on": notice.to_on,
        "areas": notice.areas,
        "whole_city": CITY_CODE in notice.areas,
    }
