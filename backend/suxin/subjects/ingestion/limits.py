"""Limits of ingestion. What exceeds one is refused by name; a file never fills memory, whatever it holds."""

from typing import Final

MAX_FILE_BYTES: Final = 64 * 1024**2
"""The largest file or delivery, as it is sent."""

MAX_UNPACKED_BYTES: Final = 1024**3
"""How much a packed file may unpack to; reading stops there, so that a zip bomb does no harm."""

MAX_ROWS: Final = 5_000_000
MAX_COLUMNS: Final = 40
MAX_LINE_BYTES: Final = 64 * 1024
MAX_REJECTS_KEPT: Final = 1_000
"""How many rejects of a batch are kept with their lines; beyond, they are counted."""

MAX_WAITING: Final = 20
"""How many batches may wait or run at a time (proposed default)."""

MAX_SOURCE_CHARACTERS: Final = 60
MAX_KEY_CHARACTERS: Final = 100
MAX_FILE_NAME_CHARACTERS: Final = 200
MAX_REFERENCE_CHARACTERS: Final = 200

READ_BYTES: Final = 1024**2
"""How much of a file is unpacked at a time."""

CHUNK_ROWS: Final = 25_000
CHUNK_BYTES: Final = 16 * 1024**2
"""How much is written in one transaction, at most: about a second's work."""

TIMELY_DAYS: Final = 30
"""A row is timely if it comes within so many days of what it tells (proposed default)."""
