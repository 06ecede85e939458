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


def _each(ids: str, kind: type[Any], table: str, column: str) -> str:
    """Return the rows of a table that have one of the ids, each looked up by itself.

    So the plan, which is made once, follows a key whatever statistics say of a book's size; only one that was made while the
    table was empty does not, until the database has counted it for the first time.
    """
    columns = ", ".join(kind.__dataclass_fields__)
    return f"""select r.* from {ids} as wanted (id) cross join lateral (
        select {columns} from {table} where tenant_id = cast(:book as uuid) and {column} = wanted.id offset 0) r"""  # noqa: S608 - words of our own


_ABOUT: Final = "unnest(cast(:about as uuid[]))"
_ORIGINALS: Final = _each(_ABOUT, Transfer, "ledger_transfers", "id")
_CONCERNED: Final = f"""(
    select unnest(cast(:accounts as uuid[]))
    union select unnest(array[debit_account_id, credit_account_id]) from ({_ORIGINALS}) originals
    order by 1)"""  # noqa: S608 - as above

# By id, as everywhere; the group without a row makes all of them be locked and none be sent.
_LOCK: Final = f"""
    select from {_CONCERNED} as wanted (id) cross join lateral (
      select from ledger_accounts where tenant_id = cast(:book as uuid) and id = wanted.id for no key update
    ) locked having count(*) < 0"""  # noqa: S608 - as above
_READ: Final = f"""
    select (select json_agg(a) from ({_each(_CONCERNED, AccountState, "ledger_accounts", "id")}) a)::text as accounts,
      (select json_agg(t) from (
        {_each("unnest(cast(:ids as uuid[]))", Transfer, "ledger_transfers", "id")}
        union all {_each(_ABOUT, Transfer, "ledger_transfers", "pending_id")}
        union all {_each(_ABOUT, Transfer, "ledger_transfers", "reverses_id")}
      ) t)::text as transfers"""  # noqa: S608 - as above

SHORT: Final = ShortWork(
    locks=(SingleStep(text(_LOCK)),), read=SingleStep(text(_READ)), writes=(WRITE,)
)

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
    document = document_of([one for one, _ in added])
    return Decided({"book": book, "document": document} if added else None, answers)
