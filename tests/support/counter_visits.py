"""A counter for tests: a helper of the operator, whoever stands before him, and pictures from the pad."""

import base64
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from small_city import SmallCity

from suxin.consent.models import Consent
from suxin.consent.requests import ConsentForm, request_consent
from suxin.counter.commands import (
    Reading,
    SignedForm,
    open_visit,
    read_aloud,
    take_evidence,
)
from suxin.counter.deciding import carry_out
from suxin.counter.models import CounterVisit, Decision, EvidenceKind, Matter, ReceiptBy
from suxin.counter.proving import prove_visitor
from suxin.counter.queries import matter_at_hand, own_visit
from suxin.counter.words import ReadOut, read_out
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.messaging import Delivery
from suxin.kernel.refusals import Refusal
from suxin.subjects.doors import resident_door
from suxin.subjects.identity import OnSiteCheck, PersonProof
from suxin.subjects.models import SubjectDoor
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

PERSON_NAME, PERSON_RESIDENT_ID = "王小明", "321302199001010012"
TERMINAL = "SD20261129-0001"
PAPER = "SQ-2026-000123"


def png(width: int = 40, height: int = 20, *, ink: bool = True) -> bytes:
    """Return a picture as the pad makes it: transparent, with a slanted stroke, or with nothing on it."""
    lines = []
    for y in range(height):
        line = bytearray(width * 4)
        if ink:
            x = y * width // height
            line[x * 4 : x * 4 + 4] = b"\x10\x20\x30\xff"
        lines.append(b"\x00" + bytes(line))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + zlib.crc32(kind + content).to_bytes(4)
        for kind, content in chunks
    )


def data_url(picture: bytes | None = None) -> str:
    """Return a picture as a form's field holds it."""
    return "data:image/png;base64," + base64.b64encode(picture or png()).decode()


def signed(decision: Decision = Decision.ALLOW, **changes: Any) -> SignedForm:
    """Return what the person decided, signed on the pad unless said otherwise."""
    given: dict[str, Any] = {
        "decision": decision,
        "kind": EvidenceKind.SIGNATURE,
        "signature": data_url(),
        **changes,
    }
    return SignedForm(**given)


def on_paper(decision: Decision = Decision.ALLOW, **changes: Any) -> SignedForm:
    """Return what the person decided on paper."""
    return signed(
        decision, **{"kind": EvidenceKind.PAPER, "signature": "", "paper_number": PAPER, **changes}
    )


@dataclass
class Terminal:
    """The identity service at the counter: answers as told and remembers what it was asked."""

    refusal: Refusal | None = None
    asked: list[Mapping[str, str]] = field(default_factory=list)

    async def verify_on_site(
        self, *, name: str, resident_id: str, check: OnSiteCheck, terminal_ref: str, now: datetime
    ) -> PersonProof:
        self.asked.append({"name": name, "check": check.value, "terminal_ref": terminal_ref})
        if self.refusal is not None:
            raise self.refusal
        return PersonProof(
            proof_ref=f"S{len(self.asked)}",
            method=f"name+resident_id+{check.value}",
            proved_at=now,
        )

    async def verify_person(self, **_asked: Any) -> PersonProof:
        raise AssertionError("a counter asks for no phone")

    async def verify_legal_representative(self, **_asked: Any) -> Any:
        raise AssertionError("a counter asks for no firm")


@dataclass
class Texts:
    """The way to phones: takes every message and keeps it."""

    sent: list[Mapping[str, Any]] = field(default_factory=list)

    async def send_subscribe_message(self, **_message: Any) -> Delivery:
        raise AssertionError("a receipt goes to the phone that was confirmed")

    async def send_sms(self, **message: Any) -> Delivery:
        self.sent.append(message)
        return Delivery.taken("sms-1")


def helper_of(city: SmallCity, *, staff_id: UUID | None = None, **changes: Any) -> Actor:
    """Return somebody who helps at one of the operator's counters, and may do nothing else."""
    profile = PROFILES[TenantKind.OPERATOR]
    given: dict[str, Any] = {
        "kind": ActorKind.OPERATOR,
        "request_id": "test-helper",
        "tenant_id": city.operator.tenant_id,
        "tenant_kind": "operator",
        "staff_id": staff_id or uuid4(),
        "permissions": profile.permissions_of(frozenset({"counter_helper"})),
        **changes,
    }
    return Actor(**given)


@dataclass
class Counter:
    """One helper's counter in a small city, with the steps of a visit one by one."""

    city: SmallCity
    helper: Actor
    terminal: Terminal = field(default_factory=Terminal)

    async def known(self) -> None:
        """Let the applicant be found by his resident id, as whoever was proved before is."""
        door = resident_door(self.city.sealer, PERSON_RESIDENT_ID)
        async with self.city.batch.transaction(Actor.system("test"), now=self.city.now) as session:
            session.add(
                SubjectDoor(
                    blind_index=door.digest,
                    subject_id=self.city.person_id,
                    key_version=door.key_version,
                )
            )

    async def asked(self, subject_id: UUID, number: int = 0) -> UUID:
        """Have a bank ask a subject for a permission; return the consent."""
        form = ConsentForm(subject_id=subject_id, purpose="loan.match", categories=[], life_days=30)
        found = await self.city.act(request_consent, self.city.banks[number].officer, form=form)
        return found.consent_id

    async def act(self, command: Any, *, now: datetime | None = None, **given: Any) -> Any:
        return await self.city.act(command, self.helper, now=now, **given)

    async def open(self, now: datetime | None = None) -> UUID:
        visit: CounterVisit = await self.act(open_visit, now=now)
        return visit.id

    async def prove(
        self,
        visit_id: UUID,
        *,
        name: str = PERSON_NAME,
        resident_id: str = PERSON_RESIDENT_ID,
        terminal_ref: str = TERMINAL,
        now: datetime | None = None,
    ) -> UUID:
        return await prove_visitor(
            self.city.database,
            self.helper,
            visit_id=visit_id,
            name=name,
            resident_id=resident_id,
            check=OnSiteCheck.CARD,
            terminal_ref=terminal_ref,
            verifier=self.terminal,
            sealer=self.city.sealer,
            now=now or self.city.now,
        )

    async def welcome(self) -> UUID:
        """Open a visit and prove the applicant at it; return the visit."""
        visit_id = await self.open()
        assert await self.prove(visit_id) == self.city.person_id
        return visit_id

    async def text(
        self, visit_id: UUID, consent_id: UUID, matter: Matter = Matter.ANSWER
    ) -> ReadOut:
        """Return what is to be read aloud about one matter, as the desk shows it."""
        async with self.city.database.snapshot(self.helper, now=self.city.now) as session:
            visit = await own_visit(session, self.helper, visit_id)
            found = await matter_at_hand(session, self.helper, visit, consent_id, now=self.city.now)
            return await read_out(session, found.consent, found.recipient, matter)

    async def read(
        self,
        visit_id: UUID,
        consent_id: UUID,
        matter: Matter = Matter.ANSWER,
        *,
        now: datetime | None = None,
        text: ReadOut | None = None,
        **changes: Any,
    ) -> CounterVisit:
        text = text or await self.text(visit_id, consent_id, matter)
        given: dict[str, Any] = {
            "consent_id": consent_id,
            "matter": matter,
            "notice_version": text.version,
            "words_sha256": text.words_sha256,
            "read": True,
            "understood": True,
            **changes,
        }
        found: CounterVisit = await self.act(
            read_aloud, visit_id=visit_id, reading=Reading(**given), now=now
        )
        return found

    async def sign(
        self, visit_id: UUID, form: SignedForm | None = None, *, now: datetime | None = None
    ) -> UUID:
        evidence = await self.act(
            take_evidence,
            visit_id=visit_id,
            form=form or signed(),
            sealer=self.city.sealer,
            now=now,
        )
        found: UUID = evidence.id
        return found

    async def carry_out(
        self, visit_id: UUID, evidence_id: UUID, *, now: datetime | None = None
    ) -> None:
        await carry_out(
            self.city.database,
            self.helper,
            visit_id=visit_id,
            evidence_id=evidence_id,
            now=now or self.city.now,
        )

    async def decide(
        self,
        visit_id: UUID,
        consent_id: UUID,
        decision: Decision = Decision.ALLOW,
        *,
        receipt: ReceiptBy = ReceiptBy.PAPER,
        now: datetime | None = None,
    ) -> UUID:
        """Read aloud, have it signed and carry it out; return the evidence."""
        matter = (
            Matter.ANSWER
            if decision in (Decision.ALLOW, Decision.REFUSE)
            else Matter(decision.value)
        )
        await self.read(visit_id, consent_id, matter, now=now)
        evidence_id = await self.sign(visit_id, signed(decision, receipt=receipt), now=now)
        await self.carry_out(visit_id, evidence_id, now=now)
        return evidence_id

    async def consent(self, consent_id: UUID, subject_id: UUID) -> Consent:
        """Return a consent as its subject sees it."""
        subject = Actor.subject("test", person_id=self.city.person_id, subject_id=subject_id)
        async with self.city.database.snapshot(subject, now=self.city.now) as session:
            return await session.get_one(Consent, (subject_id, consent_id))


async def another_counter(counter: Counter) -> Counter:
    """Return the counter beside, with a helper of its own."""
    return Counter(counter.city, helper_of(counter.city))


@dataclass(frozen=True, kw_only=True)
class AtCounter:
    """A visit at which the applicant has signed for a request of the first bank, before it is carried out."""

    helper: Actor
    visit_id: UUID
    expires_at: datetime
    consent_id: UUID
    evidence_id: UUID


async def visit_counter(city: SmallCity) -> AtCounter:
    """Let the applicant come to a counter and sign."""
    counter = Counter(city, helper_of(city))
    await counter.known()
    consent_id = await counter.asked(city.person_id)
    visit_id = await counter.welcome()
    visit = await counter.read(visit_id, consent_id)
    return AtCounter(
        helper=counter.helper,
        visit_id=visit_id,
        expires_at=visit.expires_at,
        consent_id=consent_id,
        evidence_id=await counter.sign(visit_id),
    )
