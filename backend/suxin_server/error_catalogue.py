"""The error catalogue (错误码表): every refusal that the product declares, as ``docs/api/errors.md`` shows it.

It is written from the classes themselves: a refusal that is new is in it, and one whose words change changes there.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple

from strawberry.types.base import get_object_definition

from suxin.consent.oauth.refusals import OAuthRefusal, TokenRefused
from suxin.kernel.refusals import Refusal, Unauthenticated, refusal_catalogue
from suxin.tenancy.log_ins import PasswordChangeRequired, TenantSuspended
from suxin_graphql.fields import ALWAYS_POSSIBLE, REFUSALS
from suxin_graphql.schema import Mutation, schema
from suxin_server.schema_admin import write_or_check
from suxin_web.problems import class_status

PACKAGES: Final = (
    "suxin",
    "suxin_outbound",
    "suxin_web",
    "suxin_oauth",
    "suxin_graphql",
    "suxin_tenants",
    "suxin_mini_program",
)
COMMAND: Final = "suxin errors export"
ANY_MUTATION: Final = "任何办理 · every mutation"

_CALLERS: Final = (Unauthenticated, TokenRefused, PasswordChangeRequired, TenantSuspended)
"""What a caller may be told before anything he asks for is looked at."""

_OF_DOCUMENTS: Final = ("limits", "errors", "documents", "paging")
_OF_ANSWERS: Final = ("cursors", "applicants", "execution")
"""The modules of ``suxin_graphql`` whose refusals are about the document or its variables, and about a part of the answer."""

_HEAD: Final = """# Refusals

Written by `suxin errors export` from the program; edit the classes and not this page.

Each refusal has a stable `code`. Its sentences stand in Chinese and in English, and may be reworded; words in braces are figures. *Again* tells
whether the same request may succeed later (`retryable`). *HTTP* is the status with which REST (`application/problem+json`) and the gate of `/graphql`
say it. Within a GraphQL answer a refusal is a member of the mutation's union, or an error beside the data, and the status is 200; so it is for every
well-formed request that accepts `application/json` alone. Treat a code that you do not know by `retryable`. What is no refusal is masked: `INTERNAL_ERROR`, status 500, with the `requestId` to quote.
"""


class Section(NamedTuple):
    """A part of the page: its heading, what the last column tells, and the refusals in it."""

    heading: str
    last: str
    rows: list[tuple[type[Refusal], str]]


def export(path: Path, *, check: bool) -> None:
    """Write the page, or check that it is current.

    :raises Stale: if it is to be checked and is not what would be written
    """
    write_or_check(path, catalogue(), check=check, command=COMMAND)


def catalogue() -> str:
    """Return the page."""
    parts = [_HEAD, *(_shown(section) for section in sections() if section.rows)]
    return "\n".join(parts)


def sections() -> list[Section]:
    """Return every declared refusal in the one section that tells most about where it comes."""
    mutations = _mutations()
    edge = Section("/graphql: any request", "", [])
    writes = Section("GraphQL: mutations", "where", [])
    oauth = Section("/oauth: tokens and permissions", "`error`", [])
    others = Section("The mini program, desks and the counter", "context", [])
    for refusal in _declared():
        package = refusal.__module__.split(".")
        if refusal in mutations:
            writes.rows.append((refusal, mutations[refusal]))
        elif refusal in _CALLERS or package[0] in {"suxin_graphql", "suxin_web"}:
            edge.rows.append((refusal, ""))
        elif issubclass(refusal, OAuthRefusal) or package[0] == "suxin_oauth":
            oauth.rows.append((refusal, f"`{getattr(refusal, 'error', '')}`"))
        else:
            others.rows.append((refusal, ".".join(package[:2])))
    return [edge, writes, oauth, others]


def _declared() -> Iterator[type[Refusal]]:
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(module.name)
    for refusal in refusal_catalogue().values():
        if refusal.__module__.split(".")[0] in PACKAGES:
            yield refusal


def _mutations() -> dict[type[Refusal], str]:
    """Return the refusals that mutations declare, with the mutations that do."""
    found: dict[type[Refusal], list[str]] = {}
    for field in get_object_definition(Mutation, strict=True).fields:
        name = schema.config.name_converter.get_graphql_name(field)
        for refusal in field.metadata[REFUSALS]:
            found.setdefault(refusal, []).append(f"`{name}`")
    return {
        refusal: ANY_MUTATION if refusal in ALWAYS_POSSIBLE else ", ".join(names)
        for refusal, names in found.items()
    }


def _shown(section: Section) -> str:
    heads = ["`code`", "HTTP", "Again", "中文", "English"]
    lines = [_row([*heads, section.last] if section.last else heads)]
    lines.append("|" + "---|" * (6 if section.last else 5))
    for refusal, where in section.rows:
        cells = [
            f"`{refusal.code}`",
            str(_status(refusal).value),
            "yes" if refusal.retryable else "no",
            refusal.zh,
            refusal.en,
        ]
        lines.append(_row([*cells, where] if section.last else cells))
    return f"## {section.heading}\n\n" + "\n".join(lines) + "\n"


def _status(refusal: type[Refusal]) -> HTTPStatus:
    """Return the status under which a refusal comes: of a document as GraphQL over HTTP has it, of others by their kind."""
    package, *module = refusal.__module__.split(".")
    if package == "suxin_graphql" and module[0] in _OF_DOCUMENTS:
        return HTTPStatus.BAD_REQUEST
    if package == "suxin_graphql" and module[0] in _OF_ANSWERS:
        return HTTPStatus.OK
    return class_status(refusal)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
