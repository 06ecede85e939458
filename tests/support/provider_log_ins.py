"""Log-ins by a bank's own provider, as a browser makes them, and what they are refused with."""

from code_flow import OFFICER, fields
from small_city import PASSWORD
from staff_log_ins import keep_passwords

from suxin.consent.oauth.models import LogInSession
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

FLOW = "suxin_provider_flow"
ORIGIN = "http://suxin.test"


async def to_provider(browser, provider_id, **query):
    """Ask for the provider's log-in; return the address the browser is sent to."""
    answer = await browser.get(f"/oauth/log-in/with/{provider_id}", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def answered(browser, address):
    """Come back from the provider."""
    assert address.startswith(f"{ORIGIN}/oauth/log-in/with/")
    return await browser.get(address)


async def linked(browser, provider, provider_id, **shown):
    """Come with an account that is not linked, and link it."""
    page = await answered(browser, provider.decide(await to_provider(browser, provider_id)))
    assert page.status_code == 200, page.text
    assert 'data-testid="provider-link"' in page.text
    known = {"login": OFFICER, "password": PASSWORD, **shown}
    path = f"/oauth/log-in/with/{provider_id}/link"
    return await browser.post(path, data={**fields(page.text), **known})


async def entered(browser, provider, provider_id, **claims):
    """Reach the desk as somebody who is linked; return the page's status there."""
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    back = fields(shown.text)["back"]
    location = await to_provider(browser, provider_id, back=back)
    answer = await answered(browser, provider.decide(location, **claims))
    assert (answer.status_code, answer.headers["location"]) == (303, back), answer.text
    answer = await browser.get(back)
    answer = await browser.get(answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/referrals"), answer.text


def assert_refused(answer, code):
    assert answer.status_code in {403, 404, 409, 422, 503}, answer.text
    assert f'data-code="{code}"' in answer.text


def assert_refused_beside(answer, code):
    """The form is shown again, with the reason."""
    assert answer.status_code >= 400, answer.text
    assert f'data-code="{code}"' in answer.text
    assert 'name="password"' in answer.text


async def assert_nobody(rows):
    assert await rows(LogInSession) == []


async def other_officer(small_city, *, bank=1, role="loan_officer"):
    """Somebody else with a password of his own; return his log-in name."""
    login = f"other.{role.replace('_', '.')}"
    await small_city.act(
        add_staff,
        small_city.banks[bank].officer,
        name="钱某",
        login=login,
        password=PASSWORD,
        roles=[RoleGrant(role)],
        profiles=PROFILES,
    )
    await keep_passwords(small_city.database, now=small_city.now)
    return login
