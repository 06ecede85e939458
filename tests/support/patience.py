"""How long a test waits for what comes by itself."""

from typing import Final

PATIENCE_S: Final = 60.0
"""For a machine that is busy with other things. How fast something comes is measured by the benchmarks, on one that is not."""
