"""A subject before the authorization server: how he is found, and the page that asks him."""

from typing import Protocol

import httpx
from code_flow import CALLBACK, fields
from oauth_client import Clock, OAuthApp, s256
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.subjects.doors import resident_door
from suxin.subjects.models import SubjectDoor
from suxin.subjects.person_log_ins import send_log_in_code


class MovingClock(Clock, Protocol):
    """A clock that moves when the test says so."""

    def pass_time(self, **how_long: float) -> None: ...


RESIDENT_ID = "321302199001010012"


async def open_door(small_city: SmallCity) -> None:
    """Let the applicant be found by his resident id, as his real-name proof would."""
    anyone = Actor.anonymous("test")
    async with (
        small_city.database.transaction(anyone, now=small_city.now) as session,
        doorway(session),
    ):
        door = resident_door(small_city.sealer, RESIDENT_ID)
        session.add(
            SubjectDoor(
                blind_index=door.digest,
                key_version=door.key_version,
                subject_id=small_city.person_id,
            )
        )


async def decision_page(
    bank_app: OAuthApp,
    web: httpx.AsyncClient,
    small_city: SmallCity,
    clock: MovingClock,
    verifier: str,
    details: str,
) -> httpx.Response:
    """Let the applicant log in with a code to his phone; return the page that asks him."""
    pushed = await bank_app.pushed(
        redirect_uri=CALLBACK, code_challenge=s256(verifier), authorization_details=details
    )
    assert pushed.status_code == 201, pushed.text
    query = {"client_id": bank_app.client_id, "request_uri": pushed.json()["request_uri"]}
    page = await web.get("/oauth/authorize", params=query)
    hidden = fields(page.text)
    sent = await web.post("/oauth/log-in/code", data={**hidden, "residentId": RESIDENT_ID})
    assert "验证码已发送" in sent.text
    clock.pass_time(minutes=2)
    anyone = Actor.anonymous("test")
    async with small_city.database.transaction(anyone, now=clock.now()) as session:
        code = await send_log_in_code(
            session,
            resident_id=RESIDENT_ID,
            sealer=small_city.sealer,
            request_id="test",
            now=clock.now(),
        )
    logged_in = await web.post(
        "/oauth/log-in/person",
        data={**fields(sent.text), "residentId": RESIDENT_ID, "code": code},
    )
    assert logged_in.status_code == 303, logged_in.text
    page = await web.get(logged_in.headers["location"])
    assert "有效期由 400 天调整为 90 天" in page.text
    return page
