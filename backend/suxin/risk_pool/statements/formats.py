"""Which format a statement's file is in is seen from its first bytes."""

from datetime import date

from suxin.kernel.refusals import Invalid
from suxin.risk_pool.statements.camt053 import looks_like_xml, read_camt053
from suxin.risk_pool.statements.csv_files import read_csv
from suxin.risk_pool.statements.entries import MAX_FILE_BYTES, Format, Read, check_statement


def format_of(content: bytes) -> Format:
    """Return what a file is to be read as."""
    return Format.CAMT_053 if looks_like_xml(content) else Format.CSV


def read_statement(content: bytes, today: date) -> Read:
    """Return what a statement's file says.

    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises StatementMalformed: if it is no statement
    :raises TooManyEntries: if it has more entries than are taken
    :raises StatementUnbalanced: if its balances do not add up
    """
    if len(content) > MAX_FILE_BYTES:
        raise Invalid(
            field="file",
            reason_zh=f"文件不能超过 {MAX_FILE_BYTES // 1024 // 1024} MB",
            reason_en=f"a file has at most {MAX_FILE_BYTES // 1024 // 1024} MiB",
        )
    xml = format_of(content) is Format.CAMT_053
    return check_statement(
        read_camt053(content, today=today) if xml else read_csv(content, today=today)
    )
