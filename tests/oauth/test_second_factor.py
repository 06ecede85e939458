"""The second factor: begun with a QR code, asked for after the password, good once, counted, and who must have it."""

import re
from datetime import timedelta

import pytest
from code_flow import OFFICER, fields
from small_city import PASSWORD

from suxin.consent.oauth.models import LogInSession, OAuthGrant
from suxin.kernel.actor import Actor
from suxin.tenancy.models import DeskSession, LogInFailure, RecoveryCode, SecondFactor
from suxin.tenancy.one_time_codes import code_of, step_at
from suxin.tenancy.password_changes import reset_password
from suxin.tenancy.second_factors import GRACE

ANYONE = Actor.anonymous("test")
FORM, ENROLMENT = "/oauth/log-in/second-factor", "/oauth/log-in/second-factor/enrolment"
# RFC 6238, appendix B: the secret of the SHA-1 rows, with the last six of the eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("second", "code"), RFC_CODES)
def test_codes_are_those_of_the_rfc(second, code):
    assert code_of(RFC_SECRET, second // 30) == code


async def log_in(browser, wanted="/desk/log-in"):
    """Give the password; return the page that follows."""
    shown = await browser.get(wanted, follow_redirects=True)
    known = {"login": OFFICER, "password": PASSWORD}
    return await browser.post(
        "/oauth/log-in", data={**fields(shown.text), **known}, follow_redirects=True
    )


@pytest.fixture
async def secret(browser, officer, clock):
    """The secret of the officer, who has enrolled and logged out again."""
    await log_in(browser, "/oauth/log-in?back=/desk/account")
    page = await browser.get(f"{FORM}?back=/desk/account")
    secret = re.search(r'data-testid="secret">([A-Z2-7]{32})<', page.text)[1]
    assert 'src="data:image/svg+xml' in page.text
    done = await browser.post(
        ENROLMENT, data={**fields(page.text), "code": code_of(secret, step_at(clock.now()))}
    )
    assert 'data-testid="recovery-codes"' in done.text
    browser.codes = re.findall(r"<code>([a-z2-9-]{19})</code>", done.text)
    browser.cookies.clear()
    clock.pass_time(seconds=30)
    return secret


async def give(browser, page, code):
    assert page.url.path == FORM, page.text
    return await browser.post(FORM, data={**fields(page.text), "code": code}, follow_redirects=True)


async def test_a_secret_is_kept_sealed_and_recovery_codes_as_hashes(browser, secret, rows):
    (factor,) = await rows(SecondFactor)
    assert secret.encode() not in factor.secret_sealed
    assert len(set(browser.codes)) == len(await rows(RecoveryCode)) == 10


async def test_whoever_has_one_is_asked_for_it_and_the_grant_says_so(browser, secret, clock, rows):
    page = await log_in(browser)
    assert 'data-testid="second-factor"' in page.text
    assert await rows(DeskSession) == []
    await give(browser, page, code_of(secret, step_at(clock.now())))
    (desk,), grants = await rows(DeskSession), await rows(OAuthGrant)
    assert {grant.id: grant.amr for grant in grants}[desk.grant_id] == ["pwd", "otp", "mfa"]


async def test_a_code_is_good_once(browser, secret, clock, rows):
    code = code_of(secret, step_at(clock.now()))
    await give(browser, await log_in(browser), code)
    browser.cookies.clear()
    before = await rows(LogInSession)
    again = await give(browser, await log_in(browser), code)
    assert (again.status_code, "已使用过" in again.text) == (422, True)
    assert len(await rows(DeskSession)) == 1
    # The password alone was shown once more, and nothing beyond it.
    assert len(await rows(LogInSession)) == len(before) + 1


@pytest.mark.parametrize(
    ("steps", "fits"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)]
)
async def test_a_code_of_the_next_step_fits_and_no_used_or_later_one(
    browser, secret, clock, rows, steps, fits
):
    """The step before is the one that the enrolment used."""
    code = code_of(secret, step_at(clock.now()) + steps)
    await give(browser, await log_in(browser), code)
    assert len(await rows(DeskSession)) == int(fits)


async def test_five_wrong_codes_lock_for_a_quarter_of_an_hour(browser, secret, clock, rows):
    page = await log_in(browser)
    for _ in range(5):
        page = await give(browser, page, "abcdef")
        assert page.status_code == 422
    locked = await give(browser, page, code_of(secret, step_at(clock.now())))
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "900")
    assert await rows(DeskSession) == []
    (count,) = await rows(LogInFailure)
    assert count.locked_until == clock.now() + timedelta(minutes=15)
    clock.pass_time(minutes=15)
    page = await log_in(browser)
    await give(browser, page, code_of(secret, step_at(clock.now())))
    assert len(await rows(DeskSession)) == 1


async def test_a_recovery_code_stands_in_once(browser, secret, rows):
    await give(browser, await log_in(browser), browser.codes[3].upper())
    assert (len(await rows(DeskSession)), len(await rows(RecoveryCode))) == (1, 9)
    browser.cookies.clear()
    again = await give(browser, await log_in(browser), browser.codes[3])
    assert (again.status_code, len(await rows(DeskSession))) == (422, 1)


async def test_a_wrong_first_code_enrols_nothing(browser, officer, rows):
    await log_in(browser, "/oauth/log-in?back=/desk/account")
    page = await browser.get(FORM)
    wrong = await browser.post(ENROLMENT, data={**fields(page.text), "code": "000000"})
    assert (wrong.status_code, 'data-testid="qr"' in wrong.text) == (422, True)
    (factor,) = await rows(SecondFactor)
    assert (factor.confirmed_at, await rows(RecoveryCode)) == (None, [])


async def test_a_second_factor_is_not_replaced_by_who_knows_the_password_alone(
    browser, secret, rows
):
    (before,) = await rows(SecondFactor)
    page = await log_in(browser)
    assert 'data-testid="secret"' not in page.text
    held = await browser.post(ENROLMENT, data={**fields(page.text), "code": "000000"})
    assert held.status_code == 409
    (after,) = await rows(SecondFactor)
    assert after.secret_sealed == before.secret_sealed


async def test_a_role_that_commits_the_bank_needs_one_after_the_grace(
    browser, officer, clock, rows
):
    await log_in(browser)
    assert len(await rows(DeskSession)) == 1
    browser.cookies.clear()
    clock.pass_time(seconds=GRACE.total_seconds())
    page = await log_in(browser)
    assert 'data-testid="second-factor-enrolment"' in page.text
    assert len(await rows(DeskSession)) == 1


async def test_a_bank_that_is_excepted_needs_none(browser, officer, clock, rows, small_city, admin):
    await admin.execute("update tenants set second_factor_from = null")
    clock.pass_time(seconds=GRACE.total_seconds())
    await log_in(browser)
    assert len(await rows(DeskSession)) == 1


async def test_a_reset_password_takes_the_second_factor_away(browser, secret, rows, small_city):
    (factor,) = await rows(SecondFactor)
    await small_city.act(
        reset_password,
        small_city.banks[0].officer,
        staff_id=factor.staff_id,
        password="another-Horse-42",
        sealer=small_city.sealer,
    )
    assert (await rows(SecondFactor), await rows(RecoveryCode)) == ([], [])
