"""The registry of firms for the identity stand-in: who legally represents whom in the demo city."""

import os
from pathlib import Path

import msgspec

from suxin_server.demo.organisations import organisations


def write_registry(path: Path) -> int:
    """Write the registry file; return how many organisations it names.

    It depends on the seed alone, so it may be written again at any time. A reader sees the old file or the new one.
    """
    firms = {
        organisation.uscc: {
            "name": organisation.name,
            "legal_representative": {
                "name": organisation.representative.name,
                "resident_id": organisation.representative.resident_id,
            },
        }
        for organisation in organisations()
    }
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(msgspec.json.encode(firms))
    unfinished.replace(path)
    return len(firms)
