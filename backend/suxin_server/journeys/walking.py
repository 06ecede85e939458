"""Walking a journey: the conversation with the server, and steps of one line each until the first wrong answer."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

import click
import httpx
from rich.cells import set_cell_size

from suxin_server.faults import Fault
from suxin_server.journeys.dpop_auth import DpopAuth

TIMEOUT_S: Final = 20.0
PATIENCE_S: Final = 15.0
LOOK_S: Final = 5.0
PAUSE_S: Final = 0.2
MAX_WAIT_S: Final = 60
NAME_CELLS: Final = 18
SHOWN_CHARACTERS: Final = 400

Found = TypeVar("Found")
Story = TypeVar("Story")
Step = tuple[str, Callable[[Story], str]]


class WrongAnswer(Exception):
    """The server answered something else than the journey knows to be right."""

    def __init__(self, expected: object, got: object) -> None:
        self.expected = expected
        self.got = str(got)[:SHOWN_CHARACTERS]
        super().__init__(f"{expected} / {self.got}")


class Unreachable(Fault):
    """No server answers at the address."""

    exit_code = 9

    def __init__(self, url: str) -> None:
        super().__init__(
            zh=f"{url} 没有宿信在运行，请先执行 suxin up，或用 --url 指明地址",
            en=f"no Suxin answers at {url}; start `suxin up` first, or name the address with --url",
        )


class DemoAbsent(Fault):
    """The server runs without the demo city, whose people the journey needs."""

    exit_code = 12

    def __init__(self, url: str) -> None:
        super().__init__(
            zh=f"{url} 没有演示城市，流程需要其中的人物和银行；请用 suxin up --demo 在空数据目录中启动",
            en=f"{url} has no demo city, whose people and banks the journey needs;"
            " start `suxin up --demo` on an empty data folder",
        )


def expect(fact: object, expected: object, got: object) -> None:
    """Go on only if ``fact`` holds.

    :raises WrongAnswer: otherwise
    """
    if not fact:
        raise WrongAnswer(expected, got)


def until(
    question: Callable[[], Found | None], *, expected: str, patience_s: float = PATIENCE_S
) -> Found:
    """Ask again and again, for a bounded time, until there is something; return it.

    :raises WrongAnswer: if there is nothing in time
    """
    began = time.monotonic()
    while (found := question()) is None:
        expect(time.monotonic() - began < patience_s, expected, f"{patience_s:.0f} 秒内没有")
        time.sleep(PAUSE_S)
    return found


def moment(text: str) -> datetime:
    """Return the moment that the server wrote, in whichever of its edges' ways."""
    return datetime.fromisoformat(text)


def new_key() -> str:
    """Return a fresh idempotency key."""
    return f"journey-{secrets.token_hex(12)}"


class Talk:
    """One caller's conversation with the server: his phone's key, what he was given to show, and his cookies."""

    def __init__(self, url: str) -> None:
        # A journey talks to the named server and to no proxy of this machine.
        self.phone: DpopAuth | None = None
        self._shown: dict[str, str] = {}
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False)

    def prove_by(self, phone: DpopAuth) -> None:
        """Prove every request by a phone's key from now on."""
        self.phone = phone
        self._client.auth = phone

    def show(self, **headers: str) -> None:
        """Send these headers from now on."""
        self._shown |= {name.replace("_", "-"): text for name, text in headers.items()}
        self._client.headers.update(self._shown)

    @property
    def headers(self) -> Mapping[str, str]:
        """What he shows with every request."""
        return self._shown

    def cookie(self, name: str) -> str:
        """Return a cookie that the server set, whether or not it is bound to the host by its prefix."""
        held = dict(self._client.cookies)
        return held.get(name) or held.get(f"__Host-{name}", "")

    def send(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        **how: Any,  # noqa: ANN401 - whatever httpx takes
    ) -> httpx.Response:
        """Send a request and return its answer; where the server asks to wait a while, wait and send it again.

        :raises WrongAnswer: if its status is another
        """
        answer = self._client.request(method, path, **how)
        wait_s = int(answer.headers.get("Retry-After", 0))
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS and 0 < wait_s <= MAX_WAIT_S:
            click.echo(f"  {answer.json()['detail']} …")
            time.sleep(wait_s)
            answer = self._client.request(method, path, **how)
        got = f"HTTP {answer.status_code} {answer.text}"
        expect(answer.status_code == status, f"{method} {path} → HTTP {status}", got)
        return answer

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Read something and return its JSON."""
        return self.send("GET", path, params=query).json()

    def post(
        self, path: str, body: object = None, *, status: int = 200, key: str | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Write something and return its JSON, if there is any."""
        answer = self.send("POST", path, status=status, **_written(body, key))
        return answer.json() if answer.content else None

    def refused(
        self,
        code: str,
        method: str,
        path: str,
        *,
        status: int,
        body: object = None,
        key: str | None = None,
    ) -> Mapping[str, Any]:
        """Ask for what must be refused and return the problem.

        :raises WrongAnswer: if it is not refused, or for another reason
        """
        problem: Mapping[str, Any] = self.send(
            method, path, status=status, **(_written(body, key) if method == "POST" else {})
        ).json()
        expect(problem.get("code") == code, f"{method} {path} → {code}", problem)
        return problem


def walk(title: str, story: Story, steps: Sequence[Step[Story]]) -> int:
    """Walk the steps and say each; return 0 when all was right, 1 at the first wrong answer.

    :raises Unreachable: if the very first step finds no server
    """
    click.echo(title)
    began = time.monotonic()
    for number, (name, step) in enumerate(steps, start=1):
        label, started = f"{number:2} {set_cell_size(name, NAME_CELLS)}", time.monotonic()
        try:
            told = step(story)
        except WrongAnswer as wrong:
            click.echo(
                f"✗ {label}\n     期望 · expected: {wrong.expected}\n     得到 · got: {wrong.got}"
            )
            return 1
        except (httpx.HTTPError, ValueError) as error:
            click.echo(f"✗ {label}\n     期望 · expected: 有答复\n     得到 · got: {error!r}")
            return 1
        click.echo(f"✓ {label} {told}（{(time.monotonic() - started) * 1000:.0f} ms）")
    click.echo(
        f"全程 {len(steps)} 步，用时 {time.monotonic() - began:.1f} 秒，全部符合预期"
        " · every answer was right"
    )
    return 0


def walk_demo(
    title: str, url: str, begin: Callable[[str], Story], steps: Sequence[Step[Story]]
) -> int:
    """Walk a journey against the demo city at ``url``, as the story that ``begin`` makes of its address.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """
    address = url.rstrip("/")
    try:
        people = httpx.get(f"{address}/preview/people.json", timeout=LOOK_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Unreachable(address) from None
    if people.status_code == HTTPStatus.NOT_FOUND:
        raise DemoAbsent(address)
    return walk(f"{title} · {address}", begin(address), steps)


def _written(body: object, key: str | None) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    return {"json": {} if body is None else body, "headers": headers}
