"""Arguments: what is given to a field, as its types say, under the variables of one request.

A cursor or a filter that stands in a variable changes nothing of what is kept of an operation; see ``decisive``.
"""

from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField


@dataclass(frozen=True, slots=True)
class Arguments:
    """Reads the arguments of fields, under the variables of one request."""

    schema: strawberry.Schema
    variables: VariableValues

    def of(
        self, definition: GraphQLField, field: StrawberryField, node: FieldNode
    ) -> dict[str, Any]:
        """Return what a field is given, as Strawberry's own execution gives it.

        :raises GraphQLError: if a variable holds nothing where something must be given
        """
        return convert_arguments(
            get_argument_values(definition, node, self.variables),
            field.arguments,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
        )

    def below(self, kind: str, node: FieldNode) -> dict[str, Any]:
        """Return what a field of the type of this name is given.

        :raises GraphQLError: as ``of``
        """
        found = self.schema._schema.get_type(kind)  # noqa: SLF001 - Strawberry gives no other way to it
        field = self.schema.get_field_for_type(node.name.value, kind)
        if not isinstance(found, GraphQLObjectType) or field is None:
            return {}
        return self.of(found.fields[node.name.value], field, node)
