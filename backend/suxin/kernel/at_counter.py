"""What the database itself holds about visits at a counter: whose rows a helper sees, and what a subject may write there.

The tables stand in ``suxin.counter``, above every context whose rows this is about; as with mandates, a policy names them by
their columns alone. A helper sees the rows of whoever was proved at his own visit, and no longer than it lasts. A subject who
acts under a visit writes what he signed there last, and nothing else.
"""

from typing import Final

from suxin.kernel.readers import KIND, NOW, PERSON, STAFF, TENANT, VISIT, Command, Reader, exists

LIVE_VISIT: Final = f"v.tenant_id = {TENANT} and v.helper_id = {STAFF} and v.ended_at is null and v.expires_at > {NOW}"
"""The condition that a visit ``v`` runs at the acting staff member's own counter."""

_REPRESENTED: Final = exists(
    "mandates m",
    "m.person_id = v.person_id and m.subject_id = {row}.%s and m.ended_at is null"
    f" and m.starts_at <= {NOW} and m.ends_at > {NOW}",
)
# What was read aloud last, signed for this very consent, while the visit runs and before the decision is carried out.
_SIGNED: Final = (
    f"e.visit_id = {VISIT} and e.person_id = {PERSON} and v.person_id = {PERSON}"
    " and v.state = 'READ_ALOUD' and v.reading = e.reading and e.carried_out_at is null"
    f" and v.ended_at is null and v.expires_at > {NOW}"
)
_EVIDENCE: Final = "counter_evidence e join counter_visits v on v.id = e.visit_id"
_LEADS_TO: Final = (
    "(case e.decision when 'allow' then 'ACTIVE' when 'refuse' then 'REJECTED' when 'pause' then 'PAUSED'"
    " when 'resume' then 'ACTIVE' when 'revoke' then 'REVOKED' end)"
)


def helped_person(column: str) -> Reader:
    """Admit the helper to rows of the person who was proved at his running visit, to read only."""
    return Reader(
        "at_counter",
        f"{KIND} = 'operator' and "
        + exists("counter_visits v", f"{LIVE_VISIT} and v.person_id = {{row}}.{column}"),
    )


def helped_subject(column: str) -> Reader:
    """Admit the helper to rows of that person and of whom he represents, to read only."""
    subject = f"(v.person_id = {{row}}.{column} or {_REPRESENTED % column})"
    return Reader(
        "at_counter",
        f"{KIND} = 'operator' and " + exists("counter_visits v", f"{LIVE_VISIT} and {subject}"),
    )


def asked_at_counter(purpose: str) -> Reader:
    """Let the helper put one kind of request to whoever was proved at his running visit; it is decided by the person, as he signs."""
    person = exists("counter_visits v", f"{LIVE_VISIT} and v.person_id = {{row}}.subject_id")
    return Reader(
        "asked_at_counter",
        f"{KIND} = 'operator' and purpose = '{purpose}' and state = 'REQUESTED'"
        f" and decided_at is null and answer_by is not null and tenant_id <> {TENANT} and {person}",
        "INSERT",
    )


def consent_as_signed() -> tuple[Reader, ...]:
    """Let a subject under a visit bring a consent where he signed that it goes, on the notice that was read aloud to him."""
    signed = (
        f"{_SIGNED} and e.subject_id = {{row}}.subject_id and e.consent_id = {{row}}.id"
        f" and {_LEADS_TO} = {{row}}.state"
        " and (e.decision <> 'allow' or e.notice_sha256 = {row}.notice_sha256)"
    )
    return (
        _only("nothing_unasked_at_counter", "INSERT", "false"),
        _only("as_signed_at_counter", "UPDATE", signed),
    )


def basis_as_signed() -> tuple[Reader, ...]:
    """Let a subject under a visit open or end the basis of the consent he signed for, as he signed."""
    signed = f"{_SIGNED} and e.subject_id = {{row}}.subject_id and e.consent_id = {{row}}.source_id"
    return (
        _only("opened_at_counter", "INSERT", f"{signed} and e.decision in ('allow', 'resume')"),
        _only(
            "ended_at_counter",
            "UPDATE",
            f"{signed} and e.decision in ('pause', 'revoke') and {{row}}.ended_at is not null",
        ),
    )


def _only(name: str, command: Command, signed: str) -> Reader:
    """Return a policy that binds nobody but a subject under a visit, and him to what was signed."""
    condition = (
        f"{VISIT} is null"
        if signed == "false"
        else f"{VISIT} is null or {exists(_EVIDENCE, signed)}"
    )
    if command == "INSERT":
        return Reader(name, condition, command, restrictive=True)
    # What may be changed is for the other policies; what it is changed to is for this one.
    return Reader(name, "true", command, check=condition, restrictive=True)
