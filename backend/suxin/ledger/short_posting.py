"""Posting in two round trips: one locks the accounts and reads what the drafts are about, the other writes and commits.

The rules and what they see are those of ``posting``; only the way to the database is another one, for chains that stand alone in
their transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from suxin.kernel.short_transactions import Decided, ShortWork
from suxin.kernel.single_steps import SingleStep
from suxin.ledger.books import AccountState, Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.posting import WRITE, Answer, accounts_of, books_of, document_of, judge_each

_CONCERNED: Final = """array(
    select unnest(cast(:accounts as uuid[]))
    union select unnest(array[t.debit_account_id, t.credit_account_id]) from ledger_transfers t
      where t.tenant_id = cast(:book as uuid) and t.id = any(cast(:about as uuid[])))"""


def _listed(kind: type[Any]) -> str:
    return ", ".join(kind.__dataclass_fields__)


# By id, as everywhere; the group without a row makes all of them be locked and none be sent.
_LOCK: Final = f"""
    select from (
      select id from ledger_accounts
      where tenant_id = cast(:book as uuid) and id = any({_CONCERNED})
      order by id for no key update
    ) locked having count(*) < 0"""  # noqa: S608 - words of our own
_READ: Final = f"""
    select
      (select json_agg(a) from (
        select {_listed(AccountState)} from ledger_accounts
        where tenant_id = cast(:book as uuid) and id = any({_CONCERNED})
      ) a)::text as accounts,
      (select json_agg(t) from (
        select {_listed(Transfer)} from ledger_transfers
        where tenant_id = cast(:book as uuid) and (id = any(cast(:ids as uuid[]))
          or pending_id = any(cast(:about as uuid[])) or reverses_id = any(cast(:about as uuid[])))
      ) t)::text as transfers"""  # noqa: S608 - words of our own

SHORT: Final = ShortWork(lock=SingleStep(text(_LOCK)), read=SingleStep(text(_READ)), write=WRITE)

_ACCOUNTS: Final = msgspec.json.Decoder(list[AccountState])
_TRANSFERS: Final = msgspec.json.Decoder(list[Transfer])


def given(book: UUID, drafts: Sequence[TransferDraft]) -> dict[str, Any]:
    """Return the values of what is locked and read for drafts."""
    about = {draft.about for draft in drafts if draft.about is not None}
    return {
        "book": book,
        "accounts": list(accounts_of(drafts)),
        "about": list(about),
        "ids": list(about | {draft.id for draft in drafts}),
    }


def decide(
    book: UUID,
    asked: Sequence[tuple[Sequence[TransferDraft], datetime]],
    ids: Sequence[UUID],
    found: asyncpg.Record,
) -> Decided[list[Answer]]:
    """Return each chain's answer by the rules, and what is to be written."""
    accounts = _ACCOUNTS.decode(found["accounts"] or "[]")
    books = books_of(accounts, _TRANSFERS.decode(found["transfers"] or "[]"), ids=ids)
    answers, added = judge_each(books, asked)
    written = {"document": document_of(book, [one for one, _ in added])} if added else None
    return Decided(written, answers)
