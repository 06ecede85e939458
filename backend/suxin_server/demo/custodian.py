"""The made-up custodian of the demo city's pool: statements of its account, as camt.053."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from suxin.kernel.money import FEN_PER_YUAN

ACCOUNT: Final = "6230000000002026"
"""The number of the pool's account."""

_BALANCE: Final = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    '<Amt Ccy="CNY">{yuan}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
)
_ENTRY: Final = (
    '<Ntry><Amt Ccy="CNY">{yuan}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
    "<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
_STATEMENT: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>{number}</MsgId></GrpHdr><Stmt><Id>{number}</Id>"
    "<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{body}</Stmt></BkToCstmrStmt></Document>"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: the custodian's reference, the amount in fen (what went out is negative), and its text."""

    reference: str
    amount_fen: int
    text: str


def statement(number: str, day: date, opening_fen: int, lines: Sequence[Line]) -> bytes:
    """Return the account's statement of one day, from an opening balance in fen to what the lines make of it."""
    closing_fen = opening_fen + sum(line.amount_fen for line in lines)
    balances = (("OPBD", opening_fen), ("CLBD", closing_fen))
    body = [_BALANCE.format(code=code, yuan=_yuan(fen), day=day) for code, fen in balances]
    body += [
        _ENTRY.format(
            yuan=_yuan(abs(line.amount_fen)),
            way="CRDT" if line.amount_fen > 0 else "DBIT",
            day=day,
            reference=escape(line.reference),
            text=escape(line.text),
        )
        for line in lines
    ]
    return _STATEMENT.format(number=escape(number), account=ACCOUNT, body="".join(body)).encode()


def _yuan(fen: int) -> str:
    """Return an amount as the format has it, with no separators."""
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"
