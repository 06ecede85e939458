"""For which facts an export is not begun, or ends before its list does."""

from suxin.kernel.refusals import Refusal, RefusalKind


class ExportRunning(Refusal):
    """Another export of this client waits or runs."""

    code = "EXPORT_RUNNING"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "每个客户端同时只能有一个导出任务，请等待或取消正在进行的任务"
    en = "A client has one export at a time; wait for the one that runs, or cancel it"


class TooManyExports(Refusal):
    """As many files are kept for the tenant as may be."""

    code = "TOO_MANY_EXPORTS"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "最多保存 {limit} 个导出文件，到期删除后方可再导出"
    en = "At most {limit} files are kept for an organisation; one makes room when it expires"


class ExportEnded(Refusal):
    """The export has ended; there is nothing to cancel."""

    code = "EXPORT_ENDED"
    zh = "该导出任务已结束，无法取消"
    en = "This export has ended and cannot be cancelled"


class ExportTooLarge(Refusal):
    """The list has more rows, or more text, than a file may hold."""

    code = "EXPORT_TOO_LARGE"
    kind = RefusalKind.LIMITED
    zh = "导出内容超过上限：{rows} 行或 {mib} MiB，请缩小范围"
    en = "An export holds at most {rows} rows and {mib} MiB; ask for less"


class ExportStalled(Refusal):
    """The export did not come to its end in time."""

    code = "EXPORT_STALLED"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "导出任务 {hours} 小时内未能完成，请重新导出"
    en = "The export did not end within {hours} hours; start it again"


class ExportFileLost(Refusal):
    """What was written of the file is gone or damaged."""

    code = "EXPORT_FILE_LOST"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "导出文件已损坏，请重新导出"
    en = "The file of the export is damaged; export again"


class ExportClientEnded(Refusal):
    """The client that the export reads for may not act any more."""

    code = "EXPORT_CLIENT_ENDED"
    kind = RefusalKind.FORBIDDEN
    zh = "导出所用的客户端已暂停或停用"
    en = "The client of this export is suspended or retired"


class ExportGrantEnded(Refusal):
    """The staff member lets the client act for him no longer."""

    code = "EXPORT_GRANT_ENDED"
    kind = RefusalKind.FORBIDDEN
    zh = "工作人员对该客户端的授权已结束"
    en = "The staff member's grant to the client has ended"


class ExportReachChanged(Refusal):
    """The caller's branch or areas are others than when he started the export."""

    code = "EXPORT_REACH_CHANGED"
    kind = RefusalKind.FORBIDDEN
    zh = "负责的网点或区域已变更，请重新导出"
    en = "The caller's branch or areas have changed since; export again"
