"""Clients' key sets: fetched from public addresses alone, kept, and looked for anew, but not at anybody's pleasure."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from listening import listening
from oauth_client import new_key, public_jwks

from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.sealing import Keyring
from suxin_outbound import kept_answers
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.kept_answers import ASKED_AGAIN_S, KEPT_S, MAX_ADDRESSES
from suxin_server.assembly import assemble
from suxin_server.settings import Settings


@pytest.fixture
def passed(monkeypatch):
    """The seconds that have passed, as the module sees them."""
    held = SimpleNamespace(seconds=1_000.0)
    monkeypatch.setattr(kept_answers, "time", SimpleNamespace(monotonic=lambda: held.seconds))
    return held


@pytest.fixture
async def key_sets(guarded):
    """Key sets that may be fetched from this machine."""
    return ClientKeySets(guarded)


def answer(body: object, *, status: str = "200 OK", head: str = "") -> bytes:
    content = json.dumps(body).encode()
    lines = (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{head}Connection: close\r\n\r\n"
    )
    return lines.encode() + content


class Answers:
    """A client's server that answers each connection with what is current."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.body)
        await writer.drain()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/jwks",
        "https://localhost/jwks",
        "https://[::1]/jwks",
        "https://10.0.0.8/jwks",
        "https://192.168.1.1/jwks",
        "https://172.16.0.1/jwks",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/jwks",
        "https://[::ffff:127.0.0.1]/jwks",
        "https://0x7f000001/jwks",
        "https://2130706433/jwks",
        "http://example.com/jwks",
    ],
)
async def test_nothing_is_fetched_from_a_network_of_ours(client_keys, address):
    with pytest.raises(ClientRefused) as refused:
        await client_keys.keys_at(address, kid=None)
    # What went wrong there is not told.
    assert refused.value.en_message.endswith("the client's keys cannot be fetched")
    assert "127.0.0.1" not in refused.value.en_message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_who_listens_on_this_machine_is_not_connected_to(client_keys, host):
    async with listening() as listener:
        with pytest.raises(ClientRefused):
            await client_keys.keys_at(f"https://{host}:{listener.port}/jwks", kid=None)
        assert listener.connections == 0


async def test_the_server_itself_fetches_a_clients_keys_by_the_guarded_way():
    nowhere = "http://127.0.0.1:9"
    assembly = assemble(
        Settings(
            database_url="postgresql://127.0.0.1:9/none",
            redis_url="redis://127.0.0.1:9",
            wechat_base_url=nowhere,
            sms_base_url=nowhere,
            identity_base_url=nowhere,
            sealing_keys=Keyring.generate().to_text(),
        )
    )
    async with listening() as listener:
        with pytest.raises(ClientRefused):
            await assembly.runtime.client_keys.keys_at(
                f"https://127.0.0.1:{listener.port}/jwks", kid=None
            )
        assert listener.connections == 0
    await assembly.close()


async def test_a_set_is_kept_and_read_anew_when_it_is_old(key_sets, raw_server, passed):
    first, second = new_key(), new_key()
    answers = Answers(answer(public_jwks(first)))
    async with raw_server(answers) as server:
        for _ in range(3):
            (key,) = await key_sets.keys_at(server.url, kid=first.thumbprint())
            assert key["kid"] == first.thumbprint()
        assert len(server.received) == 1
        answers.body = answer(public_jwks(second))
        passed.seconds += KEPT_S - 1
        await key_sets.keys_at(server.url, kid=first.thumbprint())
        assert len(server.received) == 1
        passed.seconds += 1
        (key,) = await key_sets.keys_at(server.url, kid=None)
        assert key["kid"] == second.thumbprint()
        assert len(server.received) == 2


async def test_a_key_that_is_not_known_is_looked_for_at_most_every_half_minute(
    key_sets, raw_server, passed
):
    first, second = new_key(), new_key()
    answers = Answers(answer(public_jwks(first)))
    async with raw_server(answers) as server:
        await key_sets.keys_at(server.url, kid=first.thumbprint())
        answers.body = answer(public_jwks(first, second))
        for _ in range(3):
            keys = await key_sets.keys_at(server.url, kid=second.thumbprint())
            assert [key["kid"] for key in keys] == [first.thumbprint()]
        assert len(server.received) == 1
        passed.seconds += ASKED_AGAIN_S
        keys = await key_sets.keys_at(server.url, kid=second.thumbprint())
        assert [key["kid"] for key in keys] == [first.thumbprint(), second.thumbprint()]
        # A name that nobody has costs one fetch in half a minute as well.
        for _ in range(3):
            await key_sets.keys_at(server.url, kid="made up")
        assert len(server.received) == 2


async def test_many_requests_at_once_fetch_once(key_sets, raw_server):
    key = new_key()
    async with raw_server(answer(public_jwks(key))) as server:
        found = await asyncio.gather(
            *(key_sets.keys_at(server.url, kid=key.thumbprint()) for _ in range(5))
        )
        assert all(keys == found[0] for keys in found)
        assert len(server.received) == 1


PRIVATE = {"keys": [new_key().as_dict(private=True)]}


@pytest.mark.parametrize(
    "body",
    [
        answer({"keys": []}),
        answer(PRIVATE),
        answer([]),
        answer("no set"),
        answer({"keys": [{"kty": "EC"}]}),
        answer({}, status="404 Not Found"),
        answer({}, status="302 Found", head="Location: http://127.0.0.1/\r\n"),
        answer({"keys": [], "more": "x" * 5_000}),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{]}",
        b"",
    ],
)
async def test_an_address_that_does_not_answer_with_a_set_is_left_alone(
    key_sets, raw_server, passed, body
):
    answers = Answers(body)
    async with raw_server(answers) as server:
        for _ in range(2):
            with pytest.raises(ClientRefused):
                await key_sets.keys_at(server.url, kid=None)
        asked = len(server.received)
        key = new_key()
        answers.body = answer(public_jwks(key))
        with pytest.raises(ClientRefused):
            await key_sets.keys_at(server.url, kid=None)
        assert len(server.received) == asked
        passed.seconds += ASKED_AGAIN_S
        (found,) = await key_sets.keys_at(server.url, kid=None)
        assert found["kid"] == key.thumbprint()


async def test_an_outage_does_not_cost_the_keys_that_are_known(key_sets, raw_server, passed):
    key = new_key()
    answers = Answers(answer(public_jwks(key)))
    async with raw_server(answers) as server:
        await key_sets.keys_at(server.url, kid=key.thumbprint())
        answers.body = answer({}, status="500 Internal Server Error")
        passed.seconds += ASKED_AGAIN_S
        with pytest.raises(ClientRefused):
            await key_sets.keys_at(server.url, kid="made up")
        (kept,) = await key_sets.keys_at(server.url, kid=key.thumbprint())
        assert kept["kid"] == key.thumbprint()
        passed.seconds += KEPT_S
        with pytest.raises(ClientRefused):
            await key_sets.keys_at(server.url, kid=key.thumbprint())


async def test_the_number_of_sets_is_bounded(raw_server, short, monkeypatch):
    monkeypatch.setattr(kept_answers, "MAX_ADDRESSES", 2)
    assert MAX_ADDRESSES > 2
    client = GuardedClient.to_trusted(short)
    key_sets = ClientKeySets(client)
    async with raw_server(answer(public_jwks(new_key()))) as server:
        for path in "abca":
            await key_sets.keys_at(f"{server.url}/{path}", kid=None)
        assert len(server.received) == 4
        await key_sets.keys_at(f"{server.url}/c", kid=None)
        assert len(server.received) == 4
    await client.close()
