"""The API's documentation for people: the OpenAPI document as one page."""

import re
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get

from suxin_mini_program.openapi import PREFIX, document
from suxin_mini_program.pages import PAGES
from suxin_mini_program.reading import AnyRequest
from suxin_web.callers import GivenActor

_METHOD_ORDER: Final = ("get", "post", "delete")
_BULLET: Final = "- "
_CODE: Final = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line: plain text, or code."""

    text: str
    code: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a list, or paragraphs."""

    listed: bool
    items: list[list[Part]]


@get("/docs")
async def show_docs(request: AnyRequest, caller: GivenActor) -> Response[bytes]:
    """Show the documentation."""
    del caller  # Counted against what one address may ask for.
    published = document()
    return PAGES.render(
        request,
        "api_docs.html",
        {
            "info": published["info"],
            "introduction": blocks_of(published["info"]["description"]),
            "sections": _sections(published),
            "prefix": PREFIX,
        },
    )


def blocks_of(markdown: str) -> list[Block]:
    """Return the blocks of a text in as much Markdown as the document's own introduction has: lists and code."""
    blocks: list[Block] = []
    for line in markdown.splitlines():
        if not line.strip():
            continue
        listed = line.startswith(_BULLET)
        if not blocks or blocks[-1].listed is not listed:
            blocks.append(Block(listed, []))
        blocks[-1].items.append(_parts(line.removeprefix(_BULLET)))
    return blocks


def _parts(line: str) -> list[Part]:
    # Splitting at a group leaves what it matched at every second place.
    pieces = enumerate(_CODE.split(line))
    return [Part(text, code=place % 2 == 1) for place, text in pieces if text]


def _sections(published: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations by tag, each with the names of what it takes and answers."""
    sections: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in published["tags"]}
    for path, operations in published["paths"].items():
        for method in _METHOD_ORDER:
            if method in operations:
                operation = operations[method]
                sections[operation["tags"][0]].append(_shown(path, method, operation, published))
    return [{"name": name, "operations": found} for name, found in sections.items()]


def _shown(
    path: str, method: str, operation: dict[str, Any], published: dict[str, Any]
) -> dict[str, Any]:
    schemas = published["components"]["schemas"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "zh": operation["summary"],
        "en": operation["description"],
        "parameters": operation["parameters"],
        "body": body and _fields(body["schema"], schemas),
        "answers": [
            {
                "status": status,
                "fields": _answer_fields(response, schemas),
                "lines": [_plain(line) for line in response["description"].splitlines()],
            }
            for status, response in operation["responses"].items()
        ],
    }


def _answer_fields(response: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    content = response.get("content", {}).get("application/json")
    return _fields(content["schema"], schemas) if content else []


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    shape = schemas[schema["$ref"].rsplit("/", 1)[1]]
    return [
        {"name": name, "type": _type(field), "required": name in shape.get("required", ())}
        for name, field in shape.get("properties", {}).items()
    ]


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[1])
    if "anyOf" in field:
        return " | ".join(_type(option) for option in field["anyOf"])
    if field.get("type") == "array":
        return f"{_type(field['items'])}[]"
    return str(field.get("format") or field.get("type", "any"))


def _plain(line: str) -> str:
    """Return a line of the document's Markdown as plain text."""
    return line.removeprefix("- ").replace("`", "")
