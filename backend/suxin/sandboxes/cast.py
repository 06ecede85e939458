"""The cast: who is in every sandbox, what is on record about him, what he asks for, and what he does in which order.

None of them exists. Their numbers carry the district 321399, which was never given out, and their phones lie in the block
199 0000 xxxx; no door leads to them by number, and no message goes to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from suxin.lending.models import DispatchMode
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RequestTerms
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.subjects.models import Polarity

_WAN: Final = 1_000_000
_YEAR: Final = timedelta(days=365)

SUBMIT, CONSENT, REFUSE, REVOKE, ACCEPT, WITHDRAW, DEADLINE, _ = SandboxEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CastRecord:
    """What a firm has on record, so long ago as ``age`` says."""

    item_code: str
    content: Mapping[str, Any]
    amount_fen: int | None = None
    polarity: Polarity = Polarity.NEUTRAL
    age: timedelta = timedelta(days=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One applicant: the person, his firm, and his story."""

    outcome: SandboxOutcome
    person: str
    resident_id: str
    phone: str
    firm: str
    uscc: str
    story: tuple[SandboxEvent, ...]
    industry: str = "C20"
    county_code: str = "321302"
    registered: timedelta = 6 * _YEAR
    amount_fen: int = 50 * _WAN
    rate_ceiling_bps: int | None = None
    mode: DispatchMode = DispatchMode.RECOMMENDED
    first_loan: bool = False
    records: tuple[CastRecord, ...] = field(default=())

    @property
    def terms(self) -> RequestTerms:
        """What he asks for: a year's working capital on credit."""
        return RequestTerms(
            amount_fen=self.amount_fen,
            term_months=12,
            purpose=LoanPurpose.WORKING_CAPITAL,
            guarantee_mode=GuaranteeMode.CREDIT,
            rate_ceiling_bps=self.rate_ceiling_bps,
        )


GOOD: Final = (
    CastRecord(item_code="REG-BASIC", content={"industry": "C20", "staff": 30}),
    CastRecord(item_code="TAX-GRADE", content={"grade": "A", "year": 2025}),
    CastRecord(item_code="TAX-PAID", content={"year": 2025}, amount_fen=30 * _WAN),
    CastRecord(item_code="SI-HEADCOUNT", content={"headcount": 25}),
)
_PENALTY: Final = CastRecord(
    item_code="PENALTY",
    content={"authority": "宿迁市市场监督管理局", "number": "沙箱罚字〔2026〕1号", "class": "一般"},
    polarity=Polarity.NEGATIVE,
    age=timedelta(days=60),
)

_PARTS: Final = (
    Part(
        outcome=SandboxOutcome.ACCEPTS_AT_ONCE,
        person="安即受",
        resident_id="321399198003010117",
        phone="19900009901",
        firm="沙箱安禾木业有限公司",
        uscc="91321399MA990001X6",
        story=(SUBMIT, CONSENT, ACCEPT),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.FIRST_LOAN,
        person="初贷生",
        resident_id="321399198103020128",
        phone="19900009902",
        firm="沙箱初禾食品有限公司",
        uscc="91321399MA99000286",
        story=(SUBMIT, CONSENT, ACCEPT),
        first_loan=True,
        registered=2 * _YEAR,
        amount_fen=20 * _WAN,
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.RECORDS_WITH_PENALTY,
        person="罚有据",
        resident_id="321399198203030139",
        phone="19900009903",
        firm="沙箱渡口建材有限公司",
        uscc="91321399MA99000361",
        story=(SUBMIT, CONSENT, ACCEPT),
        records=(*GOOD, _PENALTY),
    ),
    Part(
        outcome=SandboxOutcome.ASKS_THE_POOL,
        person="池边问",
        resident_id="32139919830304014X",
        phone="19900009904",
        firm="沙箱池畔纺织有限公司",
        uscc="91321399MA9900044U",
        story=(SUBMIT, CONSENT, ACCEPT),
        mode=DispatchMode.OPEN_POOL,
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.REFUSES_CONSENT,
        person="拒不授",
        resident_id="321399198403050150",
        phone="19900009905",
        firm="沙箱静安机械有限公司",
        uscc="91321399MA9900052N",
        story=(SUBMIT, REFUSE),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.REVOKES_AFTER_OFFER,
        person="撤同意",
        resident_id="321399198503060161",
        phone="19900009906",
        firm="沙箱回澜玻璃有限公司",
        uscc="91321399MA9900060H",
        story=(SUBMIT, CONSENT, REVOKE),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.WITHDRAWS,
        person="回头客",
        resident_id="321399198603070172",
        phone="19900009907",
        firm="沙箱归帆物流有限公司",
        uscc="91321399MA9900079E",
        story=(SUBMIT, CONSENT, WITHDRAW),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.LETS_OFFER_LAPSE,
        person="迟不决",
        resident_id="321399198703080183",
        phone="19900009908",
        firm="沙箱慢湖酿造有限公司",
        uscc="91321399MA99000879",
        story=(SUBMIT, CONSENT, DEADLINE),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.NEVER_ANSWERS,
        person="无回音",
        resident_id="321399198803090194",
        phone="19900009909",
        firm="沙箱默河包装有限公司",
        uscc="91321399MA99000954",
        story=(SUBMIT, DEADLINE),
        records=GOOD,
    ),
    Part(
        outcome=SandboxOutcome.MATCHES_NOTHING,
        person="无处配",
        resident_id="321399198903100206",
        phone="19900009910",
        firm="沙箱孤峰科技有限公司",
        uscc="91321399MA9900108R",
        story=(SUBMIT,),
        # No product lends for nothing, so that none of any bank fits.
        rate_ceiling_bps=0,
        records=GOOD,
    ),
)

CAST: Final[Mapping[SandboxOutcome, Part]] = MappingProxyType(
    {part.outcome: part for part in _PARTS}
)
"""Everybody in a sandbox, by how he behaves."""
