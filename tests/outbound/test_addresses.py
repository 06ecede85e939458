"""The guard around addresses that tenants give."""

import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from suxin_outbound.addresses import PublicRoute, TargetNotAllowed, is_public, resolve
from suxin_outbound.guarded import Call, CallFailed, CallProblem, GuardedClient

PUBLIC = "93.184.216.34"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def resolver_of(*addresses: str):
    async def answer(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return answer


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",  # noqa: S104 - judged, not bound
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.216.34",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "3fff::1",
        "64:ff9b:1::a00:1",
        "fec0::1",
        "5f00::1",
    ],
)
def test_address_that_is_not_public(address):
    assert is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize("address", [PUBLIC, "114.114.114.114", "2606:4700:4700::1111"])
def test_address_that_is_public(address):
    assert is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://bank.example/hook", "it must use https"),
        ("ftp://bank.example/hook", "it must use https"),
        ("bank.example/hook", "it must use https"),
        ("", "it must use https"),
        ("https:///hook", "it is not a well-formed URL"),
        ("https://user:pass@bank.example/", "it is not a well-formed URL"),
        ("https://bank.example\\@127.0.0.1/", "it is not a well-formed URL"),
        ("https://bank.example/#part", "it is not a well-formed URL"),
        ("https://bank example/", "it is not a well-formed URL"),
        ("https://bank.example/\r\nHost: other", "it is not a well-formed URL"),
        ("https://bank.example/" + "a" * 2048, "it is not a well-formed URL"),
        ("https://2130706433/", "it is not a well-formed URL"),
        ("https://0177.0.0.1/", "it is not a well-formed URL"),
        ("https://0x7f000001/", "it is not a well-formed URL"),
        ("https://0x7f.0.0.1/", "it is not a well-formed URL"),
        ("https://127.1/", "it is not a well-formed URL"),
        ("https://127.0.0.1./", "it is not a well-formed URL"),
        ("https://[fe80::1%25eth0]/", "it is not a public address"),
        ("https://bank.example:22/", "the port is not allowed"),
        ("https://bank.example:0/", "the port is not allowed"),
        ("https://bank.example:65536/", "the port is not allowed"),
        ("https://127.0.0.1/", "it is not a public address"),
        ("https://127。0。0。1/", "it is not a public address"),
        ("https://10.0.0.8:8443/", "it is not a public address"),
        ("https://169.254.169.254/latest/meta-data/", "it is not a public address"),
        ("https://[::1]/", "it is not a public address"),
        ("https://[::ffff:127.0.0.1]/", "it is not a public address"),
        ("https://[::ffff:7f00:1]/", "it is not a public address"),
    ],
)
async def test_url_that_may_not_be_called(url, reason):
    with pytest.raises(TargetNotAllowed) as refused:
        await PublicRoute(resolver=resolver_of(PUBLIC))(url)
    assert refused.value.facts["reason_en"] == reason
    assert refused.value.code == "OUTBOUND_TARGET_NOT_ALLOWED"


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",),
        ("::1",),
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("::ffff:10.0.0.1",),
        (PUBLIC, "127.0.0.1"),
        ("fe80::1%eth0",),
    ],
)
async def test_name_that_resolves_into_a_private_network(found):
    with pytest.raises(TargetNotAllowed) as refused:
        await PublicRoute(resolver=resolver_of(*found))("https://bank.example/hook")
    assert refused.value.facts["reason_en"] == "it is not a public address"
    assert not any(address in str(refused.value) for address in found)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
async def test_localhost_is_refused_by_what_it_really_resolves_to(name):
    assert "127.0.0.1" in await resolve("localhost", 443) or "::1" in await resolve(
        "localhost", 443
    )
    with pytest.raises(TargetNotAllowed) as refused:
        await PublicRoute()(f"https://{name}/")
    assert refused.value.facts["reason_en"] == "it is not a public address"


async def test_name_that_does_not_resolve():
    with pytest.raises(TargetNotAllowed) as refused:
        await PublicRoute()("https://no-such-bank.invalid/")
    assert refused.value.facts["reason_en"] == "the name does not resolve"


async def test_destination_is_the_checked_address_under_the_given_name():
    route = PublicRoute(resolver=resolver_of(PUBLIC, "2606:4700:4700::1111"))
    first, second = await route("https://Bank.example:8443/hook?a=1")
    assert str(first.url) == f"https://{PUBLIC}:8443/hook?a=1"
    assert str(second.url) == "https://[2606:4700:4700::1111]:8443/hook?a=1"
    assert first.host_header == "bank.example:8443"
    assert first.tls_name == "bank.example"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for bank.example, as the server's context and as the client's trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank.example")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=folder / "cert.pem")


async def call_over_tls(raw_server, short, certificate, name, answer=ANSWER):
    """Call a name that is made to resolve to the raw server, as if that were public."""
    for_server, for_client = certificate
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return ("127.0.0.1",)

    client = GuardedClient.to_public(
        short, route=PublicRoute(resolver=resolver, permits=lambda _: True), tls=for_client
    )
    async with raw_server(answer, tls=for_server) as server:
        try:
            url = f"https://{name}:{server.port}/hook"
            found = await client.call(Call(service="webhook", method="POST", url=url, body={}))
        finally:
            await client.close()
    return found, asked, server


async def test_pinned_call_shows_the_name_and_resolves_once(raw_server, short, certificate):
    answer, asked, server = await call_over_tls(raw_server, short, certificate, "bank.example")
    assert (answer.status, answer.body) == (200, b"{}")
    assert asked == ["bank.example"]
    assert f"host: bank.example:{server.port}".encode() in server.received[0].lower()


async def test_pinned_call_still_proves_the_name(raw_server, short, certificate):
    with pytest.raises(CallFailed) as failed:
        await call_over_tls(raw_server, short, certificate, "other.example")
    assert failed.value.problem is CallProblem.NOT_CONNECTED


async def test_redirect_to_the_inside_is_not_followed(raw_server, short, certificate):
    inside = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(CallFailed) as failed:
        await call_over_tls(raw_server, short, certificate, "bank.example", inside)
    assert failed.value.problem is CallProblem.REDIRECTED
