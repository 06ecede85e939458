"""Filings by file: a list of a bank (CSV or XLSX), taken line by line, with every line that is not taken and why.

A file is taken in one transaction, and the same content again in the same pool is the same file.
"""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.row_files import Layout, read_rows, reject
from suxin.risk_pool.filings import queries
from suxin.risk_pool.filings.filing import MAX_FILINGS, file_loans
from suxin.risk_pool.filings.models import FilingFile
from suxin.risk_pool.filings.refusals import FilingFileMalformed, TooManyFilings
from suxin.risk_pool.policies import FILING_MAKE

MAX_FILE_BYTES: Final = 128 * 1024
MAX_NUMBER: Final = 64
HEADING: Final = ("合同编号",)
"""The first column of a file; what stands in others is the bank's own."""

_LAYOUT: Final = Layout(
    heading=HEADING,
    max_bytes=MAX_FILE_BYTES,
    max_rows=MAX_FILINGS,
    malformed=FilingFileMalformed,
    too_many=TooManyFilings,
    open_ended=True,
)


async def file_list(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, name: str, content: bytes, now: datetime
) -> FilingFile:
    """File the loans of a file in a pool; return how many lines were taken, known before, or rejected and why.

    :raises Forbidden, NotFound, AgreementNotInForce, PoolPaused: as ``file_loans``
    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises FilingFileMalformed: if it is no list of contract numbers
    :raises TooManyFilings: if it has more than ``MAX_FILINGS`` lines
    """
    actor.require(FILING_MAKE)
    sha256 = hashlib.sha256(content).hexdigest()
    before = await queries.file_with(session, actor, pool_id=pool_id, sha256=sha256)
    if before is not None:
        return before
    lines = lines_of(content)
    file_id = new_id()
    outcomes = await file_loans(
        session,
        actor,
        pool_id=pool_id,
        contract_numbers=[number for _, number in lines],
        now=now,
        file_id=file_id,
    )
    rejects = [
        reject(line, number, outcome.refusal)
        for (line, number), outcome in zip(lines, outcomes, strict=True)
        if outcome.refusal is not None
    ]
    known = sum(outcome.known for outcome in outcomes)
    file = FilingFile(
        tenant_id=actor.own_tenant,
        id=file_id,
        pool_id=pool_id,
        name=name.strip()[:200] or "备案清单",
        sha256=sha256,
        rows_read=len(lines),
        rows_taken=len(lines) - known - len(rejects),
        rows_known=known,
        rows_rejected=len(rejects),
        rejects=rejects,
        received_at=now,
        received_by=actor.staff_id,
    )
    session.add(file)
    append_act(
        session,
        action="risk_pool.filing_file.taken",
        now=now,
        object_type="filing_file",
        object_id=file.id,
        detail={"rows": file.rows_read, "rejected": file.rows_rejected},
    )
    await session.flush()
    return file


def lines_of(content: bytes) -> list[tuple[int, str]]:
    """Return the contract number of each line of a file by the line's number.

    :raises Invalid, FilingFileMalformed, TooManyFilings: see ``file_list``
    """
    return [(line, cells[0][:MAX_NUMBER]) for line, cells in read_rows(content, _LAYOUT)]
