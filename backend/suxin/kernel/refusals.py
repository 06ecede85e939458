"""Refusals: the named facts for which the product says no.

A refusal is an exception in the core, a member of a union in GraphQL and a problem document (RFC 9457) in REST. It
carries a stable code, a message in Chinese and one in English, whether trying again may help, and where it fits the
field that was wrong. Anything that is not a refusal is a defect and is masked at the edges with a correlation id.
"""

from enum import StrEnum
from typing import ClassVar

from typing_extensions import override


class RefusalKind(StrEnum):
    """The family a refusal belongs to; each edge maps it to its own way of saying no."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


_BY_CODE: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """A named reason why a command or query is not carried out.

    Subclasses set ``code``, ``kind``, ``zh`` and ``en``. The messages are format strings over ``facts``, the named
    figures that make the reason precise (``zh = "最多 {limit} 项"`` with ``limit=100``). ``field`` names the input at
    fault in the caller's own words (camelCase path), so that a page can show the message beside it.
    """

    code: ClassVar[str]
    kind: ClassVar[RefusalKind] = RefusalKind.CONFLICT
    retryable: ClassVar[bool] = False
    commits: ClassVar[bool] = False
    zh: ClassVar[str]
    en: ClassVar[str]

    @override
    def __init_subclass__(cls, **kwargs: object) -> None:
        """Register the code; two refusals with one code are a defect found at import."""
        super().__init_subclass__(**kwargs)
        code = cls.__dict__.get("code")
        if code is None:
            return
        known = _BY_CODE.setdefault(code, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            message = f"refusal code {code} is declared twice: {known!r} and {cls!r}"
            raise TypeError(message)

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.en_message)

    @property
    def zh_message(self) -> str:
        """The reason in Chinese, with its figures."""
        return self.zh.format(**self.facts)

    @property
    def en_message(self) -> str:
        """The reason in English, with its figures."""
        return self.en.format(**self.facts)


class Invalid(Refusal):
    """An input is not acceptable as it stands.

    The sentences do not name the field: ``field`` is a name for programs, and people see the sentence beside it.
    """

    code = "INVALID"
    kind = RefusalKind.INVALID
    zh = "填写有误：{reason_zh}"
    en = "Not valid: {reason_en}"

    def __init__(self, *, field: str | None, reason_zh: str, reason_en: str) -> None:
        super().__init__(field=field, reason_zh=reason_zh, reason_en=reason_en)


class Unauthenticated(Refusal):
    """The caller has not shown who he is, or his session has ended."""

    code = "UNAUTHENTICATED"
    kind = RefusalKind.UNAUTHENTICATED
    zh = "请先登录，或登录已失效"
    en = "Please log in first, or your session has ended"


class Forbidden(Refusal):
    """The thing is the caller's own to see, but this act is not his to do."""

    code = "FORBIDDEN"
    kind = RefusalKind.FORBIDDEN
    zh = "没有权限：{permission_zh}"
    en = "Not permitted: {permission_en}"

    def __init__(self, *, permission: str) -> None:
        # A right carries its Chinese name; what is no right of a role has none.
        words = getattr(permission, "zh", "此操作不对当前身份开放")
        super().__init__(permission_zh=words, permission_en=str(permission))


class NotFound(Refusal):
    """Nothing with this id exists for the caller; a stranger's thing reads the same."""

    code = "NOT_FOUND"
    kind = RefusalKind.NOT_FOUND
    zh = "找不到该{thing_zh}"
    en = "No such {thing_en}"

    def __init__(self, *, thing_zh: str, thing_en: str, field: str | None = None) -> None:
        super().__init__(field=field, thing_zh=thing_zh, thing_en=thing_en)


def refusal_catalogue() -> dict[str, type[Refusal]]:
    """Return every declared refusal by code, sorted, for documentation and contract tests."""
    return dict(sorted(_BY_CODE.items()))
