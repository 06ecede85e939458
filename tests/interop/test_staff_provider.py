"""node oidc-provider as a bank's own: an administrator sets it up at his desk, and an officer reaches his by it."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from bank_app import add_officer
from code_flow import OFFICER, fields
from joserfc.jwk import ECKey, RSAKey
from small_city import PASSWORD
from staff_log_ins import keep_passwords
from web_process import settings_for, started_web

from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_server.processes import free_port
from suxin_tenants import PROFILES

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent
ADMIN = "bank.admin"
CLIENT_ID = "suxin"
ACR = "urn:bank:strong"
ACCOUNT = "zhao@bank.example"
SECRET = "a:secret%with+signs&more-than-enough-of-it"


@contextmanager
def running_provider(node: str, **task: object) -> Iterator[None]:
    process = subprocess.Popen(
        [node, FOLDER / "staff_provider.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(task))
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.terminate()
        process.wait(timeout=5)
        process.stdout.close()


@pytest.fixture
async def server(small_city, city, valkey):
    """A server that runs, with an administrator and an officer of the first bank."""
    await add_officer(small_city)
    await small_city.act(
        add_staff,
        small_city.banks[0].officer,
        name="孙管理员",
        login=ADMIN,
        password=PASSWORD,
        roles=[RoleGrant("bank_admin")],
        profiles=PROFILES,
    )
    await keep_passwords(small_city.database, now=small_city.now)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url)
    settings = settings.model_copy(update={"local_identity_providers": True})
    with started_web(settings):
        yield settings.url


class Browser:
    """One person's browser, for the platform and the bank's provider alike."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._http = httpx.Client(trust_env=False, timeout=20)

    def close(self) -> None:
        self._http.close()

    def get(self, address: str) -> httpx.Response:
        """Open a page, and go on to wherever it leads."""
        return self._http.get(self._whole(address), follow_redirects=True)

    def send(self, page: httpx.Response, address: str, **values: str) -> httpx.Response:
        """Send a page's form with these values, and go on to wherever that leads."""
        form = {**fields(page.text), **values}
        return self._http.post(self._whole(address), data=form, follow_redirects=True)

    def log_in_at_provider(
        self, page: httpx.Response, account: str, *methods: str
    ) -> httpx.Response:
        assert page.text == "who are you?", page.text
        form = {"account": account, "amr": list(methods)}
        return self._http.post(page.url, data=form, follow_redirects=True)

    def _whole(self, address: str) -> str:
        return address if address.startswith("http") else f"{self._server}{address}"


@pytest.fixture
def open_browser(server):
    opened = []

    def browser() -> Browser:
        opened.append(Browser(server))
        return opened[-1]

    yield browser
    for one in opened:
        one.close()


def administrator(browser: Browser) -> httpx.Response:
    page = browser.get("/desk/log-in?next=/desk/identity-provider")
    page = browser.send(page, "/oauth/log-in", login=ADMIN, password=PASSWORD)
    assert urlsplit(str(page.url)).path == "/desk/identity-provider", page.text
    return page


@pytest.mark.parametrize(
    ("method", "demands", "key"),
    [
        (
            "private_key_jwt",
            {},
            {**ECKey.generate_key("P-256").as_dict(private=True), "alg": "ES256"},
        ),
        (
            "client_secret_basic",
            {"maxAgeMinutes": "5", "acrValues": ACR},
            {**RSAKey.generate_key(2048).as_dict(private=True), "alg": "RS256"},
        ),
    ],
)
def test_a_bank_brings_its_own_log_in(node, server, open_browser, method, demands, key):
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    boss = open_browser()
    page = administrator(boss)
    secret = SECRET if method == "client_secret_basic" else ""
    form = {"issuer": issuer, "clientId": CLIENT_ID, "method": method, "secret": secret, **demands}
    # Another address: one that did not answer is left alone for half a minute.
    closed = form | {"issuer": "http://127.0.0.1:9"}
    down = boss.send(page, "/desk/identity-provider", **closed)
    assert "连不上贵机构的统一登录系统" in down.text
    task = {
        "issuer": issuer,
        "port": port,
        "clientId": CLIENT_ID,
        "signingKey": key,
        "jwksUri": f"{server}/oauth/jwks",
        "secret": secret,
        "acrValues": [ACR],
        "callback": "http://127.0.0.1:9/not-known-yet",
        "logOut": "http://127.0.0.1:9/not-known-yet",
    }
    # What it publishes is read before the settings are kept, and they tell its administrator where it leads back to.
    with running_provider(node, **task):
        kept = boss.send(down, "/desk/identity-provider", **form, keepsPasswords="no")
        assert "请先在贵方登录系统登记下列地址" in kept.text, kept.text
    callback = re.search(r'data-testid="answer-url">([^<]+)<', kept.text)[1]
    log_out = re.search(r'data-testid="log-out-url">([^<]+)<', kept.text)[1]
    log_in = callback.removesuffix("/answer")
    with running_provider(node, **{**task, "callback": callback, "logOut": log_out}):
        tried = boss.log_in_at_provider(boss.get(f"{log_in}?try=1"), "boss@bank.example")
        assert "试登录成功" in tried.text, tried.text
        provider_id = log_in.rpartition("/")[2]
        boss.send(tried, f"/desk/identity-provider/{provider_id}/activate")
        first, second = open_browser(), open_browser()
        walk_to_desk(first, log_in)
        walk_to_desk_again(second)
        log_out_ends_the_desk(first, second, issuer)
        assert "请使用本机构统一登录" in by_password(open_browser()).text
        refused = open_browser()
        page = refused.log_in_at_provider(refused.get(log_in), "")
        assert "access_denied" in page.text
        assert page.status_code == 403


def walk_to_desk(browser: Browser, log_in: str) -> None:
    """The first time: the account is linked by the password."""
    page = browser.log_in_at_provider(browser.get(log_in), ACCOUNT)
    assert "首次使用，请绑定账号" in page.text, page.text
    page = browser.send(page, f"{log_in}/link", login=OFFICER, password=PASSWORD)
    assert urlsplit(str(page.url)).path == "/desk/referrals", page.text


def log_out_ends_the_desk(browser: Browser, other: Browser, issuer: str) -> None:
    """Of two sessions at the provider one is ended there: it tells of it by itself, and that one's desk has ended."""
    page = browser.get(f"{issuer}/session/end")
    done = browser.send(page, f"{issuer}/session/end/confirm", logout="yes")
    assert done.status_code == 200, done.text
    assert 'name="password"' in browser.get("/desk/notices").text
    assert urlsplit(str(other.get("/desk/notices").url)).path == "/desk/notices"


def by_password(browser: Browser) -> httpx.Response:
    page = browser.get("/desk/log-in")
    return browser.send(page, "/oauth/log-in", login=OFFICER, password=PASSWORD)


def walk_to_desk_again(browser: Browser) -> None:
    """The second time: the organisation is chosen on the log-in page, and no password is asked for, nor taken."""
    page = browser.get("/desk/log-in?next=/desk/notices")
    offered = re.search(r'href="(/oauth/log-in/with\?[^"]+)"', page.text)[1]
    page = browser.get(offered.replace("&amp;", "&"))
    house = re.search(r'href="(/oauth/log-in/with/[^"]+)"', page.text)[1]
    page = browser.log_in_at_provider(browser.get(house.replace("&amp;", "&")), ACCOUNT)
    assert urlsplit(str(page.url)).path == "/desk/notices", page.text
