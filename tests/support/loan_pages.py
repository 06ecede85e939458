"""The pages of the loan path as people use them: the applicant's phone and the officer's desk."""

import re

from browsing import Screen
from playwright.async_api import Locator, Page, expect

from suxin.consent.purposes import LOAN_MATCH
from suxin_server.demo import cast
from suxin_server.demo.applicant import Applicant

WHO = cast.LI_XIUYING
"""Whoever is clicked for; the journey of the command line walks for somebody else."""


END_MANDATE = """
async () => {
  const { send } = await import("/preview/assets/preview/tokens.js");
  const { phone } = JSON.parse(sessionStorage.getItem("suxin.preview"));
  const ask = (method, path, headers) => send(phone, new URL(`/mp/v1${path}`, location.origin), { method, headers });
  const me = await (await ask("GET", "/me")).json();
  const held = me.subjects.filter((subject) => subject.mandate);
  return Promise.all(held.map(async (subject, number) => (await ask(
    "DELETE", `/mandates/${subject.mandate.id}`, { "Idempotency-Key": `end-mandate-${number}` })).status));
}
"""
CLEAR_PX = 4
GAP = """
(name) => document.querySelector(`[data-testid="error-${name}"]`).getBoundingClientRect().top
  - document.querySelector(`[data-testid="field-${name}"]`).getBoundingClientRect().bottom
"""


class Phone:
    """The applicant's phone, showing the preview of the mini program."""

    def __init__(self, screen: Screen, url: str) -> None:
        self.screen = screen
        self.page: Page = screen.page
        self.url = url

    def at(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid).locator("visible=true")

    async def log_in_and_prove(self) -> None:
        await self.page.goto(f"{self.url}/preview")
        await expect(self.at(f"person-{WHO.wechat}")).to_be_visible()
        await self.screen.shoot("log-in")
        await self.at(f"person-{WHO.wechat}").click()
        await expect(self.at("title")).to_have_text("实名认证")
        await expect(self.at("field-name")).to_have_value(WHO.name)
        with self.screen.refusals_expected():
            await self.at("field-phone").fill("12345")
            await self.at("send-code").click()
            await expect(self.at("error-phone")).to_be_visible()
            # The line under a field in focus keeps clear of what is said below it.
            assert await self.page.evaluate(GAP, "phone") >= CLEAR_PX
            await self.screen.shoot("wrong-phone")
        await self.at("field-phone").fill(WHO.phone)
        with self.screen.refusals_expected():
            await self.at("field-code").fill("1")
            await self.at("prove").click()
            await expect(self.at("error-code")).to_be_visible()
        await self.at("send-code").click()
        await self.at("fill-code").click()
        await expect(self.at("error-code")).to_have_count(0)
        await self.screen.shoot("proof")
        await self.at("prove").click()
        await expect(self.at("title")).to_have_text("选择申请主体")

    async def log_in_as(self, person: Applicant) -> None:
        """Log in as someone who has proved who he is, and act for his organisation."""
        await self.page.goto(f"{self.url}/preview")
        await self.at(f"person-{person.wechat}").click()
        await self.at("subject").get_by_text(person.subject_name).click()
        await expect(self.at("acting-for")).to_have_text(person.subject_name)

    async def lose_the_mandate(self) -> None:
        """Have the mandate end behind the page's back, and go on: the choice of whom to act for comes again."""
        ended = await self.page.evaluate(END_MANDATE)
        assert ended == [200]
        with self.screen.refusals_expected():
            await self.at("tab-requests").click()
            await expect(self.at("title")).to_have_text("选择申请主体")
        await expect(self.at("toast")).to_contain_text("您已不能代理该主体")
        await self.screen.shoot("mandate-ended")
        # Whom he chooses next he acts for, on every page.
        await self.at("subject").first.click()
        for tab in ("mine", "requests", "ask"):
            await self.at(f"tab-{tab}").click()
            await expect(self.at("loading")).to_have_count(0)
            await expect(self.at("error")).to_have_count(0)
        await self.page.evaluate("location.hash = '/declare'")
        await expect(self.page.locator(".lead")).to_have_text(re.compile("由信用办事后核查。$"))
        await self.screen.shoot("declare")

    async def take_the_mandate_again(self, person: Applicant) -> None:
        """Have the mandate proved anew: the journeys share a city, and others need him as he was."""
        await self.page.evaluate("location.hash = '/subjects'")
        await self.at("field-uscc").fill(person.uscc)
        await self.at("prove-mandate").click()
        await expect(self.at("acting-for")).to_have_text(person.subject_name)

    async def compare_offers(self) -> None:
        """Open the newest request; its offers are cards on a phone and a table where there is room."""
        await self.at("tab-requests").click()
        await self.at("request").first.click()
        await expect(self.at("offer")).to_have_count(3)
        await self.screen.shoot("offers-of-three")
        await self.page.set_viewport_size({"width": 1440, "height": 900})
        await self.at("size-tablet").click()
        await expect(self.at("offer")).to_have_count(0)
        await expect(self.page.locator(".offer-table thead th")).to_have_count(4)
        await self.screen.shoot("offers-of-three-tablet")
        await self.at("size-phone").click()
        await expect(self.at("offer")).to_have_count(3)
        await self.screen.shoot("offers-of-three-frame")

    async def act_for_the_farm(self) -> None:
        await expect(self.at("field-uscc")).to_have_value(WHO.uscc)
        await self.screen.shoot("subjects")
        await self.at("prove-mandate").click()
        await expect(self.at("acting-for")).to_have_text(WHO.subject_name)

    async def ask(self) -> None:
        with self.screen.refusals_expected():
            await self.at("field-amountFen").fill("0")
            await self.at("submit-request").click()
            await expect(self.at("error-amountFen")).to_be_visible()
            await self.screen.shoot("amount-zero")
        await self.at("field-amountFen").fill(f"{WHO.ask.amount_fen // 1_000_000}")
        await self.at("field-purpose").select_option(WHO.ask.purpose.value)
        await self.at("switch-firstLoan").check()
        await self.screen.shoot("request")
        await self.at("submit-request").click()
        await expect(self.at("match-summary")).to_contain_text("个产品符合")

    async def look_at_matches(self) -> None:
        assert await self.at("match").count() >= 2
        await self.at("match").first.get_by_text("得分构成").click()
        await self.screen.shoot("matches")
        await self.page.get_by_test_id("rejected").locator("summary").click()
        reasons = self.at("rejected-product").first.locator("[data-reason]")
        await expect(reasons.first).to_be_visible()
        await self.screen.shoot("rejected")
        await self.at("to-request").click()
        await expect(self.at("request-page")).to_have_attribute("data-state", "OPEN")
        await self.screen.shoot("dispatched")

    async def banks(self) -> list[tuple[str, cast.Organiser]]:
        """Return the banks that hold the request, by their ids, in the order shown."""
        known = {bank.name: bank for bank in cast.BANKS}
        found = []
        for card in await self.at("referral").all():
            name = await card.locator(".card-title strong").inner_text()
            found.append((await card.get_attribute("data-tenant") or "", known[name]))
        return found

    def card_of(self, tenant_id: str) -> Locator:
        return self.page.locator(f'[data-testid="referral"][data-tenant="{tenant_id}"]')

    async def consent_to(self, tenant_id: str, bank: cast.Organiser) -> None:
        await self.reload()
        await self.card_of(tenant_id).get_by_test_id("go-consent").click()
        await expect(self.at("notice-text")).to_contain_text(bank.name)
        await self.screen.shoot("consent")
        yes, no = [await self.at(f"consent-{word}").bounding_box() for word in ("yes", "no")]
        assert yes is not None
        assert no is not None
        assert (round(yes["width"]), round(yes["height"])) == (
            round(no["width"]),
            round(no["height"]),
        )
        await self._choose_more()
        await self.at("consent-yes").click()
        await expect(self.card_of(tenant_id).get_by_test_id("permitted")).to_be_visible()
        await self.screen.shoot("consented")

    async def _choose_more(self) -> None:
        """See that nothing optional is chosen beforehand, and choose some of it."""
        switches = self.page.get_by_role("switch")
        optional = await switches.evaluate_all(
            "(all) => all.filter((one) => !one.disabled).map((one) => [one.name, one.checked])"
        )
        assert len(optional) == len(LOAN_MATCH.optional)
        assert [name for name, chosen in optional if chosen] == []
        for name in ("tax", "social_insurance"):
            await self.at(f"switch-{name}").click()
            await expect(self.at(f"switch-{name}")).to_be_checked()
        await expect(self.at("notice-text")).to_contain_text("纳税信息")

    async def compare_and_accept(self, chosen: str, declined: str) -> None:
        await self.reload()
        await expect(self.at("request-page")).to_have_attribute("data-state", "OFFERED")
        await expect(self.card_of(declined)).to_have_attribute("data-state", "DECLINED")
        await expect(self.card_of(declined)).to_contain_text("经营年限不足")
        await expect(self.at("offer")).to_have_attribute("data-tenant", chosen)
        await self.at("schedule").locator("summary").click()
        await expect(self.at("schedule").locator("tbody tr")).to_have_count(WHO.ask.term_months)
        await self.screen.shoot("offers")
        await self.at("accept-offer").click()
        await expect(self.at("accept-dialog")).to_be_visible()
        await self.screen.shoot("accept-dialog")
        await self.at("accept-dialog-yes").click()
        await expect(self.at("request-page")).to_have_attribute("data-state", "ACCEPTED")
        await expect(self.at("offer")).to_have_attribute("data-state", "CHOSEN")
        await self.screen.shoot("accepted")

    async def see_who_read_and_revoke(self, bank: cast.Organiser) -> None:
        await self.at("tab-permissions").click()
        await expect(self.at("data-read").first).to_contain_text(bank.name)
        await expect(self.at("basis")).to_contain_text(bank.name)
        await self.screen.shoot("permissions")
        await self.at("revoke-consent").click()
        await self.screen.shoot("revoke-dialog")
        await self.at("revoke-dialog-yes").click()
        await expect(self.at("consent").first).to_have_attribute("data-state", "REVOKED")
        for tab in ("mine", "requests"):
            await self.at(f"tab-{tab}").click()
            await expect(self.at(f"tab-{tab}")).to_have_attribute("aria-current", "page")
            await expect(self.at("loading")).to_have_count(0)
            await self.screen.shoot(tab)

    async def reload(self) -> None:
        await self.page.reload()
        await expect(self.at("request-page")).to_be_visible()


class Desk:
    """An officer's screen at one bank."""

    def __init__(self, screen: Screen, url: str, bank: cast.Organiser) -> None:
        self.screen = screen
        self.page: Page = screen.page
        self.bank = bank
        self.url = url

    def at(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid).locator("visible=true")

    async def log_in(self) -> None:
        await self.page.goto(f"{self.url}/desk")
        await expect(self.page).to_have_url(re.compile("/oauth/authorize"))
        await self.screen.shoot("log-in")
        with self.screen.refusals_expected():
            await self._send_log_in("wrong-password-9")
            await expect(self.page.get_by_role("alert").first).to_be_visible()
            await self.screen.shoot("log-in-refused")
        await self._send_log_in(cast.PASSWORD)
        await expect(self.at("inbox-counts")).to_be_visible()
        await self.screen.shoot("inbox")

    async def open_newest_lead(self) -> None:
        await self.page.goto(f"{self.url}/desk/referrals?state=dispatched")
        row = self.at("referral-row").first
        await expect(row).to_contain_text("泗洪县")
        await self.screen.shoot("inbox-dispatched")
        await row.get_by_role("link").click()
        await expect(self.at("lead")).to_be_visible()
        shown = await self.page.content()
        hidden = (WHO.name, WHO.subject_name, WHO.uscc, WHO.phone, WHO.resident_id)
        assert [word for word in hidden if word in shown] == []
        await self.screen.shoot("lead")

    async def accept(self) -> None:
        await self.at("accept").click()
        await expect(self.at("accept")).to_have_count(0)
        await expect(self.at("no-consent")).to_be_visible()
        await self.screen.shoot("accepted")

    async def read_dossier(self) -> None:
        await self.page.reload()
        await expect(self.at("applicant")).to_contain_text(WHO.subject_name)
        await expect(self.at("records")).to_be_visible()
        await self.screen.shoot("dossier")
        await self.at("show-identity").click()
        await expect(self.at("identity")).to_contain_text(WHO.phone)
        await self.screen.shoot("identity")

    async def offer(self) -> None:
        await self.at("contact").click()
        await expect(self.at("contact")).to_have_count(0)
        await self.at("offer").click()
        await expect(self.at("offer-preview")).to_be_visible()
        rate = await self.at("offer-rate").input_value()
        with self.screen.refusals_expected():
            await self.at("offer-rate").fill("99")
            await expect(self.at("preview-problems")).to_be_visible()
            await expect(self.screen.page.locator("#e-rate")).to_contain_text("应为")
            await self.screen.shoot("offer-refused")
        await self.at("offer-rate").fill(rate)
        await expect(self.at("preview-annualised-rate")).to_contain_text("%")
        await expect(self.screen.page.locator("#e-rate")).to_be_hidden()
        before = await self.at("preview-total-cost").inner_text()
        await self.at("offer-term").fill(str(WHO.ask.term_months // 2))
        await expect(self.at("preview-total-cost")).not_to_have_text(before)
        await self.at("offer-term").fill(str(WHO.ask.term_months))
        await expect(self.at("preview-total-cost")).to_have_text(before)
        await self.screen.shoot("offer-form")
        await self.at("offer-send").click()
        await expect(self.at("offers")).to_be_visible()
        await self.screen.shoot("offered")

    async def decline(self) -> None:
        with self.screen.refusals_expected():
            await self.at("decline-reason").select_option("OTHER_WITH_NOTE")
            await self.at("decline-send").click()
            await expect(self.page.locator(".field-error").first).to_be_visible()
            await self.screen.shoot("decline-refused")
        await self.at("decline-reason").select_option("BUSINESS_TOO_YOUNG")
        await self.at("decline-send").click()
        await expect(self.at("decline-send")).to_have_count(0)
        await expect(self.at("timeline")).to_contain_text("经营年限不足")
        await self.screen.shoot("declined")

    async def look_around(self, *paths: str) -> None:
        for path in paths:
            await self.page.goto(f"{self.url}{path}")
            await self.screen.shoot(path.removeprefix("/desk/").replace("/", "-"))

    async def sees_no_more(self) -> None:
        await self.page.goto(f"{self.url}/desk/referrals?state=offered")
        await self.at("referral-row").first.get_by_role("link").click()
        # The contract keeps who borrows within reach; what was read to decide is gone with the consent.
        await expect(self.at("contracted")).to_be_visible()
        await expect(self.at("records")).to_have_count(0)
        assert WHO.uscc not in await self.page.content()
        await self.screen.shoot("revoked")

    async def _send_log_in(self, password: str) -> None:
        login = next(one.login for one in self.bank.staff if one.role == "loan_officer")
        await self.page.get_by_label("登录名").fill(login)
        await self.page.get_by_label("密码").fill(password)
        await self.page.get_by_role("button", name="登录").click()
