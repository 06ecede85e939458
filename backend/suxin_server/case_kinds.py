"""Every context's kinds of case in one table, for the jobs that keep their times."""

from typing import Final

from suxin.review.kinds import Kinds, by_code
from suxin.rights import kinds as rights

KINDS: Final[Kinds] = by_code(rights.KINDS.values())
