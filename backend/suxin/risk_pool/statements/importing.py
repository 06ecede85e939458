"""Taking a custodian's statement: once for its number and content, its lines once for the bank's reference."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.row_files import reject
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.risk_pool.claims.policies import STATEMENT_IMPORT
from suxin.risk_pool.pools.models import CUSTODY_ACCOUNT, RiskPool
from suxin.risk_pool.pools.queries import lock_own_pool
from suxin.risk_pool.statements import queries
from suxin.risk_pool.statements.asking import ask_for_matching
from suxin.risk_pool.statements.entries import Entry, EntryDiffers, Read, Rejected
from suxin.risk_pool.statements.formats import format_of, read_statement
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.states import LineState

MAX_NAME: Final = 200


class OtherAccount(Refusal):
    """The statement is of another account than the pool's."""

    code = "STATEMENT_OF_OTHER_ACCOUNT"
    kind = RefusalKind.INVALID
    zh = "对账单的账号与资金池的托管账户（{mask}）不符"
    en = "The statement is of another account than the pool's ({mask})"


class StatementDiffers(Refusal):
    """A statement of this number was taken before and had another content."""

    code = "STATEMENT_DIFFERS"
    zh = "此前已导入编号为 {number} 的对账单，内容不同"
    en = "A statement numbered {number} was taken before with another content"


async def import_statement(
    session: AsyncSession,
    actor: Actor,
    *,
    pool_id: UUID,
    name: str,
    content: bytes,
    sealer: Sealer,
    now: datetime,
) -> CustodianStatement:
    """Take a statement of a pool's account; the same content again is the same statement. Its lines are matched by a job at once.

    :raises Forbidden, NotFound: if the actor may not, or the pool is none of the operator's
    :raises Invalid: if the file is too large
    :raises StatementMalformed, TooManyEntries, StatementUnbalanced: if it is no statement that holds together
    :raises OtherAccount: if it is of another account
    :raises StatementDiffers: if a statement of its number had another content
    """
    actor.require(STATEMENT_IMPORT)
    pool = await lock_own_pool(session, actor, pool_id)
    read = read_statement(content, local_day(now))
    _check_account(pool, read, sealer)
    sha256 = hashlib.sha256(content).hexdigest()
    before = await queries.statement_with(session, actor, pool_id=pool.id, number=read.number)
    if before is not None:
        if before.sha256 != sha256:
            raise StatementDiffers(field="file", number=read.number)
        return before
    statement_id = new_id(now)
    lines, known, rejected = await _sort(session, actor, pool, read, statement_id)
    statement = CustodianStatement(
        tenant_id=pool.tenant_id,
        id=statement_id,
        pool_id=pool.id,
        number=read.number,
        name=name.strip()[:MAX_NAME] or "对账单",
        format=format_of(content),
        sha256=sha256,
        from_day=read.from_day,
        to_day=read.to_day,
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        rows_read=read.count,
        rows_taken=len(lines),
        rows_known=known,
        rows_rejected=len(rejected),
        rejects=[reject(one.position, one.reference, one.refusal) for one in rejected],
        received_at=now,
        received_by=actor.own_staff,
    )
    session.add(statement)
    await session.flush()
    session.add_all(lines)
    append_act(
        session,
        action="risk_pool.statement.taken",
        now=now,
        object_type="custodian_statement",
        object_id=statement.id,
        detail={"pool": str(pool.id), "rows": read.count, "rejected": len(rejected)},
    )
    await session.flush()
    await ask_for_matching(session, operator_id=pool.tenant_id, pool_id=pool.id, now=now)
    return statement


def _check_account(pool: RiskPool, read: Read, sealer: Sealer) -> None:
    account = sealer.open(pool.account_sealed, purpose=CUSTODY_ACCOUNT, row=pool.id)
    if "".join(read.account.split()) != account:
        raise OtherAccount(field="file", mask=pool.account_mask)


async def _sort(
    session: AsyncSession, actor: Actor, pool: RiskPool, read: Read, statement_id: UUID
) -> tuple[list[CustodianLine], int, Sequence[Rejected]]:
    """Return the lines to add, how many were known, and what is rejected."""
    references = [entry.reference for _, entry in read.entries]
    known = await queries.lines_with(session, actor, pool_id=pool.id, references=references)
    lines: list[CustodianLine] = []
    rejected = list(read.rejected)
    same = 0
    for position, entry in read.entries:
        before = known.get(entry.reference)
        if before is None:
            lines.append(_line(pool, statement_id, entry))
        elif _says(before) == _facts(entry):
            same += 1
        else:
            rejected.append(
                Rejected(
                    position=position,
                    reference=entry.reference,
                    refusal=EntryDiffers(field="reference"),
                )
            )
    return lines, same, sorted(rejected, key=lambda one: one.position)


def _line(pool: RiskPool, statement_id: UUID, entry: Entry) -> CustodianLine:
    return CustodianLine(
        tenant_id=pool.tenant_id,
        id=new_id(),
        pool_id=pool.id,
        statement_id=statement_id,
        reference=entry.reference,
        direction=entry.direction,
        amount_fen=entry.amount_fen,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        counterparty=entry.counterparty,
        remittance=entry.remittance,
        state=LineState.OPEN,
    )


def _facts(entry: Entry) -> tuple[object, ...]:
    return entry.direction, entry.amount_fen, entry.booked_on, entry.value_on


def _says(line: CustodianLine) -> tuple[object, ...]:
    return line.direction, line.amount_fen, line.booked_on, line.value_on
