"""Documents that an installation trusts beside those of the product, once they are known to fit the schema."""

from pathlib import Path

from suxin_graphql.documents import prepare
from suxin_graphql.execution.compiled import graphql_of
from suxin_graphql.schema import schema
from suxin_graphql.trusted import FolderUnfit, document_id, read_folder


def served_folder(folder: Path) -> dict[str, str]:
    """Return a folder's documents by their ids, once each of them is known to fit the schema and its limits.

    :raises FolderUnfit: naming the file that cannot be served
    """
    found = read_folder(folder)
    for name, text in found.items():
        faults = prepare(graphql_of(schema), text).errors
        if faults:
            raise FolderUnfit(f"{folder / name}: {faults[0].message}")
    return {document_id(text): text for text in found.values()}
