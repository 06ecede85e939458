"""Answering: one operation executed in one snapshot, by the compiled path where that can, else by graphql-core."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from suxin.kernel.refusals import Refusal
from suxin_graphql.context import Context
from suxin_graphql.documents import OperationUnknown, Prepared
from suxin_graphql.errors import Shown, is_internal, shown_errors, shown_refusal
from suxin_graphql.fields import require_allowed
from suxin_graphql.limits import check_variables
from suxin_graphql.requests import GraphQLRequest
from suxin_graphql.schema import schema


async def answered(
    text: str, prepared: Prepared, given: GraphQLRequest, context: Context, request_id: str
) -> tuple[Shown, HTTPStatus]:
    """Return the body of the answer and its status; the context's snapshot is the caller's to close."""
    data = await _compiled(prepared, given, context)
    if data is not None:
        return {"data": data}, HTTPStatus.OK
    try:
        executed = await schema.execute(
            text,
            variable_values=given.variables,
            operation_name=given.operation_name,
            context_value=context,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        return {"errors": [shown_refusal(OperationUnknown(), request_id)]}, HTTPStatus.BAD_REQUEST
    return _rendered(executed.data, executed.errors or (), request_id)


async def _compiled(
    prepared: Prepared, given: GraphQLRequest, context: Context
) -> dict[str, Any] | None:
    """Return the data of an answer without errors, where the operation is one that can be compiled."""
    operation = None if prepared.errors else prepared.operation(given.operation_name)
    variables = given.variables or {}
    if operation is None:
        return None
    try:
        check_variables(prepared.bounds, variables)
    except Refusal:
        return None
    return await operation.answer(schema, require_allowed, variables, context)


def _rendered(
    data: dict[str, Any] | None, errors: Sequence[GraphQLError], request_id: str
) -> tuple[Shown, HTTPStatus]:
    shown = shown_errors(errors, request_id)
    if data is not None or any("path" in error for error in shown):
        return {"data": data, "errors": shown} if shown else {"data": data}, HTTPStatus.OK
    if any(is_internal(error) for error in shown):
        return {"errors": shown}, HTTPStatus.INTERNAL_SERVER_ERROR
    return {"errors": shown}, HTTPStatus.BAD_REQUEST
