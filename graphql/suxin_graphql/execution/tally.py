"""How this process's queries were answered: by the compiled path, or by graphql-core, to which the rest falls back."""

from collections import Counter
from typing import Final

COMPILED: Final = "compiled"
FELL_BACK: Final = "fell_back"

QUERIES: Final[Counter[str]] = Counter({COMPILED: 0, FELL_BACK: 0})
"""Valid queries by who answered them, since the process began; mutations and what is no valid document are not among them."""
