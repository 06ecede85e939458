"""What somebody has typed, checked for its length."""

from suxin.kernel.refusals import Invalid


def bounded_text(given: str, field: str, *, most: int) -> str:
    """Return a text without the space around it.

    :raises Invalid: if it is none, or longer than ``most`` characters
    """
    said = given.strip()
    if not 1 <= len(said) <= most:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {most} 字",
            reason_en=f"it has 1 to {most} characters",
        )
    return said
