"""A watched loan for tests: drawn, its borrower permits that it is watched, rules are in force, and something comes on record."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from small_city import SmallCity
from small_loans import drawn
from small_scores import official
from sqlalchemy import select

from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_WATCH
from suxin.consent.requests import approve_request
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.loans.models import Loan
from suxin.lending.warnings.asking import ask_to_watch
from suxin.lending.warnings.models import LoanWarning, WarningRuleSet
from suxin.lending.warnings.raising import watch_loans
from suxin.lending.warnings.rule_sets import activate_rules, draft_rules
from suxin.lending.warnings.rules import packaged_rules
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.models import (
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Polarity,
    RecordStatus,
)
from suxin_server.watching import watch_all


async def permit_watching(
    city: SmallCity,
    loan: Loan,
    *,
    categories: frozenset[DataCategory] = LOAN_WATCH.categories,
    now: datetime | None = None,
) -> UUID:
    """Let the bank ask for the consent to watch a loan, and the borrower give it; return the consent's id."""
    asked = await city.act(
        ask_to_watch, city.banks[0].officer, loan_id=loan.id, now=now or city.now
    )
    granted = await city.act(
        approve_request,
        city.applicant,
        consent_id=asked.consent_id,
        categories=sorted(categories),
        life_days=365,
        notice_version=current_text(LOAN_WATCH.code).version,
        now=now or city.now,
    )
    consent_id: UUID = granted.consent_id
    return consent_id


async def rules_in_force(city: SmallCity, *changes: dict[str, Any]) -> WarningRuleSet:
    """Put the packaged rules in force, or those of them whose codes are given with what is other about them."""
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        await load_catalogue(session)
    return await activated(city, changed(*changes))


async def activated(city: SmallCity, document: bytes) -> WarningRuleSet:
    drafted = await city.act(draft_rules, official(city, 0), document=document)
    found: WarningRuleSet = await city.act(
        activate_rules, official(city, 1), rule_set_id=drafted.id
    )
    return found


def changed(*changes: dict[str, Any]) -> bytes:
    document = json.loads(packaged_rules())
    for change in changes:
        for rule in document["rules"]:
            if rule["code"] == change["code"]:
                rule.update(change)
    return json.dumps(document).encode()


async def watched(city: SmallCity) -> Loan:
    """Return a loan that is drawn and watched under the packaged rules."""
    loan = await drawn(city)
    await rules_in_force(city)
    await permit_watching(city, loan)
    return loan


async def come_on_record(
    city: SmallCity,
    item: str,
    category: DataCategory,
    *,
    occurred_on: date | None = None,
    subject_id: UUID | None = None,
    **changes: Any,
) -> UUID:
    """Put a record against a subject, today's unless said otherwise; return its id."""
    values: dict[str, Any] = {
        "subject_id": subject_id or city.firm_id,
        "id": new_id(),
        "item_code": item,
        "category": category,
        "channel": LawfulChannel.AUTHORISED_PUBLIC,
        "natural_person": False,
        "source": "市税务局",
        "source_ref": str(new_id()),
        "occurred_on": occurred_on or local_day(city.now),
        "published_until": None,
        "valid_until": None,
        "polarity": Polarity.NEGATIVE,
        "status": RecordStatus.ACTIVE,
        "amount_fen": 3_000_000,
        "content": {},
        "self_declared": False,
        "loaded_at": city.now,
        **changes,
    }
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        session.add(CreditRecord(**values))
    record_id: UUID = values["id"]
    return record_id


async def watch(city: SmallCity, *, now: datetime | None = None) -> int:
    return await watch_all(city.batch, city.database, now=now or city.now)


async def warnings(city: SmallCity, *, bank: int = 0) -> list[LoanWarning]:
    """Return a bank's warnings, the oldest first."""
    async with city.database.snapshot(city.banks[bank].officer, now=city.now) as session:
        return list(await session.scalars(select(LoanWarning).order_by(LoanWarning.id)))


@dataclass(frozen=True)
class Warned:
    """A warning of the first bank's of which nobody was told yet, and the rules that raised it."""

    warning: LoanWarning
    rule_set_id: UUID

    @property
    def warning_id(self) -> UUID:
        return self.warning.id


async def build_warned(city: SmallCity) -> Warned:
    """Let the loan of the first bank be watched, and something come on record; its borrower has a grade."""
    async with city.database.snapshot(city.banks[0].officer, now=city.now) as session:
        loan = (await session.scalars(select(Loan))).one()
    rules = await activated(city, packaged_rules())
    await permit_watching(city, loan)
    await come_on_record(city, "TAX-ARREARS", DataCategory.TAX)
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        assert await watch_loans(session, now=city.now) == 1
    return Warned((await warnings(city))[0], rules.id)
