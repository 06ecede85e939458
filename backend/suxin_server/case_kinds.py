"""Every context's kinds of case in one table, for the jobs that keep their times."""

from typing import Final

from suxin.review.kinds import Kinds, by_code

KINDS: Final[Kinds] = by_code(())
