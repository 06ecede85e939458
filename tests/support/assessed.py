"""Impact assessments of a test's city, without which nobody may be asked for a consent."""

from datetime import datetime

from suxin.consent.assessments import file_assessment
from suxin.consent.models import AssessedKind
from suxin.consent.purposes import PURPOSES
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database


async def file_assessments(database: Database, operator: Actor, *, now: datetime) -> None:
    """File an impact assessment of every purpose, so that subjects may be asked."""
    async with database.transaction(operator, now=now) as session:
        for code in PURPOSES:
            await file_assessment(
                session,
                operator,
                kind=AssessedKind.PURPOSE,
                thing=code,
                title=f"{code} 个人信息保护影响评估（测试）",
                conclusion="风险可控",
                document=code.encode(),
                now=now,
            )
