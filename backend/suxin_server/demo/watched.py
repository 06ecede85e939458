"""Early warning in the demo city: rules in force, some borrowers who let their loans be watched, and what came on record since.

The worker does it after the start, by the commands of the product. What came on record is written first, once for each; the rest is one
transaction, so that a start that is killed leaves it to the next. A city with rules was done before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_WATCH
from suxin.consent.requests import CONSENT_ASK, approve_request
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import local_day
from suxin.lending.loans.models import Loan
from suxin.lending.loans.standing import JUDGED
from suxin.lending.policies import LOAN_READ
from suxin.lending.warnings.asking import ask_to_watch
from suxin.lending.warnings.models import WarningRuleSet
from suxin.lending.warnings.policies import (
    WARNING_RULE_ACTIVATE,
    WARNING_RULE_DRAFT,
    WARNING_RULE_READ,
)
from suxin.lending.warnings.rule_sets import activate_rules, draft_rules
from suxin.lending.warnings.rules import packaged_rules
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    Polarity,
    RecordStatus,
    Subject,
)
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import SYSTEM, credit_office

WATCHED: Final = 6
"""How many loans are watched, the newest of them; something came on record about half of their borrowers."""

_ITEMS: Final = ("TAX-ARREARS", "ABNORMAL-LIST", "JUD-EXECUTED")
_RIGHTS: Final = frozenset({WARNING_RULE_ACTIVATE, WARNING_RULE_DRAFT, WARNING_RULE_READ})


@dataclass(frozen=True, slots=True)
class WatchedCity:
    """The two databases of a demo city, as the requests' role and as the batch role."""

    database: Database
    batch: Database

    async def watch_past(self, *, now: datetime) -> bool:
        """Put rules in force and let some loans be watched; return whether there was anything to do."""
        async with self.batch.transaction(SYSTEM, now=now) as session:
            if await session.scalar(select(WarningRuleSet.id).limit(1)):
                return False
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        if len(office) < len(cast.SCORE_OFFICE):
            return False
        drafter, activator = office[:2]
        loans = await self._loans(now=now)
        await self._record(loans[: len(_ITEMS)], now=now)
        async with together(self.database, now=now) as one:
            for loan in loans:
                await _permit(one, loan, now=now)
            async with one.transaction(drafter, now=now) as session:
                drafted = await draft_rules(session, drafter, document=packaged_rules(), now=now)
            async with one.transaction(activator, now=now) as session:
                await activate_rules(session, activator, rule_set_id=drafted.id, now=now)
        return True

    async def _loans(self, *, now: datetime) -> Sequence[Loan]:
        """Return the newest running loans of organisations: the demo banks have no licence for persons."""
        async with self.database.transaction(SYSTEM, now=now) as session:
            return (
                await session.scalars(
                    select(Loan)
                    .join(Subject, Subject.id == Loan.subject_id)
                    .where(
                        Loan.state.in_(JUDGED),
                        Loan.sandbox_id.is_(None),
                        Subject.kind.not_in(NATURAL_PERSONS),
                    )
                    .order_by(Loan.id.desc())
                    .limit(WATCHED)
                )
            ).all()

    async def _record(self, loans: Sequence[Loan], *, now: datetime) -> None:
        """Let something come on record about some borrowers, as departments' batches bring it."""
        async with self.batch.transaction(SYSTEM, now=now) as session:
            items = {item.code: item for item in await session.scalars(select(CatalogueItem))}
            refs = {code: f"预警演示-{code}" for code in _ITEMS}
            there = await session.scalars(
                select(CreditRecord.source_ref).where(CreditRecord.source_ref.in_(refs.values()))
            )
            known = set(there)
            for loan, code in zip(loans, _ITEMS, strict=False):
                if refs[code] in known:
                    continue
                item = items[code]
                session.add(
                    CreditRecord(
                        subject_id=loan.subject_id,
                        id=new_id(now),
                        item_code=code,
                        category=item.category,
                        channel=item.channel,
                        natural_person=False,
                        source=f"{item.department}（演示）",
                        source_ref=refs[code],
                        occurred_on=local_day(now),
                        published_until=None,
                        valid_until=None,
                        polarity=Polarity.NEGATIVE,
                        status=RecordStatus.ACTIVE,
                        amount_fen=None if code == "ABNORMAL-LIST" else 12_800_000,
                        content={},
                        self_declared=False,
                        loaded_at=now,
                    )
                )


async def _permit(one: Together, loan: Loan, *, now: datetime) -> None:
    officer = Actor(
        kind=ActorKind.STAFF,
        request_id=REQUEST_ID,
        tenant_id=loan.tenant_id,
        tenant_kind="bank",
        staff_id=loan.signed_by,
        permissions=frozenset({LOAN_READ, CONSENT_ASK}),
        purposes=(LOAN_WATCH.code,),
    )
    async with one.transaction(officer, now=now) as session:
        asked = await ask_to_watch(session, officer, loan_id=loan.id, now=now)
    borrower = Actor.subject(REQUEST_ID, person_id=loan.person_id, subject_id=loan.subject_id)
    async with one.transaction(borrower, now=now) as session:
        await approve_request(
            session,
            borrower,
            consent_id=asked.consent_id,
            categories=sorted(LOAN_WATCH.categories),
            life_days=LOAN_WATCH.max_life_days,
            notice_version=current_text(LOAN_WATCH.code).version,
            now=now,
        )
