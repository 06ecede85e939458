"""How long a test waits for what comes by itself."""

from typing import Final

PATIENCE_S: Final = 60.0
"""For a machine that is busy with other things. How fast something comes is measured by the benchmarks, on one that is not."""

START_PATIENCE_S: Final = 3 * PATIENCE_S
"""For a process of ours to be up: it reads all of the product before it answers anything."""
