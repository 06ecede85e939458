"""Somebody whom the operator's administrator takes in to approve claims: he sets a password of his own and enrols an authenticator app."""

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Final

from suxin.tenancy import one_time_codes
from suxin_server.demo import cast
from suxin_server.journeys.bank import LOG_IN, SESSION_COOKIE, filled_in, hidden_fields
from suxin_server.journeys.desk import DESK, Desk
from suxin_server.journeys.walking import expect

NEW_PASSWORD: Final = "/oauth/log-in/password"  # noqa: S105 - a path
SECOND_FACTOR: Final = "/oauth/log-in/second-factor"
_SECRET: Final = re.compile(r'data-testid="secret">([A-Z2-7]+)<')
_RECOVERY_CODES: Final = 'data-testid="recovery-codes"'
_ROW: Final = re.compile(r'data-href="/desk(/staff/[0-9a-f-]{36})"')


class Approver(Desk):
    """One who approves from a place; ``last_code`` is what his app showed last."""

    def __init__(self, url: str, *, name: str, place: str) -> None:
        super().__init__(url, f"{place.replace('_', '.')}.{secrets.token_hex(4)}")
        self.name, self.place = name, place
        self.last_code = ""
        self._secret, self._last_step = "", 0

    def be_taken_in(self, administrator: Desk) -> None:
        """Be added by an administrator, change the password that he was given, and enrol an app."""
        administrator.send(
            "/staff",
            shown_at="/staff",
            name=self.name,
            login=self.login,
            password=cast.PASSWORD,
            roles=self.place,
        )
        asked = filled_in(self.talk, self.login, cast.PASSWORD)
        page = self.talk.send("POST", LOG_IN, data=asked, follow_redirects=True).text
        own = f"Jy-{secrets.token_hex(10)}"
        new = {**hidden_fields(page), "current": cast.PASSWORD, "new": own, "again": own}
        shown = self.talk.send("POST", NEW_PASSWORD, data=new, follow_redirects=True)
        expect(self.talk.cookie(SESSION_COOKIE), "修改初始密码后有会话", shown.text)
        page = self.talk.send("GET", SECOND_FACTOR, params={"back": DESK}).text
        found = _SECRET.findall(page)
        expect(len(found) == 1, "启用动态验证码的密钥", page)
        self._secret = found[0]
        form = {**hidden_fields(page), "code": self.code()}
        done = self.talk.send("POST", f"{SECOND_FACTOR}/enrolment", data=form).text
        expect(_RECOVERY_CODES in done, "恢复码", done)
        # What the password alone had opened has ended; the desk opens anew with both.
        self.talk.send("GET", DESK, follow_redirects=True)

    def code(self) -> str:
        """Return the app's next code that was not used yet; where the clock does not allow it, wait for it."""
        # A clock may be a step behind: so may the first code be, and two more follow without waiting.
        first = one_time_codes.step_at(datetime.now(UTC)) - one_time_codes.TOLERATED_STEPS
        step = max(first, self._last_step + 1)
        while step > first + 2 * one_time_codes.TOLERATED_STEPS:
            time.sleep(1)
            first = one_time_codes.step_at(datetime.now(UTC)) - one_time_codes.TOLERATED_STEPS
        self._last_step = step
        self.last_code = one_time_codes.code_of(self._secret, step)
        return self.last_code

    def leave(self, administrator: Desk) -> None:
        """Have the log-in and the roles taken away, as whoever leaves."""
        page = administrator.page(f"/staff?q={self.login}")
        found = _ROW.findall(page)
        expect(len(found) == 1, f"人员中有 {self.login}", page)
        administrator.send(f"{found[0]}/end", shown_at=found[0])
