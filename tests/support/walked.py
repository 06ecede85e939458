"""What a walked journey printed, read as its steps."""

import re

LINE = re.compile(r"✓ +(?P<number>\d+) (?P<name>\S+) +(?P<told>\S.*)（\d+ ms）")


def steps_of(printed: str) -> list[tuple[int, str]]:
    found = [LINE.fullmatch(line) for line in printed.splitlines()]
    return [(int(one["number"]), one["name"]) for one in found if one is not None]
