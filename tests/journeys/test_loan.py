"""The loan journey, walked by the command line against a real, running demo city."""

import pytest
from running_city import RunningCity, started_city, suxin
from stopping import leaves_nothing_running
from walked import steps_of, walk

from suxin_server.demo import cast
from suxin_server.journeys.applicant import Applicant
from suxin_server.journeys.bank import desk_token
from suxin_server.journeys.loan import STEPS
from suxin_server.journeys.walking import Talk
from suxin_server.processes import free_port

pytestmark = pytest.mark.processes

ALL_STEPS = [(number, name) for number, (name, _) in enumerate(STEPS, start=1)]


@pytest.fixture(scope="module")
def walked(running_city: RunningCity) -> str:
    """What the command line printed that walked the whole path, as a program of its own."""
    done = suxin("journey", "loan", "--url", running_city.url)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_whole_path_is_walked_and_every_step_is_said(
    running_city: RunningCity, walked: str
) -> None:
    assert steps_of(walked) == ALL_STEPS
    lines = walked.splitlines()
    assert lines[0] == f"我要贷款 · the loan journey · {running_city.url}"
    assert lines[-1].startswith(f"全程 {len(ALL_STEPS)} 步")


@pytest.mark.usefixtures("walked")
def test_it_can_be_walked_again_on_the_same_city(running_city: RunningCity) -> None:
    again = walk("loan", "--url", f"{running_city.url}/")
    assert steps_of(again) == ALL_STEPS
    assert "此前已实名，跳过短信验证码" in again


@pytest.mark.usefixtures("walked")
def test_the_logs_hold_nobodys_numbers_names_or_tokens(running_city: RunningCity) -> None:
    url = running_city.url
    applicant, desk, system = Applicant(url, cast.ZHANG_WEI), Talk(url), Talk(url)
    applicant.log_in()
    assert applicant.me()["proved"]
    officer = next(one.login for one in cast.BANKS[0].staff if one.role == "loan_officer")
    tokens = {applicant.talk.phone.access_token}
    tokens.add(token := desk_token(desk, officer))
    # Shown as a cookie, as a header, and where no token belongs.
    desk.send("GET", "/desk", follow_redirects=True)
    system.show(Authorization=f"Bearer {token}")
    system.send("POST", "/graphql", json={"query": "{ __typename }"}, status=401)
    system.send("GET", f"/nothing/{token}?access_token={token}", status=404)
    assert len(tokens) == 2
    assert min(map(len, tokens)) > 20
    for talk in (applicant.talk, desk, system):
        talk._client.close()

    secrets = tokens | {cast.PASSWORD}
    for person in cast.APPLICANTS:
        secrets |= {person.resident_id, person.phone, person.name, person.wechat}
    files = [path for path in (running_city.folder / "logs").rglob("*") if path.is_file()]
    assert {"web.log", "worker.log", "postgres.log", "stand-ins.log"} <= {p.name for p in files}
    logs = {path.name: path.read_text(errors="replace") for path in files}
    # What is looked for would be there: the whole journey has been written down.
    assert "route=/mp/v1/identity-proofs" in logs["web.log"]
    assert "route=/graphql" in logs["web.log"]
    assert [(name, one) for name, text in logs.items() for one in secrets if one in text] == []


def test_a_server_that_is_not_there_is_one_clear_line() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    told = suxin("journey", "loan", "--url", url)
    assert (told.returncode, told.stdout) == (9, "")
    assert told.stderr == (
        f"错误 · error: {url} 没有宿信在运行，请先执行 suxin up，或用 --url 指明地址"
        f" · no Suxin answers at {url}; start `suxin up` first, or name the address with --url\n"
    )


def test_a_city_without_its_people_is_one_clear_line_says_what_comes_next_and_stops_at_a_signal() -> (
    None
):
    with started_city("--no-demo") as city:
        told = suxin("journey", "loan", "--url", city.url)
        welcome = (city.folder.parent / "up.log").read_text()
        leaves_nothing_running(city)
    assert (told.returncode, told.stdout) == (12, "")
    assert told.stderr.count("\n") == 1
    assert f"{city.url} 没有演示城市" in told.stderr
    assert "has no demo city" in told.stderr
    # The start says that it has begun before anything else, and what an empty city needs first.
    assert welcome.startswith("正在启动宿信")
    assert f"SUXIN_DATA_DIR={city.folder} suxin tenant create --kind operator " in welcome
    assert "alembic" not in welcome
