"""Masks: how sealed values are shown (脱敏). What does not have the expected shape is hidden whole.

The patterns are those people know from banks and government counters.
"""

STAR = "*"

_HEAD, _TAIL = 3, 4


def mask_resident_id(value: str) -> str:
    """Show the first three and the last four of 18 characters: ``321***********0012``."""
    return _keep(value, length=18)


def mask_phone(value: str) -> str:
    """Show the first three and the last four of 11 digits: ``138****5678``."""
    return _keep(value, length=11)


def mask_name(value: str) -> str:
    """Show the first character of a person's name: ``张**``; a single character is hidden."""
    if len(value) <= 1:
        return STAR * len(value)
    return value[0] + STAR * (len(value) - 1)


def mask_account(value: str) -> str:
    """Show the last four digits of a bank account: ``****0123``; below eight digits none."""
    compact = "".join(value.split())
    shown = compact[-_TAIL:] if len(compact) >= 2 * _TAIL else ""
    return STAR * _TAIL + shown


def _keep(value: str, *, length: int) -> str:
    if len(value) != length:
        return STAR * len(value)
    return value[:_HEAD] + STAR * (length - _HEAD - _TAIL) + value[-_TAIL:]
