"""What a subject is shown of an asked consent, and what of it he left ticked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.narrowing import Wanted, narrow
from suxin.consent.notice_texts import CATEGORY_ZH, current_text, in_order
from suxin.consent.oauth.authorization_details import AskedConsent
from suxin.consent.oauth.decisions import who_may_be_asked
from suxin.kernel.actor import Actor
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant


async def subject_context(
    session: AsyncSession, consent: AskedConsent, tenant: Tenant, actor: Actor, *, now: datetime
) -> dict[str, object]:
    """Return what the page shows a subject: who asks, for what, within which limits, and for whom he may answer."""
    narrowed = narrow(
        consent.purpose,
        Wanted(categories=consent.categories, life_days=consent.life_days),
    )
    asked = {category.value for category in narrowed.categories}
    return {
        "tenant": tenant,
        "purpose": consent.purpose,
        "required": _categories(asked & _codes(consent.purpose.required)),
        "optional": _categories(asked - _codes(consent.purpose.required)),
        "life_days": narrowed.life_days,
        "cuts": narrowed.cuts,
        "notice_version": current_text(consent.purpose.code).version,
        "subjects": await who_may_be_asked(
            session, consent, person_id=actor.own_person, tenant_id=tenant.id, now=now
        ),
    }


def chosen(form: Mapping[str, Any], consent: AskedConsent) -> list[DataCategory]:
    """Return what is consented to: what the purpose cannot do without, and of the rest what was left ticked."""
    getall = getattr(form, "getall", None)
    ticked = set(getall("categories", [])) if getall else {form.get("categories")}
    return [
        category
        for category in consent.categories
        if category in consent.purpose.required or category.value in ticked
    ]


def _codes(categories: frozenset[DataCategory]) -> set[str]:
    return {category.value for category in categories}


def _categories(codes: set[str]) -> list[tuple[str, str]]:
    return [(code, CATEGORY_ZH[code]) for code in in_order(codes)]
