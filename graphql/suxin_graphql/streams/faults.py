"""What is told of a stream that a defect or an outage ended."""

import structlog

from suxin.kernel.refusals import Refusal
from suxin_graphql.errors import Shown, masked, shown_refusal
from suxin_web.error_answers import is_outage
from suxin_web.refusals import ServiceUnavailable

log = structlog.get_logger("suxin.graphql")


def shown_fault(fault: Exception, request_id: str) -> Shown:
    """Return a fault as a stream's last error, recorded once under the request's id; a refusal is no fault."""
    if isinstance(fault, Refusal):
        return shown_refusal(fault, request_id)
    if is_outage(fault):
        log.error("unavailable", reason=type(fault).__name__, request_id=request_id)
        return shown_refusal(ServiceUnavailable(), request_id)
    log.error("unexpected", exc_info=fault, request_id=request_id)
    return masked(request_id)
