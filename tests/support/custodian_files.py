"""Statements of a custodian for tests, as files."""

from collections.abc import Sequence
from datetime import date

ACCOUNT = "32050100001234567890"

Row = tuple[str, str, str, str, str, str]
"""Reference, CRDT or DBIT, yuan, booked day, counterparty, remittance."""

_ENTRY = """<Ntry><NtryRef>{reference}</NtryRef><Amt Ccy="CNY">{yuan}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
<Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>
<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Cdtr><Nm>{party}</Nm></Cdtr><Dbtr><Nm>{party}</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""

_STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>{number}</Id><FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{first}</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{last}</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>"""


def camt(
    rows: Sequence[Row],
    *,
    opening: str = "1000.00",
    closing: str,
    number: str = "DZD-1",
    account: str = ACCOUNT,
    days: tuple[date, date] = (date(2026, 11, 1), date(2026, 11, 20)),
    version: str = "08",
    status: str = "<Cd>BOOK</Cd>",
) -> bytes:
    """A camt.053 file."""
    entries = "".join(
        _ENTRY.format(
            reference=reference,
            direction=direction,
            yuan=yuan,
            day=day,
            party=party,
            text=text,
            status=status,
        )
        for reference, direction, yuan, day, party, text in rows
    )
    return _STATEMENT.format(
        number=number,
        account=account,
        first=days[0],
        last=days[1],
        opening=opening,
        closing=closing,
        entries=entries,
        version=version,
    ).encode()


def csv_file(
    rows: Sequence[Row],
    *,
    opening: str = "1000.00",
    closing: str,
    number: str = "DZD-2",
    account: str = ACCOUNT,
    encoding: str = "gbk",
) -> bytes:
    """The same as CSV."""
    words = {"CRDT": "收入", "DBIT": "支出"}
    lines = [
        "对账单号,账号,起始日,截止日,期初余额,期末余额",
        f'{number},{account},2026-11-01,20261120,"{opening}","{closing}"',
        "流水号,收支,金额,记账日,起息日,对方户名,附言",
        *(
            f'{reference},{words[direction]},"{yuan}",{day},,{party},{text}'
            for reference, direction, yuan, day, party, text in rows
        ),
    ]
    return "\r\n".join(lines).encode(encoding)
