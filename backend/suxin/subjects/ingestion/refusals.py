"""What ingestion refuses: a batch as a whole, or one of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from suxin.kernel.refusals import Refusal, RefusalKind


class BatchKeyTaken(Refusal):
    """The source sent other content under this key before."""

    code = "BATCH_KEY_TAKEN"
    zh = "该来源已用批次号“{key}”报送过不同的内容，请换用新的批次号"
    en = "the source has sent other content under the key {key}; use a new one"


class BacklogFull(Refusal):
    """Too many batches wait already."""

    code = "INGESTION_BACKLOG_FULL"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "等待归集的批次已达 {limit} 个，请稍后再报送"
    en = "{limit} batches wait already; send it later"


class FileTooLarge(Refusal):
    """The file is larger than a batch may be."""

    code = "FILE_TOO_LARGE"
    kind = RefusalKind.INVALID
    zh = "文件超过 {limit_mib} MiB，请拆分后报送"
    en = "the file exceeds {limit_mib} MiB; send it in parts"


class UnpackedTooLarge(Refusal):
    """The packed file unpacks to more than is read."""

    code = "UNPACKED_TOO_LARGE"
    kind = RefusalKind.INVALID
    zh = "压缩文件解压后超过 {limit_mib} MiB，未写入任何内容"
    en = "the file unpacks to more than {limit_mib} MiB; nothing of it was written"


class ArchiveUnreadable(Refusal):
    """The packed file is damaged, locked by a password, or holds more than one file."""

    code = "ARCHIVE_UNREADABLE"
    kind = RefusalKind.INVALID
    zh = "压缩文件无法读取：应只含一个未加密的文件"
    en = "the archive cannot be read: it must hold one file, without a password"


class EncodingUnknown(Refusal):
    """The file is text in no encoding that is read."""

    code = "ENCODING_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "文件编码无法识别，应为 UTF-8 或 GB18030（含 GBK）"
    en = "the encoding is not known; it must be UTF-8 or GB18030 (GBK is part of it)"


class ParquetUnreadable(Refusal):
    """The file calls itself Parquet and cannot be read as that, or its columns hold what a record has not."""

    code = "PARQUET_UNREADABLE"
    kind = RefusalKind.INVALID
    zh = "Parquet 文件无法读取"
    en = "the Parquet file cannot be read"


class WorkbookNotRead(Refusal):
    """The file is a workbook of Excel or WPS, which shows dates and long numbers otherwise than it holds them."""

    code = "WORKBOOK_NOT_READ"
    kind = RefusalKind.INVALID
    zh = "不能直接归集 Excel、WPS 工作簿，请另存为 CSV（UTF-8 或 GBK）后报送"
    en = "a workbook of Excel or WPS is not read; save it as CSV (UTF-8 or GBK) and send that"


class ParquetColumnType(Refusal):
    """A column of a Parquet file is of a type that no field of a record has; money is whole fen and no float."""

    code = "PARQUET_COLUMN_TYPE"
    kind = RefusalKind.INVALID
    zh = "Parquet 文件的列“{column_zh}”类型为 {type}，只能是文本、整数（金额以分为单位）或日期"
    en = "the column {column} of the Parquet file is {type}; it must be text, whole numbers (money in fen) or days"

    def __init__(self, *, column: str, column_zh: str, type_name: str) -> None:
        super().__init__(column=column, column_zh=column_zh, type=type_name)


class ColumnsMissing(Refusal):
    """The heading of a file lacks columns, so that none of its rows can be read."""

    code = "RECORD_COLUMNS_MISSING"
    kind = RefusalKind.INVALID
    zh = "文件首行缺少列：{columns_zh}"
    en = "the file's first row lacks the columns {columns_en}"

    def __init__(self, *, columns: Sequence[str], columns_zh: Sequence[str]) -> None:
        super().__init__(columns_zh="、".join(columns_zh), columns_en=", ".join(columns))


class ColumnsUnknown(Refusal):
    """The heading names columns that a record has not, or one twice: nothing beyond the catalogue is taken in."""

    code = "RECORD_COLUMNS_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "文件首行有未知或重复的列：{columns_zh}"
    en = "the file's first row has columns that are unknown or stand there twice: {columns_en}"

    def __init__(self, *, columns: Sequence[str]) -> None:
        super().__init__(columns_zh="、".join(columns), columns_en=", ".join(columns))


class TooManyColumns(Refusal):
    """The heading has more columns than any file of records."""

    code = "TOO_MANY_COLUMNS"
    kind = RefusalKind.INVALID
    zh = "文件首行有 {columns} 列，最多 {limit} 列"
    en = "the file's first row has {columns} columns; {limit} at most"


class TooManyRows(Refusal):
    """The file has more rows than a batch may have; those before were taken."""

    code = "TOO_MANY_ROWS"
    kind = RefusalKind.INVALID
    zh = "文件超过 {limit} 行，其后的行未读取，请拆分后报送"
    en = "the file has more than {limit} rows; those after were not read, send them apart"


class RowMalformed(Refusal):
    """A line of the file is no record, or one of its fields does not have its form."""

    code = "ROW_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "该行格式不正确：{reason_zh}"
    en = "The line is not a record: {reason_en}"

    def __init__(
        self,
        *,
        field: str | None = None,
        reason_zh: str = "列数与首行不同，或引号不成对",
        reason_en: str = "it has not the columns of the heading, or a quote is not closed",
    ) -> None:
        super().__init__(field=field, reason_zh=reason_zh, reason_en=reason_en)


class RowEncoding(Refusal):
    """A line is written in another encoding than the file, or in none."""

    code = "ROW_ENCODING"
    kind = RefusalKind.INVALID
    zh = "该行编码与文件其余部分不一致"
    en = "The line is in another encoding than the rest of the file"


class LineTooLong(Refusal):
    """A line is longer than any record."""

    code = "LINE_TOO_LONG"
    kind = RefusalKind.INVALID
    zh = "该行超过 {limit_kib} KiB"
    en = "The line exceeds {limit_kib} KiB"


class SubjectNotNamed(Refusal):
    """A line says neither by credit code nor by resident id whom it is about."""

    code = "SUBJECT_NOT_NAMED"
    kind = RefusalKind.INVALID
    zh = "该行未填统一社会信用代码或居民身份证号"
    en = "The line has neither a unified social credit code nor a resident id"


class TwoSubjects(Refusal):
    """A line names an organisation and a person; nobody can tell whom it is about."""

    code = "TWO_SUBJECTS"
    kind = RefusalKind.INVALID
    zh = "同一行不能既填统一社会信用代码又填居民身份证号"
    en = "A line has a unified social credit code or a resident id, and not both"


class ResidentIdInText(Refusal):
    """A resident id stands where it is not turned into an index, and would be kept as it is."""

    code = "RESIDENT_ID_IN_TEXT"
    kind = RefusalKind.INVALID
    zh = "此处不得填写居民身份证号"
    en = "A resident id may not stand here"


class PersonUnderAge(Refusal):
    """The person is under 18; nothing is recorded about minors (PIPL art. 31; the age is a proposed default)."""

    code = "PERSON_UNDER_AGE"
    kind = RefusalKind.FORBIDDEN
    zh = "不归集未满 18 周岁的人的信息"
    en = "Nothing is recorded about persons under 18"


class RowRepeated(Refusal):
    """A row before it has the same subject and number."""

    code = "ROW_REPEATED"
    zh = "与前面某行的主体和编号相同"
    en = "A line before it has the same subject and number"


class RowOfAnotherSource(Refusal):
    """The row names another source than its batch."""

    code = "ROW_OF_ANOTHER_SOURCE"
    kind = RefusalKind.INVALID
    zh = "该行来源与批次来源不一致"
    en = "The line names another source than its batch"


class NotInCatalogue(Refusal):
    """The row's item is none that may be recorded, or one that may be no longer."""

    code = "NOT_IN_CATALOGUE"
    kind = RefusalKind.NOT_FOUND
    zh = "目录中没有该事项"
    en = "The catalogue has no such item"


class NotOfPersons(Refusal):
    """The catalogue does not allow this item about natural persons."""

    code = "NOT_OF_PERSONS"
    kind = RefusalKind.FORBIDDEN
    zh = "该事项不得归集自然人（含农户）的信息"
    en = "This item may not be recorded about natural persons or households"


class PublishedTooLong(Refusal):
    """The row asks for a longer publication than the law allows."""

    code = "PUBLISHED_TOO_LONG"
    kind = RefusalKind.INVALID
    zh = "公示截止日期晚于《信用修复管理办法》允许的 {latest}"
    en = "The publication would end later than {latest}, which the measures for credit repair allow"


class RowOver(Refusal):
    """What speaks against somebody is recorded for five years; the row tells of an earlier day."""

    code = "ROW_OVER"
    kind = RefusalKind.INVALID
    zh = "不良信息自发生之日起满 5 年，不再归集（《征信业管理条例》第十六条）"
    en = "What speaks against somebody is kept for five years, and this is older"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: the line it begins on (the first of the file is 1), and the refusal that says why."""

    line: int
    refusal: Refusal
