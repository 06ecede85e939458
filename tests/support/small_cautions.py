"""A public warning for the small city: proposed by one official, published by another."""

from datetime import date
from typing import Any

from small_city import SmallCity
from small_scores import official

from suxin.cautions.commands import CautionDraft, decide_caution, propose_caution
from suxin.cautions.models import CautionKind, PublicCaution
from suxin.kernel.sealed_documents import SentFile

PDF = b"%PDF-1.7 a notice of the leading group"


def draft(**changes: Any) -> CautionDraft:
    """What a notice about illegal fund-raising says, but for what is given."""
    given: dict[str, Any] = {
        "kind": CautionKind.ILLEGAL_FUNDRAISING,
        "title": "关于警惕以养老名义吸收资金的风险提示",
        "authority": "宿迁市防范和处置非法集资工作领导小组办公室",
        "document_number": "宿处非办〔2026〕3号",
        "issued_on": date(2026, 11, 2),
        "body": "有单位以养老服务名义，承诺高额回报，向社会公众吸收资金。\n请勿参与。",
        "organisations": ["宿迁某某养老服务有限公司"],
        "expires_on": date(2027, 5, 1),
        **changes,
    }
    return CautionDraft(**given)


def paper() -> SentFile:
    """The notice itself."""
    return SentFile(name="风险提示.pdf", content=PDF)


async def propose(city: SmallCity, **changes: Any) -> PublicCaution:
    """Let the first official propose a warning."""
    return await city.act(
        propose_caution,
        official(city, 0),
        draft=draft(**changes),
        paper=paper(),
        sealer=city.sealer,
    )


async def publish(city: SmallCity, **changes: Any) -> PublicCaution:
    """Let the second official publish what the first has proposed."""
    caution = await propose(city, **changes)
    return await city.act(
        decide_caution,
        official(city, 1),
        caution_id=caution.id,
        granted=True,
        answer="与原文一致",
        names_nobody=True,
    )
