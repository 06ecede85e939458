"""What a GraphQL caller may send: rules of one installation, as the settings had them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRules:
    """Which documents are taken from everyone; a permission of the caller's opens the rest to him.

    ``ad_hoc``: documents of a caller's own. ``introspection``: questions about the schema. ``trusted``: by their ids, the
    documents that this installation trusts beside those that come with the product. ``explorer``: whether there is one at the
    desks, which still is for those alone who may compose documents.
    """

    ad_hoc: bool = False
    introspection: bool = False
    explorer: bool = False
    trusted: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
