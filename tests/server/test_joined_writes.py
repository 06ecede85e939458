"""Joined writes: one piece for each turn of the event loop, in order, and all of it before the connection closes."""

import asyncio

from suxin_server.joined_writes import JoinedWrites


class Noted:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.told.append(bytes(data))

    def close(self) -> None:
        self.closing = True
        self.told.append("close")

    def is_closing(self) -> bool:
        return self.closing


async def test_what_is_written_in_one_turn_leaves_in_one_piece():
    noted = Noted()
    joined = JoinedWrites(noted, asyncio.get_running_loop())
    joined.write(b"head ")
    joined.writelines([b"body ", bytearray(b"end")])
    assert noted.told == []
    await asyncio.sleep(0)
    assert noted.told == [b"head body end"]
    joined.write(b"next")
    await asyncio.sleep(0)
    assert noted.told == [b"head body end", b"next"]


async def test_nothing_is_lost_when_the_connection_closes_and_nothing_is_written_after_it():
    noted = Noted()
    joined = JoinedWrites(noted, asyncio.get_running_loop())
    joined.write(b"last")
    joined.close()
    assert joined.is_closing()
    joined.write(b"too late")
    await asyncio.sleep(0)
    assert noted.told == [b"last", "close"]
