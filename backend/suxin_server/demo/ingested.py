"""Batches of source departments: licences in GBK with some rows that could not be taken, a file that is none, and persons' titles.

Most of the persons have not proved themselves: their titles wait for them. The cast's own scores stay as they are.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.subjects.ingestion.deliveries import Delivery, put_down
from suxin.subjects.ingestion.models import OPEN_STATES
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.organisations import Organisation
from suxin_server.ingesting import read_batch

LICENCES: Final = 36
PERSONS: Final = 12
_TEN_O_CLOCK: Final = time(2, tzinfo=UTC)
_HEADING: Final = "统一社会信用代码,目录代码,记录编号,发生日期,内容\n"
_AUTHORITY: Final = "宿迁市行政审批局（演示）"
_PERSONNEL: Final = "宿迁市人力资源和社会保障局（演示）"
_OF_PERSONS: Final = "居民身份证号,目录代码,记录编号,发生日期,内容\n"
_QUALIFICATIONS: Final = (("工程师", "中级"), ("农艺师", "中级"), ("高级会计师", "高级"))
_TITLES: Final = ("食品经营许可", "道路运输经营许可", "建筑业企业资质", "危险化学品经营许可")


async def ingest_batches(
    batch: Database, organisations: Sequence[Organisation], *, sealer: Sealer, now: datetime
) -> bool:
    """Send and read the batches as the batch role, the way departments' files are; return whether any was left to read.

    Each is put down under its key and read on from where its reading was stopped.
    """
    anything = False
    received = datetime.combine(local_day(now) - timedelta(days=1), _TEN_O_CLOCK)
    for delivery in _deliveries(organisations, received):
        system = Actor.system(REQUEST_ID)
        async with batch.transaction(system, now=received) as session:
            put = await put_down(
                session,
                delivery=delivery,
                sealer=sealer,
                staff_id=None,
                client_id=None,
                now=received,
            )
        if put.state not in OPEN_STATES:
            continue
        anything = True
        await read_batch(batch, put.id, sealer=sealer, clock=lambda: received, go_on=lambda: True)
    return anything


def _deliveries(organisations: Sequence[Organisation], received: datetime) -> list[Delivery]:
    month = f"{received:%Y-%m}"
    return [
        Delivery(
            source=_AUTHORITY,
            batch_key=f"XK-{month}",
            file_name=f"行政许可-{month}.csv",
            content=_licences(organisations, received).encode("gb18030"),
        ),
        Delivery(
            source=_PERSONNEL,
            batch_key=f"ZC-{month}",
            file_name=f"职称-{month}.csv",
            content="姓名,职称,级别\n".encode("gb18030"),
        ),
        Delivery(
            source=_PERSONNEL,
            batch_key=f"ZC-{month}-2",
            file_name=f"职称-{month}-更正.csv",
            content=_titles(organisations, received).encode("gb18030"),
        ),
    ]


def _licences(organisations: Sequence[Organisation], received: datetime) -> str:
    lines = [_HEADING]
    for number, organisation in enumerate(organisations[:LICENCES], start=1):
        day = local_day(received) - timedelta(days=number)
        uscc, item, content = organisation.uscc, "LICENCE", _content(number)
        if number == LICENCES // 4:
            uscc = uscc[:-1]
        elif number == LICENCES // 3:
            item = "LICENSE"
        elif number == LICENCES // 2:
            content = content.replace("authority", "department")
        cell = content.replace('"', '""')
        lines.append(f'{uscc},{item},XK{received.year}{number:06},{day.isoformat()},"{cell}"\n')
    # Sent twice by mistake.
    return "".join([*lines, lines[1]])


def _titles(organisations: Sequence[Organisation], received: datetime) -> str:
    """Return titles of persons by their resident ids: one is mistyped, and of one something is told that is no person's."""
    proved = {applicant.uscc for applicant in cast.APPLICANTS if applicant.proved}
    others = [one.representative for one in organisations if one.uscc not in proved]
    lines = [_OF_PERSONS]
    for number, person in enumerate(others[:PERSONS], start=1):
        day = local_day(received) - timedelta(days=number)
        resident_id, item = person.resident_id, "QUALIFICATION"
        title, level = _QUALIFICATIONS[number % len(_QUALIFICATIONS)]
        if number == PERSONS // 2:
            resident_id = resident_id[:-2] + resident_id[-1] + resident_id[-2]
        elif number == PERSONS // 3:
            item = "PATENT"
        cell = _held(number, title, level, item).replace('"', '""')
        lines.append(
            f'{resident_id},{item},ZC{received.year}{number:06},{day.isoformat()},"{cell}"\n'
        )
    return "".join(lines)


def _held(number: int, title: str, level: str, item: str) -> str:
    if item == "PATENT":
        return json.dumps({"number": f"ZL2026{number:04}", "title": title}, ensure_ascii=False)
    return json.dumps({"title": title, "level": level}, ensure_ascii=False)


def _content(number: int) -> str:
    title = _TITLES[number % len(_TITLES)]
    held = {"authority": _AUTHORITY, "number": f"宿许〔2026〕{number:04}号", "title": title}
    return json.dumps(held, ensure_ascii=False)
