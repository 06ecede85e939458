"""What is typed into the shop, checked."""

from suxin.kernel.refusals import Invalid


def checked_words(text: str, *, field: str, least: int, most: int) -> str:
    """Return a text without blanks around it.

    :raises Invalid: if it is shorter or longer than it may be, or has line ends
    """
    value = text.strip()
    if not least <= len(value) <= most or not value.isprintable():
        raise Invalid(
            field=field,
            reason_zh=f"应为 {least} 至 {most} 个字",
            reason_en=f"it has {least} to {most} characters",
        )
    return value


def checked_number(value: int, *, field: str, least: int, most: int) -> int:
    """Return a number that lies within its bounds.

    :raises Invalid: if it does not
    """
    if not least <= value <= most:
        raise Invalid(
            field=field,
            reason_zh=f"应在 {least} 至 {most} 之间",
            reason_en=f"it is {least} to {most}",
        )
    return value
