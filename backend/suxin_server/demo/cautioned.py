"""The public warnings of the demo city: one that is public, and one that waits for another person than whoever proposed it.

The worker does it after the start by the product's own commands, as of when each would have been done. What they name is invented, and says
so within its name: nobody may mistake it for a firm that he knows. All of it is one transaction; a city that has a warning is left as it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from suxin.cautions.commands import CautionDraft, decide_caution, propose_caution
from suxin.cautions.models import CautionKind, PublicCaution
from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE, CAUTION_READ
from suxin.kernel.database import Database
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import together
from suxin.kernel.working_days import local_day
from suxin_server.demo import cast
from suxin_server.demo.dice import Dice
from suxin_server.demo.office import SYSTEM, credit_office
from suxin_server.demo.office_hours import OfficeHours

PUBLISHED_BEFORE: Final = 5
"""How many working days before the start somebody else published it."""

SHOWN_FOR: Final = timedelta(days=180)
"""How long a warning is shown, from when it was proposed."""

_RIGHTS: Final = frozenset({CAUTION_READ, CAUTION_FILE, CAUTION_DECIDE})
_PAPER: Final = b"%PDF-1.4\n% a made-up notice of the demo city\n%%EOF\n"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """What an authority of the demo city has noticed, and how many working days before the start it was proposed as a warning."""

    kind: CautionKind
    title: str
    authority: str
    file_word: str
    body: str
    organisations: tuple[str, ...]
    proposed_before: int

    def draft(self, *, now: datetime) -> CautionDraft:
        """Return the warning that is proposed on it, issued three days before."""
        issued_on = local_day(now - 3 * _DAY)
        return CautionDraft(
            kind=self.kind,
            title=f"{self.title}（演示）",
            authority=f"{self.authority}（演示）",
            document_number=f"{self.file_word}〔{issued_on.year}〕演示号",
            issued_on=issued_on,
            body=self.body,
            organisations=self.organisations,
            expires_on=local_day(now + SHOWN_FOR),
        )


PUBLIC: Final = _Notice(
    kind=CautionKind.ILLEGAL_FUNDRAISING,
    title="关于警惕以“预付养老”名义吸收资金的风险提示",
    authority="宿迁市防范和处置非法集资工作领导小组办公室",
    file_word="宿处非办",
    body="演示数据，并非真实通报。下列单位未经许可，以预付养老服务费为名，承诺到期返还本金并支付高额利息，向社会公众吸收资金。\n"
    "请勿参与；已经参与的，请保留合同和转账凭证，向单位所在地的主管部门反映。",
    organisations=(
        "宿迁市演示晚晴养老服务有限公司",
        "江苏演示金穗长青健康产业投资管理集团有限公司宿城第一分公司",
    ),
    proposed_before=6,
)
WAITING: Final = _Notice(
    kind=CautionKind.DEBT_EVASION,
    title="关于转移资产逃避银行债务行为的通报",
    authority="宿迁市打击逃废债工作专班",
    file_word="宿金债办",
    body="演示数据，并非真实通报。下列单位在贷款逾期后将设备和库存转移至关联单位，拒不履行生效判决。\n"
    "请各金融机构和交易相对方注意防范风险。",
    organisations=("泗阳县演示恒腾织造有限公司",),
    proposed_before=1,
)


@dataclass(frozen=True, slots=True)
class CautionedCity:
    """The database of a demo city, and how documents are sealed."""

    database: Database
    sealer: Sealer

    async def fill(self, *, now: datetime) -> bool:
        """Propose both warnings and publish one; return whether there was anything to do."""
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        async with self.database.transaction(SYSTEM, now=now) as session:
            known = await session.scalar(select(PublicCaution.id).limit(1))
        if known is not None or len(office) < len(cast.SCORE_OFFICE):
            return False
        proposer, *_, publisher = office
        hours, dice = OfficeHours(now), Dice("cautions")
        async with together(self.database, now=now) as one:
            for notice in (PUBLIC, WAITING):
                at = hours.moment(dice, notice.proposed_before)
                async with one.transaction(proposer, now=at) as session:
                    caution = await propose_caution(
                        session,
                        proposer,
                        draft=notice.draft(now=at),
                        paper=SentFile(name=f"{notice.title}（演示）.pdf", content=_PAPER),
                        sealer=self.sealer,
                        now=at,
                    )
                    caution_id = caution.id
                if notice is WAITING:
                    continue
                at = hours.moment(dice, PUBLISHED_BEFORE)
                async with one.transaction(publisher, now=at) as session:
                    await decide_caution(
                        session,
                        publisher,
                        caution_id=caution_id,
                        granted=True,
                        answer="与来文一致，未出现自然人（演示）",
                        names_nobody=True,
                        now=at,
                    )
        return True
