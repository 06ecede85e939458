"""A journey that was walked, and what it printed, read as its steps."""

import gc
import re
import warnings

from click.testing import CliRunner

from suxin_server.cli import cli

LINE = re.compile(r"✓ +(?P<number>\d+) (?P<name>\S+) +(?P<told>\S.*)（\d+ ms）")


def walk(*words: str) -> str:
    """Walk a journey by its command, in this process, which has read the product already; return what it printed.

    That the command line does the same as a program of its own, the loan journey shows.
    """
    with warnings.catch_warnings():
        # A program that ends leaves its connections to the system, and so do the journeys.
        warnings.simplefilter("ignore", ResourceWarning)
        walked = CliRunner().invoke(cli, ["journey", *words])
        gc.collect()
    assert walked.exit_code == 0, walked.output
    return walked.output


def steps_of(printed: str) -> list[tuple[int, str]]:
    """Return the steps that went right, by their numbers and names."""
    found = [LINE.fullmatch(line) for line in printed.splitlines()]
    return [(int(one["number"]), one["name"]) for one in found if one is not None]
