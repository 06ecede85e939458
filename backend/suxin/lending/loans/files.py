"""Repayments by file: a list of a bank (CSV or XLSX), taken line by line, with every line that is not taken and why.

A file is taken in one transaction, and the same content again is the same file. A line is what ``reportRepayments`` takes.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import parse_yuan
from suxin.kernel.refusals import Refusal
from suxin.kernel.row_files import Layout, columns_missing, parse_day, read_rows, reject
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.models import RepaymentFile
from suxin.lending.loans.refusals import RepaymentFileMalformed, TooManyRepayments
from suxin.lending.loans.reporting import MAX_REPORTS, Outcome, RepaymentDraft, report_repayments

MAX_FILE_BYTES: Final = 512 * 1024
HEADING: Final = ("合同编号", "流水号", "还款日", "金额", "本金", "利息", "费用", "提前还款")
"""The columns of a file; amounts in yuan, of which the last three may be empty, and 是 where it is a prepayment."""

_LAYOUT: Final = Layout(
    heading=HEADING,
    max_bytes=MAX_FILE_BYTES,
    max_rows=MAX_REPORTS,
    malformed=RepaymentFileMalformed,
    too_many=TooManyRepayments,
)

Line = tuple[int, str, RepaymentDraft | Refusal]


async def report_file(
    session: AsyncSession, actor: Actor, *, name: str, content: bytes, now: datetime
) -> RepaymentFile:
    """Take the repayments of a file; return how many lines were taken, known before, or rejected and why.

    :raises Forbidden: if the actor may not report repayments
    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises RepaymentFileMalformed: if it is no list of repayments
    :raises TooManyRepayments: if it has more than ``MAX_REPORTS`` lines
    """
    actor.require(policies.REPAYMENT_REPORT)
    sha256 = hashlib.sha256(content).hexdigest()
    before = await queries.file_with(session, actor, sha256)
    if before is not None:
        return before
    lines = lines_of(content)
    good = [(number, draft) for number, _, draft in lines if isinstance(draft, RepaymentDraft)]
    file_id = new_id()
    taken = await report_repayments(
        session, actor, drafts=[draft for _, draft in good], now=now, file_id=file_id
    )
    outcomes: dict[int, Outcome] = {
        number: outcome for (number, _), outcome in zip(good, taken, strict=True)
    }
    rejects = [
        reject(number, reference, refusal)
        for number, reference, read in lines
        if (refusal := read if isinstance(read, Refusal) else outcomes[number].refusal) is not None
    ]
    known = sum(outcome.known for outcome in outcomes.values())
    file = RepaymentFile(
        tenant_id=actor.own_tenant,
        id=file_id,
        name=name.strip()[:200] or "还款清单",
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
        action="lending.repayment_file.taken",
        now=now,
        object_type="repayment_file",
        object_id=file.id,
        detail={"rows": file.rows_read, "rejected": file.rows_rejected},
    )
    await session.flush()
    return file


def lines_of(content: bytes) -> list[Line]:
    """Return each line of a file by its number, with its reference: what it reports, or why it cannot be read.

    :raises Invalid, RepaymentFileMalformed, TooManyRepayments: see ``report_file``
    """
    return [
        (number, cells[1] if len(cells) > 1 else "", _read(cells))
        for number, cells in read_rows(content, _LAYOUT)
    ]


def _read(row: list[str]) -> RepaymentDraft | Refusal:
    if len(row) != len(HEADING):
        return columns_missing(len(row), len(HEADING))
    cells = dict(zip(HEADING, row, strict=True))
    try:
        return RepaymentDraft(
            contract_number=cells["合同编号"],
            reference=cells["流水号"],
            paid_on=parse_day(cells["还款日"], field="还款日"),
            amount_fen=_amount(cells, "金额") or 0,
            principal_fen=_amount(cells, "本金"),
            interest_fen=_amount(cells, "利息"),
            fee_fen=_amount(cells, "费用"),
            prepays=cells["提前还款"] == "是",
        )
    except Refusal as refusal:
        return refusal


def _amount(cells: Mapping[str, str], column: str) -> int | None:
    return parse_yuan(cells[column], field=column) if cells[column] else None
